/** What somebody may do; each may do what the ones before may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** A role, everywhere or at one site. */
export interface Grant {
  role: Role
  site: string | undefined
}

/** A role as it is written, `viewer` or `operator:main`. */
export function readGrant(text: string): Grant | undefined {
  const [role, site] = text.split(':')
  return isRole(role) ? { role, site } : undefined
}

export function writeGrant({ role, site }: Grant): string {
  return site === undefined ? role : `${role}:${site}`
}

/** Where somebody has which role, for a form: one for everywhere, and one for each site. */
export interface Grants {
  everywhere: Role | undefined
  sites: Record<string, Role>
}

/** Of several roles the greatest counts. */
export function readGrants(roles: readonly string[]): Grants {
  const grants: Grants = { everywhere: undefined, sites: {} }
  for (const { role, site } of roles.flatMap((text) => readGrant(text) ?? [])) {
    if (site === undefined) grants.everywhere = greater(grants.everywhere, role)
    else grants.sites[site] = greater(grants.sites[site], role)
  }
  return grants
}

/** Roles as they are sent. What adds nothing to the one for everywhere is left out. */
export function writeGrants({ everywhere, sites }: Grants): string[] {
  const reaches = everywhere ? ROLES.indexOf(everywhere) : -1
  const more = Object.entries(sites).filter(([, role]) => ROLES.indexOf(role) > reaches)
  return [...(everywhere ? [everywhere] : []), ...more.map(([site, role]) => `${role}:${site}`).sort()]
}

function greater(one: Role | undefined, other: Role): Role {
  return one && ROLES.indexOf(one) > ROLES.indexOf(other) ? one : other
}

function isRole(text: string | undefined): text is Role {
  return ROLES.some((role) => role === text)
}
