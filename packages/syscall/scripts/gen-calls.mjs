// src/native.ts and src/raw.ts, from the rows of entries in native/*.cc: the name, the type and the comment
// of each stand beside its function, as in the `//sys` lines that Go's mksyscall reads.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { native, root } from './compile.mjs'

/** @typedef {{ name: string, type: string, doc: string[], open: boolean }} Entry */

const ROW = /((?:^ *\/\/.*\n)*)^ *(CALL|OWN)\((\w+), [^,]+,\s*([\s\S]*?)\);\n/gm

/** The rows of a source.
 * @param {string} source
 * @returns {Entry[]}
 */
export const entriesOf = (source) =>
  [...source.matchAll(ROW)].map(([, doc = '', kind, name = '', type = '']) => ({
    name,
    type: type.replace(/\s+/g, ' '),
    doc: [...doc.matchAll(/\/\/ ?(.*)\n/g)].map(([, line = '']) => line),
    open: kind === 'CALL',
  }))

/** A doc comment.
 * @param {readonly string[]} lines
 * @param {string} indent
 */
const comment = (lines, indent = '') => {
  if (lines.length < 2) return lines.map((line) => `${indent}/** ${line} */\n`).join('')
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`
}

/** A member of the addon's type, as the formatter would have it.
 * @param {Entry} entry
 */
const member = ({ name, type, doc, open }) => {
  const head = open ? '' : comment(doc, '  ')
  const like = /^as (\w+)$/.exec(type)?.[1]
  if (like) return `${head}  readonly ${name}: Native['${like}']`
  const line = `  ${name}${type}`
  if (line.length <= 100) return head + line
  const [, parameters = '', result = ''] = /^\((.*)\): (.*)$/.exec(type) ?? []
  // A comma between two parameters, and none in the type of one.
  const each = parameters.split(/, (?=\w+\??: )(?![^(]*\))/).map((one) => `    ${one},\n`)
  return `${head}  ${name}(\n${each.join('')}  ): ${result}`
}

const BY = 'Written by scripts/generate.mjs from the rows of native/*.cc: edit those.'

/** src/native.ts.
 * @param {readonly Entry[]} entries
 */
export const nativeModule = (entries) => `// ${BY}

/** The addon, entry by entry. A result is a number: what the kernel returned, or errno negated. */
export interface Native {
${entries.map(member).join('\n')}
}
`

/** src/raw.ts.
 * @param {readonly Entry[]} entries
 */
export const rawModule = (
  entries,
) => `// Go: syscall/zsyscall_linux_amd64.go. The calls as the kernel answers them.
// ${BY}
import { native } from './binding.js'

// The kernel's convention: a call returns what the kernel returned, or errno negated. Wrong arguments
// throw TypeError or RangeError before the kernel is called. The throwing twins are in index.ts.
// What makes a descriptor takes \`adopt\` last: true adopts it within the call, so that a thread which is
// terminated right behind it leaves none open.
//
// The try calls are those of an event loop. They take and answer what their namesakes do, but never wait,
// even if O_NONBLOCK is off, which any process that shares the open file may have done: -EAGAIN then.
// Sockets go by MSG_DONTWAIT and pipes by RWF_NOWAIT; for what the kernel has no such flag, O_NONBLOCK is
// switched on.

${entries
  .filter(({ open }) => open)
  .map(({ name, doc }) => `${comment(doc)}export const ${name} = native.${name}\n`)
  .join('\n')}`

/** Every entry of the addon. */
export const allEntries = () =>
  readdirSync(native)
    .filter((name) => name.endsWith('.cc'))
    .sort()
    .flatMap((name) => entriesOf(readFileSync(join(native, name), 'utf8')))

/** The two files as they have to be. */
export const callFiles = () => ({
  [join(root, 'src', 'native.ts')]: nativeModule(allEntries()),
  [join(root, 'src', 'raw.ts')]: rawModule(allEntries()),
})
