import { emptyDraft, type Draft } from './draft'

/** Rules to begin with. */
export const TEMPLATES = ['offline', 'crowd', 'empty', 'unusual'] as const
export type Template = (typeof TEMPLATES)[number]

const CHANGES: Record<Template, Partial<Draft>> = {
  offline: { kind: 'offline', severity: 'critical', hold: '120', clearFor: '60' },
  crowd: { kind: 'occupancy', limit: '40', clear: '35' },
  empty: {
    kind: 'count',
    side: 'below',
    limit: '1',
    window: '60',
    hold: '0',
    quiet: [{ days: [], from: '20:00', until: '09:00' }],
  },
  unusual: { kind: 'unusual', severity: 'info', hold: '0', clearFor: '0' },
}

/** A new rule that a template has filled in. */
export function templateDraft(template: Template | undefined, name: string, site: string): Draft {
  return { ...emptyDraft(site), ...(template ? { ...CHANGES[template], name } : {}) }
}
