/** What makers document or ship as the path of channel 1. Models differ: the camera's own page names the path of each. */
export interface Maker {
  name: string
  main: string
  sub: string
  /** RTSP is switched off at first. */
  offAtFirst?: boolean
}

export const MAKERS = {
  hikvision: { name: 'Hikvision', main: '/Streaming/Channels/101', sub: '/Streaming/Channels/102' },
  dahua: {
    name: 'Dahua, Amcrest',
    main: '/cam/realmonitor?channel=1&subtype=0',
    sub: '/cam/realmonitor?channel=1&subtype=1',
  },
  axis: {
    name: 'Axis',
    main: '/axis-media/media.amp?videocodec=h264',
    sub: '/axis-media/media.amp?videocodec=h264&resolution=640x360',
  },
  reolink: { name: 'Reolink', main: '/h264Preview_01_main', sub: '/h264Preview_01_sub', offAtFirst: true },
  uniview: { name: 'Uniview', main: '/media/video1', sub: '/media/video2' },
  tapo: { name: 'TP-Link Tapo', main: '/stream1', sub: '/stream2', offAtFirst: true },
  hanwha: { name: 'Hanwha', main: '/profile1/media.smp', sub: '/profile2/media.smp' },
} as const satisfies Record<string, Maker>

export type MakerKey = keyof typeof MAKERS
export type Stream = 'sub' | 'main'

/** The addresses to try for a camera of a maker: the smaller stream first, which is enough to count. */
export function addresses(maker: MakerKey, host: string): { stream: Stream; address: string }[] {
  const { sub, main } = MAKERS[maker]
  const at = host.trim().replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '') // prettier-ignore
  if (at === '') return []
  return [
    { stream: 'sub', address: `rtsp://${at}${sub}` },
    { stream: 'main', address: `rtsp://${at}${main}` },
  ]
}

/** Takes what somebody has pasted: without blanks, and with `rtsp:` where no protocol stands before a host. */
export function tidied(address: string): string {
  const text = address.trim()
  return text === '' || /^[a-z]+:|^\//i.test(text) ? text : `rtsp://${text}`
}

/** An id that a camera may have, of its name: small letters, digits and hyphens, 63 at most. */
export function idOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 58)
    .replace(/-+$/, '')
  const base = plain === '' ? 'camera' : plain
  if (!taken.has(base)) return base
  for (let number = 2; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}
