// What the guides say about names, codes and numbers, held against the sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as net from '@netfd/net'
import * as bufio from '@netfd/net/bufio'
import * as web from '@netfd/net/web'
import * as poll from '@netfd/poll/internal'
import * as syscall from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { BUDGET_BYTES, BUDGET_OPS } from '../packages/poll/src/budget.js'
import { filesBelow } from '../tools/packages.mjs'
import { root } from '../tools/step.mjs'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const guides = filesBelow(join(root, 'docs'), /\.md$/)
  .filter((path) => !path.includes('/docs/api/'))
  .map((path) => `docs/${basename(path)}`)

const sources = ['syscall', 'poll', 'net']
  .flatMap((name) => filesBelow(join(root, 'packages', name, 'src'), /\.ts$/))
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => readFileSync(path, 'utf8'))

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found)

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort()

/** The cells of the tables in a text, a row each, without heads and rulers. */
const rows = (text: string): string[][] =>
  all(text, /^\|(.*)\|$/gm)
    .filter((line) => !/^[-|]+$/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

describe('the guides', () => {
  it('are all part of the site', () => {
    const { projectDocuments } = JSON.parse(read('typedoc.json')) as { projectDocuments: string[] }
    expect([...projectDocuments].sort()).toEqual([...guides].sort())
  })

  it.each(guides)('%s has one title, in front and as its heading', (path) => {
    const [, title] = /^---\ntitle: (.+)\n---\n\n# \1\n/.exec(read(path)) ?? []
    expect(title).toBeDefined()
  })

  it('name only files of the repository that exist', () => {
    const texts = [...guides, 'README.md', 'CONTRIBUTING.md', 'bench/README.md']
      .map(read)
      .join('\n')
    const named = unique(all(texts, /`((?:packages|apps|bench|tools|docs)\/[\w./-]+)`/g))
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(named).toContain('packages/net/src/connect.ts')
  })
})

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md')
  const named = unique(all(text, /`([^`\s]+)`/g))

  it('has a line for every npm script, and for no other', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const [, table = ''] = text.split('| `npm run` |')
    const [commands = ''] = table.split('\n\n')
    expect(unique(all(commands, /(?<=^\|[^|]*)`([\w:]+)`/gm))).toEqual(unique(Object.keys(scripts)))
  })

  it('has the reason of every tool', () => {
    const tools = readdirSync(join(root, 'tools')).filter((name) => !name.endsWith('.test.ts'))
    expect(tools.length).toBeGreaterThan(0)
    expect(tools.filter((name) => !named.includes(name))).toEqual([])
  })
})

describe('errors.md', () => {
  const listed = all(read('docs/errors.md'), /^\| `((?:ERR|ABORT)_\w+)`/gm)

  it('lists every code that the sources give, and no other', () => {
    const given = sources.flatMap((text) => all(text, /'((?:ERR|ABORT)_[A-Z_]+)'/g))
    expect(unique(listed)).toEqual(unique(given))
  })

  it('names the class that has the code', () => {
    const classes: Record<string, unknown> = {
      ...syscall,
      ...poll,
      ...net,
      ...bufio,
      ...web,
      Error,
      TypeError,
    }
    for (const [code = '', , name = ''] of rows(read('docs/errors.md')).slice(1)) {
      const found = classes[name.replaceAll('`', '')]
      expect(found, `${code} ${name}`).toBeTypeOf('function')
    }
  })
})

describe('go-tour.md', () => {
  const ours = rows(read('docs/go-tour.md')).flatMap(([go = '', name = '']) => {
    const [, found] = /^`([\w.]+)`$/.exec(name) ?? []
    return found === undefined ? [] : [{ go, found }]
  })
  const values: Record<string, unknown> = { ...syscall, ...net, ...bufio, ...poll }
  // Types leave nothing behind that could be asked for at run time.
  const types = sources.join('\n')

  it.each(ours)('$found, for $go, is there', ({ found }) => {
    // A method without its class is one of TCPConn's.
    const full = found in net.TCPConn.prototype ? `TCPConn.${found}` : found
    const [name = '', member] = full.split('.')
    const value = values[name]
    if (value === undefined) {
      const declared = new RegExp(`export (interface|type) ${name}\\b`).test(types)
      expect(declared, 'declared as a type').toBe(true)
    } else if (member !== undefined) {
      expect((value as { prototype: object }).prototype).toSatisfy((p: object) => member in p)
    }
  })
})

