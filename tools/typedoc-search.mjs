// For typedoc: what the search of the site finds. Its first hit for a word of everyday use is a guide, then
// come the names of @netfd/net, and the constants of the kernel last. What no program calls is not found.
import { IndexEvent, ReflectionKind, Renderer } from 'typedoc'

/** How many guides a word leads to before the names that hold it. */
const GUIDES_A_WORD = 3

/** What a title, a heading of the second level and one below it count for, in words of the text. */
const HEADINGS = [30, 8, 3]

const { SomeMember, Variable } = ReflectionKind

/** How a guide counts beside names: by what it says more of than others, and by its title. The long text has
 * to weigh much: the index divides by how much longer it is than the text of an average name, which is none.
 */
const WEIGHTS = { topic: 1_300, title: 6_000 }

/** The words of a Markdown text in the singular. A name of several words is none: the search finds a word in
 * each, and a guide would count once for every name that it is part of.
 * @param {string} text
 */
const wordsOf = (text) =>
  (text.match(/[A-Za-z]\w+/g) ?? [])
    .filter((word) => word.length > 2 && !/[a-z\d][A-Z]/.test(word))
    .map((word) => word.toLowerCase().replace(/(?<=\w{3})s$/, ''))

/** How much a guide speaks of each of its words, whatever its length.
 * @param {string} title
 * @param {string} text
 * @returns {Map<string, number>}
 */
const emphasis = (title, text) => {
  /** @type {Map<string, number>} */
  const counts = new Map()
  const count = (/** @type {string} */ part, /** @type {number} */ weight) => {
    for (const word of wordsOf(part)) counts.set(word, (counts.get(word) ?? 0) + weight)
  }
  count(title, HEADINGS[0] ?? 0)
  for (const line of text.split('\n')) {
    const [, marks] = /^(#{2,}) /.exec(line) ?? []
    // A constant such as TCP_USER_TIMEOUT is a name of several words as well, but where a title says it.
    const text = line.replace(/\w*_\w*/g, '')
    count(text, marks === undefined ? 1 : (HEADINGS[marks.length - 1] ?? 1))
  }
  const length = Math.sqrt(wordsOf(text).length)
  return new Map([...counts].map(([word, n]) => [word, n / length]))
}

/** For each guide the words that it says more of than all others but two.
 * @param {readonly { title: string, text: string }[]} guides
 * @returns {string[]}
 */
export const topics = (guides) => {
  /** @type {Map<string, { at: number, much: number }[]>} */
  const speakers = new Map()
  for (const [at, { title, text }] of guides.entries()) {
    for (const [word, much] of emphasis(title, text)) {
      speakers.set(word, [...(speakers.get(word) ?? []), { at, much }])
    }
  }
  /** @type {string[][]} */
  const found = guides.map(() => [])
  for (const [word, all] of speakers) {
    const first = all.sort((a, b) => b.much - a.much).slice(0, GUIDES_A_WORD)
    // Twice where it says most of it: a guide with many topics counts less for each.
    for (const { at } of first.slice(0, 1).concat(first)) found[at]?.push(word)
  }
  return found.map((words) => words.join(' '))
}

/** Whether a name is only there for tests, is its parent's member too, or belongs to a raw call.
 * @param {import('typedoc').Reflection} reflection
 */
const isInside = (reflection) => {
  if (reflection.isDeclaration() && reflection.inheritedFrom !== undefined) return true
  for (let at = reflection.parent; at !== undefined; at = at.parent) {
    if (at.kindOf(ReflectionKind.TypeLiteral)) return true
    if (at.kindOf(ReflectionKind.SomeModule) && /^(raw|testing|internal)$/.test(at.name))
      return true
  }
  return false
}

/** What a name counts beside the others.
 * @param {import('typedoc').Reflection} reflection
 */
const relevance = (reflection) => {
  if (reflection.kindOf(Variable) && /^[A-Z][A-Z0-9_]*$/.test(reflection.name)) return 0.1
  const own = /^@netfd\/net(?!\.(node|web))/.test(reflection.getFullName())
  return (own ? 1.6 : 0.4) * (reflection.kindOf(SomeMember) ? 0.4 : 1)
}

/** @param {IndexEvent} event */
const prepare = (event) => {
  for (let at = event.searchResults.length - 1; at >= 0; at--) {
    const result = event.searchResults[at]
    if (result !== undefined && isInside(result)) event.removeResult(at)
  }
  const guides = event.searchResults.flatMap((result, at) =>
    result.isDocument()
      ? [{ at, title: result.name, text: result.content.map((part) => part.text).join('') }]
      : [],
  )
  for (const [n, topic] of topics(guides).entries()) {
    const fields = event.searchFields[guides[n]?.at ?? -1]
    const title = wordsOf(guides[n]?.title ?? '').join(' ')
    if (fields !== undefined) Object.assign(fields, { topic, title })
  }
  Object.assign(event.searchFieldWeights, WEIGHTS)
  for (const result of event.searchResults) {
    if (result.isDeclaration()) result.relevanceBoost = relevance(result)
  }
}

/** @param {import('typedoc').Application} app */
export const load = (app) => {
  app.renderer.on(Renderer.EVENT_PREPARE_INDEX, prepare)
}
