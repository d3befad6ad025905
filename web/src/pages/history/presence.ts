/** A grid that covers a picture: seconds of presence, row by row from the top left. */
export interface Grid {
  width: number
  height: number
  seconds: readonly number[]
}

/** The share of all presence in each of nine parts of the picture, row by row; undefined when nobody was there. */
export function ninths({ width, height, seconds }: Grid): number[][] | undefined {
  const parts = [0, 1, 2].map(() => [0, 0, 0])
  let total = 0
  seconds.forEach((value, index) => {
    const row = parts[Math.floor((Math.floor(index / width) * 3) / height)]
    const column = Math.floor(((index % width) * 3) / width)
    if (!row) return
    row[column] = (row[column] ?? 0) + value
    total += value
  })
  return total > 0 ? parts.map((row) => row.map((value) => value / total)) : undefined
}

/** Seconds that people were in the picture, together. */
export const presence = ({ seconds }: Grid): number => seconds.reduce((sum, value) => sum + value, 0)
