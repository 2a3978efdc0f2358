// @ts-check
// The straight line through points that lies nearest, and how sure its slope is.

/**
 * Least squares: what one unit of x adds to y, its standard error, and how far apart the first and the last x are.
 * @param {readonly (readonly [x: number, y: number])[]} points
 */
export const growthOf = (points) => {
  const n = points.length
  const mean = (/** @type {0 | 1} */ i) => points.reduce((sum, point) => sum + point[i], 0) / n
  const [mx, my] = [mean(0), mean(1)]
  const sxx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
  const sxy = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  const slope = sxx === 0 ? 0 : sxy / sxx
  const rest = points.reduce((sum, [x, y]) => sum + (y - my - slope * (x - mx)) ** 2, 0)
  // Two points lie on any line: of its slope nothing is known.
  const error = n > 2 && sxx > 0 ? Math.sqrt(rest / (n - 2) / sxx) : Number.POSITIVE_INFINITY
  const hours = n === 0 ? 0 : (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)
  return { slope, error, hours }
}
