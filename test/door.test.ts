// Every system call of poll and net goes through a `hook`, where a test can answer in the kernel's place.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as sys from '@netfd/syscall'
import * as raw from '@netfd/syscall/raw'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { root } from '../tools/step.mjs'

const SYSCALL = join(root, 'packages/syscall/src')

/** What is no call itself: it calls what its caller hands it. */
const HANDED = ['getOptionOf', 'setOptionOf']

/** Modules of Node that stay in the process. */
const LOCAL = [
  ...['node:util', 'node:util/types', 'node:events', 'node:stream'],
  ...['node:async_hooks', 'node:diagnostics_channel'],
]

const parse = (text: string): ts.SourceFile =>
  ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true)

interface Taken {
  readonly from: string
  /** Names as they are exported; '*' for all of them. */
  readonly names: readonly string[]
}

const valuesOf = (list: ts.NamedImports | ts.NamedExports): string[] =>
  [...list.elements].filter((e) => !e.isTypeOnly).map((e) => (e.propertyName ?? e.name).text)

/** The names that an import or a re-export takes of a module, types left out. */
function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return []
    return node.exportClause && ts.isNamedExports(node.exportClause)
      ? valuesOf(node.exportClause)
      : ['*']
  }
  const clause = node.importClause
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return []
  const list = clause?.namedBindings
  return list && ts.isNamedImports(list) ? valuesOf(list) : ['*']
}

/** What a module takes of others: by imports, re-exports, import() and process.getBuiltinModule(). */
function taken(text: string): Taken[] {
  const found: Taken[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier
      if (from && ts.isStringLiteral(from)) found.push({ from: from.text, names: namesOf(node) })
    } else if (ts.isCallExpression(node)) {
      const [from] = node.arguments
      const loads = /^import$|\b(getBuiltinModule|require)$/.test(node.expression.getText())
      if (loads && from && ts.isStringLiteral(from)) found.push({ from: from.text, names: ['*'] })
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(text))
  return found.filter(({ names }) => names.length > 0)
}

/** The modules of syscall that reach the addon, by way of others too. */
function callingModules(): Set<string> {
  const files = readdirSync(SYSCALL).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'))
  const imports = new Map(
    files.map((file) => [
      `./${file.replace(/ts$/, 'js')}`,
      taken(readFileSync(join(SYSCALL, file), 'utf8')).map(({ from }) => from),
    ]),
  )
  const calling = new Set(['./binding.js'])
  for (let before = 0; before < calling.size; ) {
    before = calling.size
    for (const [file, from] of imports) if (from.some((m) => calling.has(m))) calling.add(file)
  }
  return calling
}

/** The public names of syscall that make a system call when they are called. */
const calls = new Set(
  taken(readFileSync(join(SYSCALL, 'index.ts'), 'utf8'))
    .filter(({ from }) => callingModules().has(from))
    .flatMap(({ names }) => names)
    .filter((name) => !HANDED.includes(name)),
)

/** What a source takes that makes system calls. */
const around = (text: string): string[] =>
  taken(text).flatMap(({ from, names }) => {
    if (['@netfd/syscall/raw', '@netfd/syscall/internal'].includes(from))
      return names.map((name) => `${from}: ${name}`)
    const found = names.filter((name) => name === '*' || calls.has(name))
    if (from === '@netfd/syscall') return found.map((name) => `${from}: ${name}`)
    const reaches = from.startsWith('node:') && !LOCAL.includes(from)
    return reaches ? names.map((name) => `${from}: ${name}`) : []
  })

/** What each package has beside its door, and why. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'poll/src/host.ts': ['node:timers: *'], // the door of timers
  'poll/src/sockopt.ts': ['@netfd/syscall/internal: ENOTSUP'], // a number
  // What is Node's there is the client's side of a connection: its socket, its agent, its TLS.
  'net/src/node/hand-over.ts': ['node:net: Socket'],
  'net/src/node/http-agent.ts': ['node:http: Agent', 'node:https: Agent'],
  'net/src/node/ioredis-connector.ts': ['node:tls: connect'],
  'net/src/node/kafka-socket-factory.ts': ['node:tls: connect'],
  'net/src/node/mqtt-stream.ts': ['node:tls: connect'],
  'net/src/node/tls-over.ts': ['node:net: isIP', 'node:tls: connect'],
  'net/src/node/tune-all.ts': ['node:net: Socket'],
  'net/src/node/tune.ts': ['node:net: Server', 'node:net: Socket'],
  'net/src/sock-linux.ts': ['node:os: release'], // answers from what Node asked when it started
}

describe('the door to the kernel', () => {
  it('knows every call of syscall, and what is none', () => {
    for (const name of ['read', 'accept4', 'setOption', 'watch', 'ifNametoindex', 'epollWait'])
      expect(calls).toContain(name)
    for (const name of ['constants', 'decodeSockaddr', 'errnoName', 'SyscallError', 'sockopt'])
      expect(calls).not.toContain(name)
    const other = Object.keys(raw).filter((name) => name in sys && !calls.has(name))
    expect(other).toEqual([])
  })

  it.each([
    ['a raw call', "import { recv } from '@netfd/syscall/raw'"],
    ['a raw call by another name', "import { recv as take } from '@netfd/syscall/raw'"],
    ['all raw calls', "import * as raw from '@netfd/syscall/raw'"],
    ['a call that throws', "import { EAGAIN, setOption } from '@netfd/syscall'"],
    ['the whole of syscall', "import * as sys from '@netfd/syscall'"],
    ['a re-export', "export { close } from '@netfd/syscall'"],
    ['a re-export of everything', "export * from '@netfd/syscall/raw'"],
    ['a dynamic import', "const raw = await import('@netfd/syscall/raw')"],
    ['the kernel of this process', "import { kernel } from '@netfd/syscall/internal'"],
    ['a module of Node', "import { connect } from 'node:net'"],
    ['a module that is not imported', "process.getBuiltinModule('node:fs').closeSync(1)"],
  ])('refuses %s in a source', (_, text) => {
    expect(around(text)).not.toEqual([])
  })

  it.each([
    ['types', "import type { Watcher } from '@netfd/syscall'"],
    ['a type among names', "import { EAGAIN, type Watcher } from '@netfd/syscall'"],
    ['constants and codecs', "import { decodeSockaddr, EAGAIN, must } from '@netfd/syscall'"],
    ['options by calls of its own', "import { setOptionOf } from '@netfd/syscall'"],
  ])('lets a source have %s', (_, text) => {
    expect(around(text)).toEqual([])
  })

  it.each(['poll', 'net'])('is the only one of %s', (name) => {
    const dir = join(root, 'packages', name, 'src')
    const found: Record<string, string[]> = {}
    for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'hook.ts') continue
      const beside = around(readFileSync(join(dir, file), 'utf8'))
      if (beside.length > 0) found[`${name}/src/${file}`] = beside
    }
    const kept = Object.entries(BESIDE).filter(([file]) => file.startsWith(`${name}/`))
    expect(found).toEqual(Object.fromEntries(kept))
  })
})
