import { Export } from './Export'
import { Import } from './Import'
import css from './transfer.module.css'

/** Everything that is configured, as one file: out, and in. */
export function TransferPanel() {
  return (
    <div className={css.panel}>
      <Export />
      <Import />
    </div>
  )
}
