// @ts-check
// Medians, quartiles and ratios: the only statistics that the report uses.

/**
 * The value below which `share` of the values lie, between two of them where it falls there.
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 * @returns {number} NaN for no values
 */
const quantile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5)

/**
 * The first and the third.
 * @param {readonly number[]} values
 * @returns {[number, number]}
 */
export const quartiles = (values) => [quantile(values, 0.25), quantile(values, 0.75)]

/**
 * Half the distance between the quartiles, as a share of the median: how far to trust it.
 * @param {readonly number[]} values
 */
export const spread = (values) => {
  const [low, high] = quartiles(values)
  return (high - low) / 2 / median(values)
}

/**
 * The ratios round by round, of the rounds that both sides have.
 * @param {readonly number[]} values
 * @param {readonly number[]} base
 */
export const ratios = (values, base) =>
  values.slice(0, base.length).map((value, i) => value / (base[i] ?? Number.NaN))

/**
 * The median of the ratios round by round: what slowed a whole round down cancels out, which a
 * ratio of two medians would keep.
 * @param {readonly number[]} values
 * @param {readonly number[]} base
 */
export const medianRatio = (values, base) => median(ratios(values, base))
