import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from './Button'
import { classes } from './classes'
import { Icon } from './Icon'
import css from './Table.module.css'

export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** Numbers stand at the end, under each other. */
  numeric?: boolean
  /** What a phone leaves out. */
  wide?: boolean
  /** Leaves the title to screen readers, as for buttons of a row. */
  hideTitle?: boolean
  sortable?: boolean
}

export interface Sort {
  key: string
  descending: boolean
}

interface TableProps<Row> {
  /** What it lists, for screen readers. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  /** Shown in place of rows. */
  empty?: ReactNode
}

/** Rows of the same kind; the first column names a row. Very long tables are drawn only as far as they are looked at. */
export function Table<Row>({ label, columns, rows, rowKey, sort, onSort, empty }: TableProps<Row>) {
  if (rows.length === 0 && empty) return empty
  return (
    // It can be scrolled sideways, so the keyboard must be able to reach it.
    <div className={css.frame} role="group" aria-label={label} tabIndex={0}>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column, index) => {
                const look = classes(column.numeric && css.numeric, column.wide && css.wideOnly)
                return index === 0 ? (
                  <th key={column.key} scope="row" className={look}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.key} className={look}>
                    {column.cell(row)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps<Row> {
  column: Column<Row>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}

function Head<Row>({ column, sort, onSort }: HeadProps<Row>) {
  const look = classes(column.numeric && css.numeric, column.wide && css.wideOnly)
  const current = sort?.key === column.key ? sort : undefined
  if (!column.sortable || !onSort) {
    return (
      <th scope="col" className={look}>
        {column.hideTitle ? <span className="unseen">{column.title}</span> : column.title}
      </th>
    )
  }
  return (
    <th scope="col" className={look} aria-sort={current && (current.descending ? 'descending' : 'ascending')}>
      <button
        type="button"
        className={css.sort}
        onClick={() => onSort({ key: column.key, descending: current ? !current.descending : false })}
      >
        {column.title}
        {current && <Icon name={current.descending ? 'down' : 'up'} size={14} />}
      </button>
    </th>
  )
}

interface MoreProps {
  shown: number
  hasMore: boolean
  isLoading: boolean
  onMore: () => void
}

/** Beneath a table that comes in pages: how many rows are shown, and a button for more. */
export function More({ shown, hasMore, isLoading, onMore }: MoreProps) {
  const { t } = useTranslation()
  return (
    <div className={css.more}>
      <span className="tabular" role="status">
        {t('table.shown', { count: shown })}
      </span>
      {hasMore && (
        <Button small isPending={isLoading} onPress={onMore}>
          {t('table.more')}
        </Button>
      )}
    </div>
  )
}
