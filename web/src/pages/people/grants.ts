import { ROLES, type Rights, type Role } from '@/app/rights'

/** Roles as the server takes them. What adds nothing to the one for everywhere is left out. */
export function writeRights({ everywhere, sites }: Rights): string[] {
  const reach = everywhere ? ROLES.indexOf(everywhere) : -1
  const more = [...sites].filter(([, role]) => ROLES.indexOf(role) > reach)
  return [...(everywhere ? [everywhere] : []), ...more.map(([site, role]) => `${role}:${site}`).sort()]
}

/** A role as the server writes it, `viewer` or `operator:main`. */
export function readGrant(text: string): { role: Role; site: string | undefined } | undefined {
  const [name, site] = text.split(':')
  const role = ROLES.find((one) => one === name)
  return role && { role, site }
}
