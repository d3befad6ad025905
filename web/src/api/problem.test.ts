import { describe, expect, it } from 'vitest'

import { fieldOf, Problem, problemOf } from './problem'

const refused = (detail: string) => new Problem(422, 'not_valid', detail)

describe('Problem', () => {
  it('is read from problem+json', () => {
    const response = new Response(null, { status: 429, headers: { 'Retry-After': '5' } })
    const problem = Problem.of(response, {
      code: 'too_many_requests',
      detail: 'wait',
      status: 429,
      title: '',
    })
    expect([problem.status, problem.code, problem.detail, problem.retryAfter]).toEqual([
      429,
      'too_many_requests',
      'wait',
      5,
    ])
  })

  it('is made of an answer that is no problem+json', () => {
    const problem = Problem.of(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }), '<html>')
    expect([problem.status, problem.code]).toEqual([502, 'unreadable'])
  })

  it('takes a failed fetch for a lost connection', () => {
    expect(problemOf(new TypeError('Failed to fetch')).code).toBe('offline')
    expect(problemOf(new Error('what')).code).toBe('unreadable')
  })
})

describe('fieldOf', () => {
  it('finds the field that a detail names', () => {
    expect(fieldOf(refused('`address` has no host'), ['name', 'address'])).toBe('address')
    expect(fieldOf(refused('`line[0].name` is taken'), ['line'])).toBe('line')
    expect(fieldOf(refused('the password is too easy to guess'), ['name'])).toBeUndefined()
  })
})
