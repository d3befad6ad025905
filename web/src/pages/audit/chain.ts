/**
 * Whether entries, the newest first, follow each other without gaps. The log numbers all of its entries one by one, so what is
 * missing between two of them was taken out.
 */
export function firstGap(numbers: readonly number[]): [newer: number, older: number] | undefined {
  for (let at = 1; at < numbers.length; at++) {
    const [newer, older] = [numbers[at - 1] ?? 0, numbers[at] ?? 0]
    if (newer !== older + 1) return [newer, older]
  }
  return undefined
}
