/** The values at which an axis from zero has lines: a few round ones, up to the highest value or a little above. */
export function axis(highest: number, about = 4): { top: number; steps: number[] } {
  const wanted = Math.max(highest, 1) / about
  const power = 10 ** Math.floor(Math.log10(wanted))
  // Nobody is a fraction of a person.
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= wanted) ?? wanted,
  )
  const count = Math.max(1, Math.ceil(highest / step))
  return { top: count * step, steps: Array.from({ length: count + 1 }, (_, index) => index * step) }
}