/** A prototype and those that it inherits from. */
function ancestry(prototype: object): object[] {
  const parent = Object.getPrototypeOf(prototype) as object
  return parent === Object.prototype ? [prototype] : [prototype, ...ancestry(parent)]
}

describe('go-tour.md, from the other side,', () => {
  const { BufReader, BufWriter } = bufio
  const classes = [net.TCPConn, net.TCPListener, net.Dialer, net.ListenConfig, BufReader, BufWriter]
  const members = classes.flatMap(({ name, prototype }) => {
    const own = ancestry(prototype).flatMap(Object.getOwnPropertyNames)
    return unique(own)
      .filter((member) => member !== 'constructor')
      .map((member) => (name === 'TCPConn' ? member : `${name}.${member}`))
  })
  const internal = [
    'do',
    'giveTo',
    'hasRef',
    'reading',
    'release',
    'sent',
    'set',
    'splices',
    'takeFrom',
    'unread',
    'TCPListener.do',
    'TCPListener.made',
  ]
  const text = read('docs/go-tour.md')

  it.each(members.filter((member) => !internal.includes(member)))('has %s', (member) => {
    expect(text).toContain(`\`${member}\``)
  })
})

describe('numbers', () => {
  it('of the budget are those of the source', () => {
    const mebibytes = BUDGET_BYTES / 1024 ** 2
    const text = read('docs/inside.md').replaceAll(/\s+/g, ' ')
    expect(text).toContain(`${BUDGET_OPS} completions or ${mebibytes} MiB`)
  })

  it('of the oldest Node are those of package.json', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    const oldest = engines.node.replace('>=', '')
    const readmes = ['net', 'poll', 'syscall'].map((name) => `packages/${name}/README.md`)
    for (const path of ['README.md', 'docs/getting-started.md', 'docs/limits.md', ...readmes]) {
      expect(read(path), path).toMatch(new RegExp(`Node(\\.js)? ${oldest} or newer`))
    }
  })
})

describe('the doc comments', () => {
  it('lead to guides as a user has them', () => {
    const named = sources.flatMap((text) => all(text, /([\w@./-]*docs\/[\w-]+\.md)/g))
    expect(named.length).toBeGreaterThan(0)
    const installed = guides.map((path) => `@netfd/net/${path}`)
    expect(named.filter((path) => !installed.includes(path))).toEqual([])
  })
})

describe('the path of a read in CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md')
  const tour = text.slice(text.indexOf('## The path of a read'), text.indexOf('## The addon'))
  const drawn = /^ *(?:(\w+)\.)?(#?\w+)(?:\(\w+\))? +([\w-]+\/src\/[\w-]+\.ts) /gm
  const named = /`(\w+)\.(\w+)` \(`([\w-]+\/src\/[\w-]+\.ts)`\)/g
  const steps = [...tour.matchAll(drawn), ...tour.matchAll(named)].map(([, owner, name, file]) => ({
    owner,
    name: name as string,
    file: file as string,
  }))

  it('is drawn step by step', () => {
    expect(steps.length).toBeGreaterThan(25)
  })

  it.each(steps)('finds $name in $file', ({ owner, name, file }) => {
    const source = read(`packages/${file}`)
    const declared = `^(export )?(function )? *(protected )?(async )?${name}(<.*?>)?[(:]`
    expect(source).toMatch(new RegExp(declared, 'm'))
    // What is called on an object of ours names its class; `conn` and `hook` are none.
    if (owner !== undefined && /^[A-Z]/.test(owner))
      expect(source).toMatch(new RegExp(`class ${owner}\\b`))
  })

  it('has at most seven files between the connection and the hook', () => {
    const first = tour.slice(0, tour.indexOf('When recv(2) says EAGAIN'))
    const files = [...first.matchAll(drawn)].map(([, , , file]) => file as string)
    expect(unique(files.filter((file) => file !== 'poll/src/hook.ts')).length).toBeLessThanOrEqual(
      7,
    )
  })
})
