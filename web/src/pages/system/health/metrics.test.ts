import { describe, expect, it } from 'vitest'

import { median, perSecond, readMetrics, total } from './metrics'

const text = `# HELP camtally_camera_up x
# TYPE camtally_camera_up gauge
camtally_camera_up{camera="north \\"door\\""} 1
camtally_camera_up{camera="yard"} 0

camtally_journal_bytes 4096
camtally_http_request_duration_seconds_bucket{method="GET",route="/a",le="+Inf"} 3
`

describe('readMetrics', () => {
  it('reads names, labels and numbers, and leaves comments out', () => {
    const samples = readMetrics(text)
    expect(samples).toHaveLength(4)
    expect(samples[0]).toEqual({ name: 'camtally_camera_up', labels: { camera: 'north "door"' }, value: 1 })
    expect(samples[3]?.labels.le).toBe('+Inf')
  })
})

describe('total', () => {
  it('adds up what fits, and tells nothing from zero', () => {
    const samples = readMetrics(text)
    expect(total(samples, 'camtally_camera_up')).toBe(1)
    expect(total(samples, 'camtally_camera_up', { camera: 'yard' })).toBe(0)
    expect(total(samples, 'camtally_mqtt_connected')).toBeUndefined()
  })
})

describe('perSecond', () => {
  it('takes a counter that began anew to have grown from zero', () => {
    expect(perSecond(100, 150, 10)).toBe(5)
    expect(perSecond(100, 20, 10)).toBe(2)
    expect(perSecond(undefined, 20, 10)).toBeUndefined()
  })
})

describe('median', () => {
  const buckets = (route: string, ...counts: [le: string, count: number][]) =>
    counts.map(([le, value]) => ({ name: 'wait_bucket', labels: { route, le }, value }))

  it('lies between the two bounds around it, over all labels', () => {
    const samples = [
      ...buckets('/a', ['0.1', 2], ['0.2', 6], ['+Inf', 6]),
      ...buckets('/b', ['0.1', 0], ['0.2', 2], ['+Inf', 2]),
    ]
    expect(median(samples, 'wait')).toBeCloseTo(0.1 + 0.1 / 3)
  })

  it('is nothing without a number, and the last bound beyond it', () => {
    expect(median([], 'wait')).toBeUndefined()
    expect(median(buckets('/a', ['0.1', 0], ['+Inf', 0]), 'wait')).toBeUndefined()
    expect(median(buckets('/a', ['0.1', 1], ['+Inf', 9]), 'wait')).toBe(0.1)
  })
})
