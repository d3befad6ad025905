import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { Link } from 'wouter'

import css from './Button.module.css'
import { classes } from './classes'
import { Icon, type IconName } from './Icon'

export type Look = 'primary' | 'secondary' | 'quiet' | 'danger'

interface Common {
  children?: ReactNode
  icon?: IconName
  look?: Look
  /** Small ones stand inside rows and toolbars. */
  small?: boolean
  className?: string
}

export type ButtonProps = Common &
  Omit<AriaButtonProps, 'children' | 'className' | 'style' | 'isPending'> & {
    /** What it does is under way: it keeps the focus, and does nothing meanwhile. */
    isPending?: boolean
  }

/** Does something. One that shows an icon only must have an `aria-label`. */
export function Button({
  children,
  icon,
  look = 'secondary',
  small,
  className,
  isPending,
  ...rest
}: ButtonProps) {
  const held = isPending ? ({ onPress: () => undefined, type: 'button', 'data-pending': true } as const) : {}
  return (
    <AriaButton {...rest} {...held} className={looks(look, small, children === undefined, className)}>
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </AriaButton>
  )
}

/** Goes somewhere, and looks like a button. */
export function LinkButton({
  to,
  children,
  icon,
  look = 'secondary',
  small,
  className,
  ...rest
}: Common & { to: string; 'aria-label'?: string }) {
  return (
    <Link to={to} className={looks(look, small, children === undefined, className)} {...rest}>
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </Link>
  )
}

function looks(look: Look, small: boolean | undefined, bare: boolean, more: string | undefined) {
  return classes(css.button, css[look], small && css.small, bare && css.bare, more)
}
