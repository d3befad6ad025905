/** A picture of a recording. */
export interface Frame {
  number: number
  time: string
}

/** The last of the frames that is not after a moment; the first when all are later. Frames are in the order of time. */
export function frameAt(times: readonly number[], moment: number): number {
  let [low, high] = [0, times.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((times[middle] ?? Infinity) <= moment) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** Which frames are fetched next: those ahead first, then a few behind for the jump back. */
export function wanted(at: number, count: number, ahead: number, behind: number): number[] {
  const forward = Array.from({ length: ahead + 1 }, (_, index) => at + index)
  const back = Array.from({ length: behind }, (_, index) => at - 1 - index)
  return [...forward, ...back].filter((index) => index >= 0 && index < count)
}
