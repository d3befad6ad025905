import css from './Blank.module.css'

/** The window before anything is known: as calm as can be, for it is seen for a moment only. */
export function Blank() {
  return <div className={css.blank} aria-busy="true" />
}
