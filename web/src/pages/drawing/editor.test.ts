import { describe, expect, it } from 'vitest'

import type { Draft } from './draft'
import { faultOf, freeName, moved, rules, drafts } from './draft'
import { edit, started, type Action, type Editor } from './editor'

const line = (key: number, name: string): Draft => ({
  key,
  kind: 'line',
  points: [[0.1, 0.5], [0.9, 0.5]], // prettier-ignore
  rule: { name, anchor: 'foot' },
})

const run = (actions: Action[], from: Editor = started([line(0, 'door')])) => actions.reduce(edit, from)

describe('edit', () => {
  it('undoes and repeats what was done', () => {
    const added = run([{ do: 'add', draft: line(1, 'gate') }])
    expect(added.drafts).toHaveLength(2)
    expect(added.chosen).toBe(1)
    const undone = edit(added, { do: 'undo' })
    expect(undone.drafts).toHaveLength(1)
    expect(undone.chosen).toBeUndefined()
    expect(edit(undone, { do: 'redo' }).drafts).toEqual(added.drafts)
    expect(run([{ do: 'undo' }]).drafts).toHaveLength(1)
  })

  it('undoes one go at once', () => {
    const drag = (x: number, go: string): Action => ({ do: 'corner', key: 0, corner: 0, to: [x, 0.5], go })
    const dragged = run([drag(0.2, 'a'), drag(0.3, 'a'), drag(0.4, 'a')])
    expect(dragged.drafts[0]?.points[0]).toEqual([0.4, 0.5])
    expect(edit(dragged, { do: 'undo' }).drafts[0]?.points[0]).toEqual([0.1, 0.5])
    const twice = run([drag(0.2, 'a'), drag(0.3, 'b')])
    expect(edit(twice, { do: 'undo' }).drafts[0]?.points[0]).toEqual([0.2, 0.5])
  })

  it('forgets what was undone when something else is done', () => {
    const changed = run([{ do: 'reverse', key: 0 }, { do: 'undo' }, { do: 'remove', key: 0 }])
    expect(changed.future).toEqual([])
    expect(changed.drafts).toEqual([])
  })

  it('turns a line around', () => {
    expect(run([{ do: 'reverse', key: 0 }]).drafts[0]?.points).toEqual([[0.9, 0.5], [0.1, 0.5]]) // prettier-ignore
  })

  it('puts corners in, takes them out, and keeps the least', () => {
    const bent = run([{ do: 'insert', key: 0, after: 0, at: [0.5, 0.7] }])
    expect(bent.drafts[0]?.points).toEqual([[0.1, 0.5], [0.5, 0.7], [0.9, 0.5]]) // prettier-ignore
    expect(bent.held).toBe(1)
    const straight = run([{ do: 'removeCorner', key: 0, corner: 1 }], bent)
    expect(straight.drafts[0]?.points).toHaveLength(2)
    expect(run([{ do: 'removeCorner', key: 0, corner: 1 }], straight)).toBe(straight)
  })

  it('keeps corners in the picture', () => {
    const out = run([{ do: 'corner', key: 0, corner: 1, to: [1.5, -0.2], go: 'a' }])
    expect(out.drafts[0]?.points[1]).toEqual([1, 0])
  })
})

describe('draft', () => {
  it('moves as a whole as far as it stays in the picture', () => {
    expect(moved(line(0, 'door').points, [0.5, -0.2])).toEqual([[0.2, 0.3], [1, 0.3]]) // prettier-ignore
  })

  it('goes to the server and back with what this page does not show', () => {
    const sent = { line: [{ name: 'door', anchor: 'head', points: [[0, 0], [1, 1]], band: 0.3 }], zone: [] } // prettier-ignore
    expect(rules(drafts(sent))).toEqual(sent)
  })

  it('is given a free name', () => {
    expect(freeName([line(0, 'Line 1'), line(1, 'Line 3')], 'Line')).toBe('Line 2')
  })

  it('says what the server would refuse', () => {
    const door = line(0, 'door')
    expect(faultOf(door, [door])).toBeUndefined()
    expect(faultOf(line(1, ' '), [])).toBe('noName')
    expect(faultOf(line(1, 'door'), [door])).toBe('sameName')
    expect(faultOf({ ...door, points: [[0, 0]] }, [])).toBe('tooFewPoints')
    expect(faultOf({ ...door, points: [[0, 0], [0, 0]] }, [])).toBe('noLength') // prettier-ignore
    expect(faultOf({ ...door, points: [[0, 0], [1, 1], [1, 0], [0, 1]] }, [])).toBe('crossesItself') // prettier-ignore
  })
})
