// Small pictures made of letters.

/** A bar of `width` letters of which a share between 0 and 1 is full. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width)
  return '█'.repeat(full).padEnd(width, '░')
}

const STEPS = '▁▂▃▄▅▆▇█'

/** A letter for each number, as high as the number is beside the largest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, Number.MIN_VALUE)
  const step = (value: number) => Math.round((value / most) * (STEPS.length - 1))
  return values.map((value) => STEPS[step(value)]).join('')
}

/** How many values there were of each size; it takes no more memory as they become more. */
export class Histogram {
  readonly #counts = new Map<number, number>()
  #total = 0

  /** Counts a value that is not negative. */
  add(value: number): void {
    const end = endOf(value)
    this.#counts.set(end, (this.#counts.get(end) ?? 0) + 1)
    this.#total++
  }

  /** A line for each size that occurs and those between, which end at 1, 2 and 5 of each power of ten. */
  lines(label: (below: number) => string): string[] {
    const ends = [...this.#counts.keys()]
    const last = Math.max(...ends)
    const most = Math.max(...this.#counts.values())
    const lines: string[] = []
    for (let end = Math.min(...ends); end <= last; end = endOf(end)) {
      const n = this.#counts.get(end) ?? 0
      const percent = `${((100 * n) / this.#total).toFixed(1)} %`
      lines.push(`  < ${label(end).padEnd(8)} ${bar(n / most, 30)} ${percent.padStart(7)}  ${n}`)
    }
    return lines
  }
}

/** No size is smaller: a clock says 0 at times. */
const SMALLEST = 1e-3

/** The first of 1, 2, 5 times a power of ten that is above the value. */
function endOf(value: number): number {
  for (let exponent = Math.floor(Math.log10(Math.max(value, SMALLEST))); ; exponent++) {
    // A text has no rounding errors: 2 * 0.1 is not always 0.2.
    const end = [1, 2, 5].map((n) => Number(`${n}e${exponent}`)).find((n) => n > value)
    if (end !== undefined) return end
  }
}
