// Parts of a Markdown file that a program writes: what stands between two marks.
import { readFileSync, writeFileSync } from 'node:fs'

/** The text with the part of that name replaced.
 * @param {string} text
 * @param {string} name
 * @param {string} part
 */
export const withPart = (text, name, part) => {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`there is no ${begin} … ${end}`)
  const middle = part === '' ? '\n' : `\n\n${part.trim()}\n\n`
  return text.slice(0, from + begin.length) + middle + text.slice(to)
}

/** Writes the part into the file, and says whether it was another one before.
 * @param {string} file
 * @param {string} name
 * @param {string} part
 */
export const writePart = (file, name, part) => {
  const old = readFileSync(file, 'utf8')
  const text = withPart(old, name, part)
  if (text !== old) writeFileSync(file, text)
  console.log(`${file}: ${text === old ? 'as it was' : 'written'}`)
}

/** A Markdown table.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export const markdownTable = (head, rows) => {
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
