import type { TFunction } from 'i18next'

import { formatLength, formatNumber } from '@/parts/format'

/**
 * What the server says of an alert, in the language of the page. It writes one English sentence for each kind of rule, which is in
 * every message; a sentence that is not known here is shown as it is.
 */
export function summaryInWords(
  summary: string,
  t: TFunction<'alerts'>,
  language: string,
  camera: (id: string) => string,
): string {
  const number = (text: string | undefined) => formatNumber(Number(text), language, 1)
  const side = (text: string | undefined) => (text === 'more' ? 'above' : 'below')

  const site = /^([\d.]+) are at the site, (more|fewer) than ([\d.]+)\.$/.exec(summary)
  if (site) return t(`summary.site_${side(site[2])}`, { value: number(site[1]), limit: number(site[3]) })

  const zone = /^([\d.]+) are in zone `(.*)` of camera `(.*)`, (more|fewer) than ([\d.]+)\.$/.exec(summary)
  if (zone) {
    const where = { zone: zone[2] ?? '', camera: camera(zone[3] ?? '') }
    return t(`summary.zone_${side(zone[4])}`, { ...where, value: number(zone[1]), limit: number(zone[5]) })
  }

  const count = /^([\d.]+) were counted in (\d+) minutes, (more|fewer) than ([\d.]+)\.$/.exec(summary)
  if (count) {
    const window = formatLength(Number(count[2]) * 60, language)
    return t(`summary.count_${side(count[3])}`, { value: number(count[1]), window, limit: number(count[4]) })
  }

  const gone =
    /^Camera `(.*)` gives (no pictures|the same picture again and again): nothing is counted\.$/.exec(summary)
  if (gone) {
    const kind = gone[2] === 'no pictures' ? 'offline' : 'frozen'
    return t(`summary.${kind}`, { camera: camera(gone[1] ?? '') })
  }

  const unusual = /^The last hour is ([\d.]+) deviations from the same hours of (\d+) weeks\.$/.exec(summary)
  if (unusual) return t('summary.unusual', { value: number(unusual[1]), count: Number(unusual[2]) })
  return summary
}
