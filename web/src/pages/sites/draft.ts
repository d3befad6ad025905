import type { Schema } from '@/api'

type Site = Schema<'Site'>
export type Entrance = Schema<'Entrance'>

/** A site while it is being edited. */
export interface SiteDraft {
  id: string
  name: string
  zone: string
  reset: number
  entrances: Entrance[]
}

export function siteDraft(site: Site | undefined, zone: string): SiteDraft {
  return {
    id: site?.id ?? '',
    name: site?.name ?? '',
    zone: site?.time_zone ?? zone,
    reset: site?.reset_hour ?? 4,
    entrances: [...(site?.entrances ?? [])],
  }
}

/** What of a site is sent when it is changed. */
export function changeOf({ name, zone, reset, entrances }: SiteDraft) {
  return { name: name.trim(), time_zone: zone, reset_hour: reset, entrances }
}

/** An id that a name suggests: small letters, digits and hyphens. */
export function idOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
}

export type SiteErrors = Partial<Record<'id' | 'name' | 'zone' | 'entrance', true>>

export function siteErrors(draft: SiteDraft, isNew: boolean): SiteErrors {
  const errors: SiteErrors = {}
  if (isNew && !/^[a-z0-9-]{1,63}$/.test(draft.id)) errors.id = true
  if (!draft.name.trim() || new TextEncoder().encode(draft.name.trim()).length > 100) errors.name = true
  if (!draft.zone) errors.zone = true
  const lines = draft.entrances.map(({ camera, line }) => JSON.stringify([camera, line]))
  if (new Set(lines).size < lines.length) errors.entrance = true
  return errors
}
