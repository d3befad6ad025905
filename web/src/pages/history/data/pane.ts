import type { Span } from '../period'
import type { View } from '../view'
import type { Place } from './usePlace'

/** What each part of the page is given: what to show, of where, of when. */
export interface PaneProps {
  view: View
  place: Place
  span: Span
  now: Date
  onChange: (part: Partial<View>) => void
}
