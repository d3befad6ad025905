/** What somebody may do; each role holds those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Who uses the page: what they may do everywhere and at single sites. */
export interface Rights {
  /** The greatest role that holds at every site. */
  everywhere: Role | undefined
  /** The greatest role at each single site that one is given for. */
  sites: ReadonlyMap<string, Role>
}

/** Those of a server that asks nobody to sign in. */
export const ALL_RIGHTS: Rights = { everywhere: 'admin', sites: new Map() }

const rank = (role: Role | undefined) => (role === undefined ? -1 : ROLES.indexOf(role))
const greater = (one: Role | undefined, other: Role) => (one && rank(one) > rank(other) ? one : other)

/** Reads roles as the server writes them: `viewer`, or `operator:main` for one site. */
export function rightsOf(roles: readonly string[]): Rights {
  let everywhere: Role | undefined
  const sites = new Map<string, Role>()
  for (const grant of roles) {
    const [name, site] = grant.split(':')
    const role = ROLES.find((one) => one === name)
    if (!role) continue
    if (site === undefined) everywhere = greater(everywhere, role)
    else sites.set(site, greater(sites.get(site), role))
  }
  return { everywhere, sites }
}

/** Whether somebody has the role at a site. */
export function mayAt(rights: Rights, role: Role, site: string): boolean {
  return Math.max(rank(rights.everywhere), rank(rights.sites.get(site))) >= rank(role)
}

/** Whether somebody has the role at every site. */
export function mayEverywhere(rights: Rights, role: Role): boolean {
  return rank(rights.everywhere) >= rank(role)
}

/** Whether somebody has the role anywhere. */
export function maySomewhere(rights: Rights, role: Role): boolean {
  return mayEverywhere(rights, role) || [...rights.sites.values()].some((one) => rank(one) >= rank(role))
}
