// @ts-check
// Medians and ratios: the only statistics that the report uses.

/**
 * @param {readonly number[]} values
 * @returns {number} NaN for no values
 */
export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (low + high) / 2
}

/**
 * Half the distance between the quartiles, as a share of the median: how far to trust it.
 * @param {readonly number[]} values
 */
export const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b)
  /** @type {(share: number) => number} */
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN
  return (at(0.75) - at(0.25)) / 2 / median(values)
}

/**
 * The median of the ratios round by round: what slowed a whole round down cancels out, which a
 * ratio of two medians would keep.
 * @param {readonly number[]} values
 * @param {readonly number[]} base
 */
export const medianRatio = (values, base) => {
  const rounds = Math.min(values.length, base.length)
  const ratios = []
  for (let i = 0; i < rounds; i++) ratios.push((values[i] ?? 0) / (base[i] ?? 0))
  return median(ratios)
}
