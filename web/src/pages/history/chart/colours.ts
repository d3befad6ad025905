/** Colours of series by their place, as the design has them. */
export const SERIES = [1, 2, 3, 4, 5, 6] as const
export type SeriesColour = (typeof SERIES)[number]

const NAMES = [
  '--text',
  '--text-muted',
  '--border',
  '--surface',
  '--hover',
  '--series-1',
  '--series-2',
  '--series-3',
  '--series-4',
  '--series-5',
  '--series-6',
] as const
type Name = (typeof NAMES)[number]
export type Colours = Record<Name, string>

/** The name of a series' colour. */
export const nameOf = (colour: SeriesColour | 'text'): Name =>
  colour === 'text' ? '--text' : `--series-${colour}`

/** What the design's colours are at an element in the present theme: a canvas cannot read variables. */
export function coloursAt(element: HTMLElement): Colours {
  const probe = document.createElement('span')
  element.append(probe)
  const found = NAMES.map((name) => {
    probe.style.color = `var(${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(found) as Colours
}

const TILE = 8

/** The pattern of time that was not watched, at the density of the screen. */
export function hatch(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  const size = Math.round(TILE * devicePixelRatio)
  tile.width = tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.strokeStyle = colour
  pen.globalAlpha = 0.4
  pen.lineWidth = 1.4 * devicePixelRatio
  // The corners as well, so that the lines go on from tile to tile.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1)
    pen.lineTo(shift + size + 1, -1)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat') ?? colour
}
