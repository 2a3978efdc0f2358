// What a Writer's `write` has answered.

/** How many bytes of a piece an answer speaks of: all, unless it says so. */
export function countOf(answer: unknown, length: number): number {
  const said =
    typeof answer === 'object' && answer !== null && 'bytesWritten' in answer
      ? answer.bytesWritten
      : answer
  if (typeof said !== 'number') return length
  if (isCount(said, length)) return said
  throw new RangeError(`dst.write took ${said} bytes of ${length}`)
}

/** Whether it is a whole number of bytes, and not more than there were. */
export const isCount = (n: unknown, most: number): n is number =>
  typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= most
