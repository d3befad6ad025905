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
// prettier-ignore
export const PAGES: readonly PageEntry[] = [
  { path: '/', page: lazy(() => import('@/pages/live')), role: 'viewer', place: { group: 'watch', title: 'live', icon: 'live' } },
  { path: '/live/:id', page: lazy(() => import('@/pages/live/Camera')), role: 'viewer' },
  { path: '/cameras', page: lazy(() => import('@/pages/cameras')), role: 'viewer', place: { group: 'watch', title: 'cameras', icon: 'camera' } },
  { path: '/cameras/new', page: lazy(() => import('@/pages/cameras/New')), role: 'operator' },
  { path: '/cameras/:id', page: lazy(() => import('@/pages/cameras/Camera')), role: 'viewer' },
  { path: '/cameras/:id/edit', page: lazy(() => import('@/pages/cameras/Edit')), role: 'operator' },
  { path: '/cameras/:id/rules', page: lazy(() => import('@/pages/drawing')), role: 'viewer' },
  { path: '/history', page: lazy(() => import('@/pages/history')), role: 'viewer', place: { group: 'understand', title: 'history', icon: 'history' } },
  { path: '/report', page: lazy(() => import('@/pages/report')), role: 'viewer', place: { group: 'understand', title: 'report', icon: 'report' } },
  { path: '/accuracy', page: lazy(() => import('@/pages/accuracy')), role: 'viewer', place: { group: 'understand', title: 'accuracy', icon: 'accuracy' } },
  { path: '/accuracy/new', page: lazy(() => import('@/pages/accuracy/new')), role: 'operator' },
  { path: '/accuracy/mark/:ids', page: lazy(() => import('@/pages/accuracy/mark')), role: 'operator' },
  { path: '/accuracy/:ids', page: lazy(() => import('@/pages/accuracy/AuditReport')), role: 'viewer' },
  { path: '/kiosk/:site', page: lazy(() => import('@/pages/kiosk')), role: 'viewer', bare: true },
  { path: '/alerts', page: lazy(() => import('@/pages/alerts')), role: 'viewer', place: { group: 'manage', title: 'alerts', icon: 'alert' } },
  { path: '/alerts/rules/:id', page: lazy(() => import('@/pages/alerts/rule/RulePage')), role: 'viewer' },
  { path: '/alerts/channels/:id', page: lazy(() => import('@/pages/alerts/channels/ChannelPage')), role: 'operator' },
  { path: '/sites', page: lazy(() => import('@/pages/sites')), role: 'admin', place: { group: 'manage', title: 'sites', icon: 'site' } },
  { path: '/sites/:id', page: lazy(() => import('@/pages/sites/SitePage')), role: 'admin' },
  { path: '/people', page: lazy(() => import('@/pages/people')), role: 'admin', place: { group: 'manage', title: 'people', icon: 'people' } },
  { path: '/people/:id', page: lazy(() => import('@/pages/people/users/UserPage')), role: 'admin', everywhere: true },
  { path: '/account', page: lazy(() => import('@/pages/people/account')), role: 'viewer' },
  { path: '/audit', page: lazy(() => import('@/pages/audit')), role: 'admin', place: { group: 'manage', title: 'audit', icon: 'audit' } },
  { path: '/system', page: lazy(() => import('@/pages/system')), role: 'admin', everywhere: true, place: { group: 'manage', title: 'system', icon: 'settings' } },
]
