import css from './Logo.module.css'

/** The mark and the name: a line that is crossed. */
export function Logo() {
  return (
    <span className={css.logo}>
      <svg aria-hidden="true" width="26" height="26" viewBox="0 0 32 32" focusable="false">
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <path d="M5 16h22" stroke="var(--text-on-accent)" strokeWidth="2.5" strokeDasharray="4 3" />
        <path d="M16 6v19m-5-6 5 6 5-6" fill="none" stroke="var(--text-on-accent)" strokeWidth="3" />
      </svg>
      camtally
    </span>
  )
}
