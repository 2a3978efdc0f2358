// @ts-check
// Reads what `strace -c` counted, and takes the start and the end of the program out of it.

/** @typedef {Map<string, { calls: number, errors: number }>} Counts */

/**
 * Reads the table that `strace -c` writes.
 * @param {string} text
 * @returns {Counts}
 */
export const parseSummary = (text) => {
  /** @type {Counts} */
  const counts = new Map()
  for (const line of text.split('\n')) {
    const match = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(\d+)?\s*(\w+)$/.exec(line)
    if (match === null || match[3] === 'total') continue
    counts.set(match[3] ?? '', { calls: Number(match[1]), errors: Number(match[2] ?? 0) })
  }
  return counts
}

/**
 * @param {Counts} few
 * @param {Counts} more
 * @param {number} messages how many more there were
 * @returns {string[]} one line per call that the additional messages made
 */
export const perMessage = (few, more, messages) =>
  [...more]
    .map(([name, { calls, errors }]) => {
      const base = few.get(name) ?? { calls: 0, errors: 0 }
      const each = (calls - base.calls) / messages
      return { name, each, failed: (errors - base.errors) / messages }
    })
    // Less than one call in a hundred messages is a timer or a collector at work.
    .filter(({ each }) => each >= 0.01)
    .toSorted((a, b) => b.each - a.each)
    .map(({ name, each, failed }) => {
      const failures = failed >= 0.01 ? `  (${failed.toFixed(2)} fail)` : ''
      return `  ${name.padEnd(14)} ${each.toFixed(2)}${failures}`
    })
