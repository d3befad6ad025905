import { useQuery } from '@tanstack/react-query'

import { answered, api, ifMatch, read, useChange } from '@/api'
import { useAuth } from '@/app/auth'
import { maySomewhere } from '@/app/rights'
import { useRemoval } from '@/parts/useRemoval'

import type { KeptChannel, KeptRule, Rule } from './types'

export const RULES = '/api/v1/alert-rules'
export const ALERTS = '/api/v1/alerts'
export const CHANNELS = '/api/v1/channels'
export const DELIVERIES = '/api/v1/deliveries'

const ALL = { params: { query: { limit: 1000 } } } as const
const NO_RULES: KeptRule[] = []
const NO_CHANNELS: KeptChannel[] = []

/** Every rule that somebody sees. */
export function useRules() {
  const query = useQuery(read('/api/v1/alert-rules', ALL))
  return { ...query, rules: query.data?.items ?? NO_RULES }
}

/** Every channel that somebody sees: operators only, for an address may be private. */
export function useChannels() {
  const { rights } = useAuth()
  const enabled = maySomewhere(rights, 'operator')
  const query = useQuery({ ...read('/api/v1/channels', ALL), enabled })
  const channels = query.data?.items ?? NO_CHANNELS
  return { ...query, channels, nameOf: (id: string) => channels.find((one) => one.id === id)?.name }
}

export const readRule = (id: string) =>
  answered(api.GET('/api/v1/alert-rules/{id}', { params: { path: { id } } }))

export const createRule = (body: Rule) => answered(api.POST('/api/v1/alert-rules', { body }))

export const replaceRule = (id: string, version: number, body: Rule) =>
  answered(api.PUT('/api/v1/alert-rules/{id}', { params: { path: { id }, header: ifMatch(version) }, body }))

const deleteRule = ({ id, version }: KeptRule) =>
  answered(api.DELETE('/api/v1/alert-rules/{id}', { params: { path: { id }, header: ifMatch(version) } }))

/** What a rule says, without what it is known by. */
export function bodyOf(kept: KeptRule): Rule {
  const { name, site, severity, condition, enabled, hold_s, clear_s, quiet } = kept
  const { channels, escalation, tell_resolved } = kept
  return {
    name,
    site,
    severity,
    condition,
    enabled,
    hold_s,
    clear_s,
    quiet,
    channels,
    escalation,
    tell_resolved,
  }
}

export const useReplaceRule = () =>
  useChange(
    ({ kept, rule }: { kept: KeptRule; rule: Rule }) => replaceRule(kept.id, kept.version, rule),
    [RULES, ALERTS],
  )
export const useCreateRule = () => useChange(createRule, [RULES])
export const useDeleteRule = () => useRemoval(deleteRule, [RULES, ALERTS])

export const readChannel = (id: string) =>
  answered(api.GET('/api/v1/channels/{id}', { params: { path: { id } } }))
