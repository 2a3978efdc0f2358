// Which name was meant by a misspelt one.

/** The most letters that two names may differ in. */
const FAR = 3

/** The known name that differs least, in case too, or null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.min(FAR, Math.ceil(name.length / 2)) + 1
  for (const other of known) {
    const d = distance(name.toLowerCase(), other.toLowerCase())
    if (d < least) [best, least] = [other, d]
  }
  return best
}

/** Letters put in, left out or replaced, and neighbours that changed places. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > FAR) return FAR + 1
  let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)] as number[][]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (row[j - 1] as number) + 1,
        (last?.[j] as number) + 1,
        (last?.[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap && i > 1 ? (before?.[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, row]
  }
  return last?.[b.length] as number
}
