import { ownZone } from '@/parts/zones'

/** People are of no site, so what they did is told by the clock of whoever looks. */
export const HERE = ownZone()
