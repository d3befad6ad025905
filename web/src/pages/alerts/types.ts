import type { Schema } from '@/api'

export type Alert = Schema<'Alert'>
export type Condition = Schema<'Condition'>
export type Counted = Schema<'Counted'>
export type Rule = Schema<'Rule'>
export type KeptRule = Schema<'Kept_Rule'>
export type Channel = Schema<'Channel'>
export type KeptChannel = Schema<'Kept_Channel'>
export type Delivery = Schema<'Delivery'>
export type Severity = Schema<'Severity'>
export type Kind = Condition['kind']

export const KINDS = ['occupancy', 'count', 'offline', 'frozen', 'unusual'] as const satisfies Kind[]
export const SEVERITIES = ['info', 'warning', 'critical'] as const satisfies Severity[]
