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
 * The source with the mutant in it. Throws where the place has moved, or is not the only one.
 * @param {string} source
 * @param {Mutant} mutant
 */
export const mutated = (source, { file, find, put }) => {
  const at = source.indexOf(find)
  if (at < 0) throw new Error(`${file}: not found: ${find}`)
  if (source.indexOf(find, at + 1) >= 0) throw new Error(`${file}: more than once: ${find}`)
  return source.slice(0, at) + put + source.slice(at + find.length)
}
