import type { Reading } from './rehearse'

/** A line through readings, from left to right; it breaks where nothing is known. */
export function pathOf(readings: readonly Reading[], top: number, width: number, height: number): string {
  const last = Math.max(readings.length - 1, 1)
  let isOpen = false
  const round = (value: number) => Math.round(value * 10) / 10
  return readings
    .map(({ value }, at) => {
      if (value === undefined) {
        isOpen = false
        return ''
      }
      const step = isOpen ? 'L' : 'M'
      isOpen = true
      return `${step}${round((at / last) * width)} ${round(height - (value / top) * height)}`
    })
    .join('')
}

/** Where nothing is known, as parts of the whole from 0 to 1. */
export function stretchesOf(readings: readonly Reading[]): [from: number, until: number][] {
  const found: [number, number][] = []
  let begin: number | undefined
  readings.forEach(({ value }, at) => {
    if (value === undefined) begin ??= at
    else if (begin !== undefined) {
      found.push([begin, at])
      begin = undefined
    }
  })
  if (begin !== undefined) found.push([begin, readings.length])
  return found.map(([from, until]) => [from / readings.length, until / readings.length])
}
