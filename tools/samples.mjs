// Finds the TypeScript samples of the documentation: fenced blocks in Markdown and in doc comments.

/**
 * @typedef {object} Sample
 * @property {string} file where it stands
 * @property {number} line the line of its first line of code, from 1
 * @property {string} code
 * @property {boolean} run whether it is to be run, and not only type-checked
 */

const FENCE = /^\s*```/
const OPEN = /^\s*```(ts|typescript)\b(.*)$/

/** The samples in lines of Markdown.
 * @param {string} file
 * @param {readonly string[]} lines
 * @param {number} first the number of the first line in the file
 * @returns {Sample[]}
 */
const fenced = (file, lines, first) => {
  /** @type {Sample[]} */
  const found = []
  for (let i = 0; i < lines.length; i++) {
    if (!FENCE.test(lines[i] ?? '')) continue
    const open = OPEN.exec(lines[i] ?? '')
    const start = i + 1
    do i++
    while (i < lines.length && !FENCE.test(lines[i] ?? ''))
    if (open === null) continue
    const code = lines.slice(start, i).join('\n')
    const run = !(open[2] ?? '').split(/\s+/).includes('no-run')
    found.push({ file, line: first + start, code, run })
  }
  return found
}

/** @param {string} file @param {string} text */
export const fromMarkdown = (file, text) => fenced(file, text.split('\n'), 1)

/** The code of an `@example` that is not fenced, up to the next tag.
 * @param {string} file
 * @param {readonly string[]} lines
 * @param {number} first
 * @returns {Sample[]}
 */
const bareExamples = (file, lines, first) =>
  lines.flatMap((text, i) => {
    if (!/^\s*@example\b/.test(text)) return []
    const rest = lines.slice(i + 1)
    const next = rest.findIndex((line) => /^\s*@\w/.test(line))
    const code = next < 0 ? rest : rest.slice(0, next)
    if (code.some((line) => FENCE.test(line)) || code.join('').trim() === '') return []
    return [{ file, line: first + i + 1, code: code.join('\n'), run: true }]
  })

/** The samples in the doc comments of a TypeScript source.
 * @param {string} file
 * @param {string} text
 * @returns {Sample[]}
 */
export const fromSource = (file, text) =>
  [...text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].flatMap((comment) => {
    const first = text.slice(0, comment.index).split('\n').length
    const lines = comment[0]
      .replace(/\*\/$/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\/?\*+ ?/, ''))
    return [...fenced(file, lines, first), ...bareExamples(file, lines, first)]
  })
