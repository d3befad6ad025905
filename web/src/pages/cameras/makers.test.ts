import { expect, it } from 'vitest'

import { addresses, idOf, tidied } from './makers'

it('makes addresses of a maker and a host', () => {
  expect(addresses('tapo', ' 10.0.0.9 ')).toEqual([
    { stream: 'sub', address: 'rtsp://10.0.0.9/stream2' },
    { stream: 'main', address: 'rtsp://10.0.0.9/stream1' },
  ])
  expect(addresses('uniview', 'http://cam.local:554/x')[0]?.address).toBe('rtsp://cam.local:554/media/video2')
  expect(addresses('axis', ' ')).toEqual([])
})

it('completes what was pasted', () => {
  expect(tidied(' 10.0.0.9/stream1\n')).toBe('rtsp://10.0.0.9/stream1')
  expect(tidied('RTSP://10.0.0.9/a')).toBe('RTSP://10.0.0.9/a')
  expect(tidied('loop:/videos/a.mp4')).toBe('loop:/videos/a.mp4')
  expect(tidied('/dev/video0')).toBe('/dev/video0')
})

it('makes an id of a name in any language', () => {
  expect(idOf('Front door (north)', new Set())).toBe('front-door-north')
  expect(idOf('Cửa Đông', new Set(['cua-dong']))).toBe('cua-dong-2')
  expect(idOf('入口', new Set())).toBe('camera')
  expect(idOf('x'.repeat(100), new Set()).length).toBeLessThanOrEqual(63)
})
