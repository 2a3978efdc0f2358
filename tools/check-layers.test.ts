import { describe, expect, it } from 'vitest'
import { checkLayers } from './check-layers.mjs'
import { fixture } from './fixture.js'

const manifests = {
  'packages/syscall/package.json': '{"name":"@netfd/syscall"}',
  'packages/poll/package.json': '{"name":"@netfd/poll","dependencies":{"@netfd/syscall":"^0.1.0"}}',
  'packages/net/package.json':
    '{"name":"@netfd/net","dependencies":{"@netfd/poll":"^0.1.0","@netfd/syscall":"^0.1.0"}}',
}

const check = (files: Record<string, string>) => checkLayers(fixture({ ...manifests, ...files }))

describe('checkLayers', () => {
  it('accepts imports that go down, tests that reach the shared helpers, and builds the graph', () => {
    const { problems, graph } = check({
      'packages/net/src/a.ts':
        "import { FD } from '@netfd/poll'\nimport * as raw from '@netfd/syscall/raw'",
      'packages/net/src/a.test.ts': "import { x } from '../../../test/leaks.js'\nimport './a.js'",
      'packages/poll/src/b.ts': "export type { T } from '@netfd/syscall'",
      'packages/syscall/src/c.ts': "import { join } from 'node:path'",
    })
    expect(problems).toEqual([])
    expect([...(graph.get('net') ?? [])]).toEqual([
      ['poll', 1],
      ['syscall', 1],
    ])
    expect([...(graph.get('syscall') ?? [])]).toEqual([])
  })

  it.each([
    ['an import', "import { dial } from '@netfd/net'"],
    ['a type import', "import type { Conn } from '@netfd/net'"],
    ['an import of a subpath', "import { x } from '@netfd/net/node'"],
    ['an import for its effect', "import '@netfd/net'"],
    ['a re-export', "export { dial } from '@netfd/net'"],
    ['a dynamic import', "const m = await import('@netfd/net')"],
    ['an import type', "export type C = import('@netfd/net').Conn"],
    ['a require', "const m = require('@netfd/net')"],
  ])('refuses %s that goes up', (_, text) => {
    const { problems } = check({ 'packages/poll/src/b.ts': `\n${text}` })
    expect(problems).toEqual([
      'packages/poll/src/b.ts:2: poll may not import net: imports go down, syscall < poll < net',
    ])
  })

  it.each([
    [
      'a path into a lower package',
      "import { x } from '../../poll/src/fd.js'",
      /import @netfd\/poll/,
    ],
    ['its own name', "import { x } from '@netfd/net'", /its own package/],
    [
      'a path out of the package',
      "import { x } from '../../../test/leaks.js'",
      /leaves the package/,
    ],
    ['an application', "import { x } from '@netfd/examples'", /no package that net may use/],
    ['an expression', 'const m = await import(name)', /cannot be checked/],
  ])('refuses %s', (_, text, expected) => {
    const { problems } = check({ 'packages/net/src/a.ts': text })
    expect(problems).toEqual([expect.stringMatching(expected)])
  })

  it('refuses a test that imports a higher package', () => {
    const { problems } = check({ 'packages/syscall/test/c.test.ts': "import '@netfd/poll'" })
    expect(problems).toHaveLength(1)
  })

  it('refuses a package that is not among the dependencies', () => {
    const { problems } = check({
      'packages/poll/package.json': '{"name":"@netfd/poll"}',
      'packages/poll/src/b.ts': "import '@netfd/syscall'",
    })
    expect(problems).toEqual([
      'packages/poll/src/b.ts:1: @netfd/syscall is not in the dependencies of poll',
    ])
  })
})
