import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

import type { IconName } from '@/parts/Icon'

import type { Role } from './rights'

/** Where a page stands in the navigation. */
export interface Place {
  group: 'watch' | 'understand' | 'manage'
  title:
    | 'live'
    | 'cameras'
    | 'history'
    | 'report'
    | 'accuracy'
    | 'alerts'
    | 'sites'
    | 'people'
    | 'audit'
    | 'system'
  icon: IconName
}

export interface PageEntry {
  /** As wouter has it: `/cameras/:id`. */
  path: string
  page: LazyExoticComponent<ComponentType>
  /** Who may open it: whoever has the role at any site, or with `everywhere` at all of them. */
  role: Role
  everywhere?: boolean
  place?: Place
  /** Fills the window, without navigation: for screens on a wall. */
  bare?: boolean
}

/** Every page, in the order of the navigation. One line each. */
export const PAGES: readonly PageEntry[] = [
  // prettier-ignore
  { path: '/', page: lazy(() => import('@/pages/live')), role: 'viewer', place: { group: 'watch', title: 'live', icon: 'live' } },
  // prettier-ignore
  { path: '/history', page: lazy(() => import('@/pages/history')), role: 'viewer', place: { group: 'understand', title: 'history', icon: 'history' } },
  // prettier-ignore
  { path: '/report', page: lazy(() => import('@/pages/report')), role: 'viewer', place: { group: 'understand', title: 'report', icon: 'report' } },
  // prettier-ignore
  { path: '/accuracy', page: lazy(() => import('@/pages/accuracy')), role: 'viewer', place: { group: 'understand', title: 'accuracy', icon: 'accuracy' } },
  { path: '/accuracy/new', page: lazy(() => import('@/pages/accuracy/new')), role: 'operator' },
  { path: '/accuracy/mark/:ids', page: lazy(() => import('@/pages/accuracy/mark')), role: 'operator' },
  { path: '/accuracy/:ids', page: lazy(() => import('@/pages/accuracy/AuditReport')), role: 'viewer' },
  { path: '/kiosk/:site', page: lazy(() => import('@/pages/kiosk')), role: 'viewer', bare: true },
]
