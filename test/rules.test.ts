// What the tools refuse, by the configuration of this project.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, tool } from '../tools/step.mjs'
import { fixture } from './fixture.js'

const run = (cwd: string, ...args: string[]): { status: number | null; output: string } => {
  const done = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  return { status: done.status, output: done.stdout + done.stderr }
}

const manifest = (name: string, rest: object = {}): string =>
  JSON.stringify({ name: `@netfd/${name}`, version: '0.0.0', type: 'module', ...rest })

const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } }
const workspace = {
  'package.json': JSON.stringify({ name: 'fixture', private: true, workspaces: ['packages/*'] }),
}

describe('Biome', () => {
  const files = {
    ...workspace,
    'packages/syscall/package.json': manifest('syscall'),
    'packages/poll/package.json': manifest('poll', { dependencies: { '@netfd/syscall': '*' } }),
    'packages/net/package.json': manifest('net', {
      dependencies: { '@netfd/poll': '*', '@netfd/syscall': '*' },
    }),
  }

  /** Lints one file; answers the rules that it breaks. */
  const broken = (path: string, text: string, more: Record<string, string> = {}) => {
    const dir = fixture({ ...files, ...more, [path]: text })
    const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
    cpSync(join(root, 'tools/imports.grit'), join(dir, 'tools/imports.grit'))
    const rest = { vcs: { enabled: false }, $schema: undefined }
    const whole = fixture({ 'biome.json': JSON.stringify({ ...config, ...rest }) })
    cpSync(join(whole, 'biome.json'), join(dir, 'biome.json'))
    const { output } = run(dir, tool('@biomejs/biome/bin/biome'), 'lint', '--reporter=json', path)
    const { diagnostics } = JSON.parse(
      output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1),
    )
    return diagnostics.map(({ category }: { category: string }) => category.replace(/^lint\//, ''))
  }

  it.each([
    ['poll', 'an import', "import { dial } from '@netfd/net'\ndial()"],
    ['poll', 'a type', "import type { Conn } from '@netfd/net'\nexport const f = (c: Conn) => c"],
    ['poll', 'a subpath', "import { x } from '@netfd/net/node'\nx()"],
    ['poll', 'an effect', "import '@netfd/net'"],
    ['poll', 'a re-export', "export { dial } from '@netfd/net'"],
    ['poll', 'a dynamic import', "export const m = await import('@netfd/net')"],
    ['poll', 'a path into a higher package', "import '../../net/src/fd.js'"],
    ['net', 'a path into a lower package', "import '../../poll/src/fd.js'"],
    ['net', 'its own name', "import '@netfd/net'"],
    ['net', 'a path out of the package', "import '../../../test/leaks.js'"],
    ['net', 'an application', "import '@netfd/examples'"],
    ['syscall', 'the package above', "import '@netfd/poll'"],
    ['syscall', 'the timers that a test runner replaces', "import 'node:timers'"],
    ['poll', 'the timers that a test runner replaces', "import 'node:timers'"],
    ['net', 'the timers that a test runner replaces', "import 'node:timers/promises'"],
    ['net/src/bufio', 'what is the rest of its package', "import '../conn.js'"],
    ['net/src/bufio', 'another entry', "import '@netfd/net/node'"],
    ['net/src/node', 'what is the rest of its package', "import '../dial.js'"],
    ['net/src/node', 'an application', "import '@netfd/examples'"],
  ])('refuses in the sources of %s %s', (name, _, text) => {
    const folder = name.includes('/') ? name : `${name}/src`
    expect(broken(`packages/${folder}/a.ts`, text)).toContain('style/noRestrictedImports')
  })

  it.each([
    ['an import in a type', "export type C = import('@netfd/net').Conn", 'plugin'],
    ['an import of an expression', 'export const f = (x: string) => import(x)', 'plugin'],
    ['a require', "export const m = require('@netfd/net')", 'style/noCommonJs'],
  ])('refuses %s, whose module no rule can see', (_, text, rule) => {
    expect(broken('packages/poll/src/a.ts', text)).toContain(rule)
  })

  it('refuses a package that is not among the dependencies', () => {
    const more = { 'packages/poll/package.json': manifest('poll') }
    const text = "import { socket } from '@netfd/syscall'\nsocket()"
    const rules = broken('packages/poll/src/a.ts', text, more)
    expect(rules).toContain('correctness/noUndeclaredDependencies')
  })

  it.each([
    ['packages/syscall/test/a.test.ts', "import '@netfd/poll'"],
    ['packages/syscall/src/a.test.ts', "import '@netfd/net'"],
    ['packages/poll/test/a.test.ts', "import '../../net/test/program.js'"],
  ])('refuses in the test %s a higher package', (path, text) => {
    expect(broken(path, text)).toContain('style/noRestrictedImports')
  })

  it.each([
    [
      'packages/net/src/a.ts',
      "import { FD } from '@netfd/poll'\nimport * as raw from '@netfd/syscall/raw'",
    ],
    ['packages/net/src/a.test.ts', "import { x } from '../../../test/leaks.js'\nimport './a.js'"],
    ['packages/net/test/a.test.ts', "import '../../poll/test/child.js'\nimport '@netfd/net'"],
    ['packages/net/src/node/a.ts', "import '@netfd/net'\nimport '../arguments.js'"],
    ['packages/syscall/src/a.ts', "import { join } from 'node:path'"],
  ])('lets %s import what is below and its own', (path, text) => {
    const kinds = broken(path, text).filter(
      (rule: string) => rule !== 'correctness/noUnusedImports',
    )
    expect(kinds).toEqual([])
  })
})

describe('knip', () => {
  const knip = (sources: Record<string, string>) => {
    const dir = fixture({
      ...workspace,
      'knip.json': readFileSync(join(root, 'knip.json'), 'utf8'),
      'packages/net/package.json': manifest('net', { exports }),
      'packages/net/tsconfig.json': '{ "compilerOptions": { "outDir": "dist", "rootDir": "src" } }',
      ...sources,
    })
    const args = ['--no-progress', '--include', 'exports,types,files']
    return run(dir, tool('knip/bin/knip.js'), ...args)
  }

  it('fails on an export that no file imports and that is not public', () => {
    const { status, output } = knip({
      'packages/net/src/index.ts': "export { used } from './a.js'",
      'packages/net/src/a.ts': 'export const used = 1\nexport const dead = 2',
    })
    expect(output).toMatch(/^dead\s+packages\/net\/src\/a\.ts:2/m)
    expect(output).not.toMatch(/^used/m)
    expect(status).toBe(1)
  })

  it('passes exports that another file or the public entry uses', () => {
    const { status, output } = knip({
      'packages/net/src/index.ts': "export { used } from './a.js'",
      'packages/net/src/a.ts': "import { helper } from './b.js'\nexport const used = helper",
      'packages/net/src/b.ts': 'export const helper = 1',
    })
    expect(output).not.toContain('Unused')
    expect(status).toBe(0)
  })
})

describe('typedoc', () => {
  it('fails on a public name without a doc comment that holds a sentence, and names each', () => {
    const dir = fixture({
      'index.ts': `
        export { bare as renamed } from './a.js'
        export const constant = 1
        export type T = number
        export function f(): void {}
        /** close */
        export const label = 1
        // Closes the thing.
        export const comment = 1
        const o = { a: 1, b: 2 }
        export const { a, b } = o
        /** A class. */
        export class C {
          m(): void {}
          p = 1
          get g() { return 1 }
          static s = 1;
          [Symbol.iterator](): void {}
          #state = 0
          private hidden = 1
          protected half = 1
          /** @internal */
          poke(): void { this.#state = this.hidden }
          /** Closes it. For good. */
          close(): void {}
        }
        /** What closes. */
        export interface Closer {
          /** Closes it. */
          close(): void
          member: number
          readonly family: 'inet4'
        }
        /** It closes as it says there. */
        export class Conn extends Error implements Closer {
          close(): void {}
          /** Which one. */
          member = 1
          readonly family = 'inet4'
        }
        /** An object. */
        export const object = { inner: 1 }`,
      'a.ts': 'export const bare = 1',
      'tsconfig.json': JSON.stringify({ extends: join(root, 'tsconfig.base.json') }),
      'typedoc.json': JSON.stringify({
        ...{
          name: 'fixture',
          entryPoints: ['index.ts'],
          plugin: [join(root, 'tools/typedoc-sentences.mjs')],
        },
        ...{ emit: 'none', treatWarningsAsErrors: true, excludeInternal: true },
        ...{ excludePrivate: true, excludeProtected: true, skipErrorChecking: true },
        ...{ validation: { notExported: false } },
      }),
    })
    const { status, output } = run(dir, tool('typedoc/bin/typedoc'))
    const named = [...output.matchAll(/(\S+) has no doc comment with a sentence/g)].map(
      ([, n]) => n,
    )
    const members = ['m', 'p', 'g', 's', '[iterator]'].map((name) => `C.${name}`)
    const plain = ['renamed', 'constant', 'T', 'f', 'label', 'comment', 'a', 'b']
    expect(named.sort()).toEqual([...plain, ...members, 'Closer.member'].sort())
    expect(status).not.toBe(0)
  })
})
