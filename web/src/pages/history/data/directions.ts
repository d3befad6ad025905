import type { Direction } from '../view'

interface Line {
  name: string
  forward: string
  backward: string
}

/** What the directions are called, such as "in" and "out"; undefined where lines call them differently. */
export function directionNames(
  cameras: readonly { id: string; lines: readonly Line[] }[],
  chosen: { cameras: readonly string[]; rules: readonly string[] },
): Record<Direction, string> | undefined {
  const lines = cameras
    .filter(({ id }) => chosen.cameras.length === 0 || chosen.cameras.includes(id))
    .flatMap((camera) => camera.lines)
    .filter(({ name }) => chosen.rules.length === 0 || chosen.rules.includes(name))
  const [first] = lines
  if (!first) return undefined
  const { forward, backward } = first
  return lines.every((line) => line.forward === forward && line.backward === backward)
    ? { forward, backward }
    : undefined
}
