// @ts-check
// One regression: a place in a source, and what it becomes.

/**
 * @typedef {object} Mutant
 * @property {string} what the regression, as a sentence
 * @property {string} file in the package
 * @property {string} find what stands there, exactly once
 * @property {string} put what stands there in its place
 * @property {readonly string[]} [see] arguments of vitest that find the test that should see it: tried first
 * @property {string} [equivalent] why no test can see it
 */

/**
 * A package, its mutants, and the runs of vitest that could see them, in the order to try.
 * @typedef {object} Suite
 * @property {string} dir
 * @property {readonly Mutant[]} mutants
 * @property {readonly string[]} projects
 * @property {boolean} native whether the addon has to be built for each
 */

/**
 * What is wrong with the place of a mutant; null when it is there, and the only one.
 * @param {string} source
 * @param {Mutant} mutant
 */
export const placeOf = (source, { find }) => {
  const at = source.indexOf(find)
  if (at < 0) return 'not found'
  return source.includes(find, at + 1) ? 'more than once' : null
}

/**
 * The source with the mutant in it.
 * @param {string} source
 * @param {Mutant} mutant
 */
export const mutated = (source, { find, put }) => {
  const at = source.indexOf(find)
  return source.slice(0, at) + put + source.slice(at + find.length)
}
