// src/constants.ts, and its part of src/index.ts, from the one list in native/constants.cc, as Go
// writes its zerrors: the compiler evaluates the names with the system's headers, and the addon tells.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './compile.mjs'

/** @typedef {{ title: string, names: string[] }} Section */
/** @typedef {[name: string, number: number, message: string]} Row */
/** @typedef {{ values: Readonly<Record<string, number>>, errnos: readonly Row[] }} Told */

/** What differs between the two CPUs, as an expression. */
const BY_CPU = { O_DIRECT: "process.arch === 'arm64' ? 0o200000 : 0o40000" }

/** The list of native/constants.cc: its sections, and the names in each.
 * @param {string} source
 * @returns {Section[]}
 */
export const sectionsOf = (source) => {
  const list = /kConstants\[\] = \{\n([\s\S]*?)\n\};/.exec(source)?.[1] ?? ''
  /** @type {Section[]} */
  const sections = []
  for (const line of list.split('\n')) {
    const title = /^\s*\/\/ (.+)$/.exec(line)?.[1]
    if (title !== undefined) sections.push({ title, names: [] })
    const names = [...line.matchAll(/(?:\bC\(|\{")(\w+)/g)].map((match) => String(match[1]))
    sections.at(-1)?.names.push(...names)
  }
  return sections
}

/** Lines of at most 100 columns with the words in them.
 * @param {readonly string[]} words
 * @param {string} separator
 */
const packed = (words, separator) => {
  const lines = ['']
  for (const word of words) {
    const last = lines.at(-1) ?? ''
    const longer = last === '' ? `  ${word}` : `${last}${separator}${word}`
    if (longer.length + separator.length <= 100) lines[lines.length - 1] = longer
    else lines.push(`  ${word}`)
  }
  return lines.join(`${separator.trimEnd()}\n`)
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "\\'")}'`

const HEAD = `// Go: syscall/zerrors_linux_amd64.go. Written by scripts/generate.mjs from the list in
// native/constants.cc, which has the numbers from the system's headers: do not edit it here.
`

/** src/constants.ts.
 * @param {readonly Section[]} sections
 * @param {Told} told
 */
export const constantsModule = (sections, { values, errnos }) => {
  /** @param {string} name @param {number | undefined} value */
  const constant = (name, value) =>
    `export const ${name} = ${name in BY_CPU ? BY_CPU[/** @type {'O_DIRECT'} */ (name)] : value}`
  const lines = sections.flatMap(({ title, names }) =>
    names.map((name) => `/** ${title} */\n${constant(name, values[name])}`),
  )
  const errors = errnos.map(([name, number, message]) => {
    return `/** Error number: ${message}. */\n${constant(name, number)}`
  })
  const names = [...sections.flatMap((section) => section.names), ...errnos.map(([name]) => name)]
  const rows = errnos.map(
    ([name, , message]) => `  [${quoted(name)}, ${name}, ${quoted(message)}],`,
  )
  return `${HEAD}
${[...lines, ...errors].join('\n')}

/** The C names of the numbers in \`constants\`. */
// biome-ignore format: a list of names reads better packed.
export type ConstantName =
  | ${packed(names.map(quoted), ' | ').trimStart().replaceAll(' |\n  ', '\n  | ')}

/**
 * Every constant by its C name (\`AF_INET\`, \`EPOLLET\`, \`ECONNREFUSED\` and so on), as the system's headers
 * have it. Each is exported under its own name too. Error numbers are positive.
 *
 * \`\`\`ts
 * import { constants, SOCK_STREAM } from '@netfd/syscall'
 * console.assert(constants.SOCK_STREAM === SOCK_STREAM)
 * \`\`\`
 */
// biome-ignore format: a list of names reads better packed.
export const constants: Readonly<Record<ConstantName, number>> = /* @__PURE__ */ Object.freeze({
${packed(names, ', ')},
})

/** Name, number and Go's text of every error. */
export const errorRows = (): readonly (readonly [name: string, number: number, text: string])[] => [
${rows.join('\n')}
]
`
}

const [BEGIN, END] = ['// constants: begin', '// constants: end']

/** src/index.ts with its list of constants replaced.
 * @param {string} index
 * @param {readonly string[]} names
 */
export const withConstants = (index, names) => {
  const [from, to] = [index.indexOf(BEGIN), index.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`there is no ${BEGIN} … ${END}`)
  // In the linter's order.
  const { compare } = new Intl.Collator('en', { numeric: true })
  const list = packed([...names, 'constants'].sort(compare), ', ')
  const part = `${BEGIN}\n// biome-ignore format: a list of names reads better packed.\nexport {\n${list},\n} from './constants.js'\n`
  return index.slice(0, from) + part + index.slice(to)
}

/** The two files as they have to be.
 * @param {Told} told
 */
export const constantFiles = (told) => {
  const sections = sectionsOf(readFileSync(join(root, 'native', 'constants.cc'), 'utf8'))
  const index = join(root, 'src', 'index.ts')
  const names = [...sections.flatMap((section) => section.names), ...told.errnos.map(([n]) => n)]
  return {
    [join(root, 'src', 'constants.ts')]: constantsModule(sections, told),
    [index]: withConstants(readFileSync(index, 'utf8'), names),
  }
}
