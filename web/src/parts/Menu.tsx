import type { ReactElement } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'

import { classes } from './classes'
import css from './field.module.css'
import { Icon, type IconName } from './Icon'
import menu from './Menu.module.css'

export interface Item {
  key: string
  title: string
  icon?: IconName
  danger?: boolean
  onAction: () => void
}

/** What can be done with something, behind a button. */
export function Menu({
  label,
  items,
  children,
}: {
  label: string
  items: readonly Item[]
  children: ReactElement
}) {
  return (
    <MenuTrigger>
      {children}
      <Popover className={css.popover ?? ''} placement="bottom end">
        <AriaMenu aria-label={label} items={items}>
          {(item: Item) => (
            <MenuItem
              id={item.key}
              textValue={item.title}
              onAction={item.onAction}
              className={classes(css.option, item.danger && menu.danger)}
            >
              {item.icon && <Icon name={item.icon} size={16} />}
              {item.title}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
