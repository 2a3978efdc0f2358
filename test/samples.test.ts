import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../tools/step.mjs'
import { fixture } from './fixture.js'
import {
  collect,
  fromMarkdown,
  fromSource,
  projectOptions,
  runSample,
  typeErrors,
} from './samples.mjs'

const sample = (code: string) => ({ file: 'README.md', line: 10, code, run: true })

describe('fromMarkdown', () => {
  it('takes the ts blocks, with their line and whether they are to be run', () => {
    const text = '# T\n```ts\nlet a = 1\n```\n```js\nno()\n```\n  ```ts no-run\nlet b = 2\n```\n'
    expect(fromMarkdown('a.md', text)).toEqual([
      { file: 'a.md', line: 3, code: 'let a = 1', run: true },
      { file: 'a.md', line: 9, code: 'let b = 2', run: false },
    ])
  })
})

describe('fromSource', () => {
  it('takes fenced blocks out of doc comments, without the stars', () => {
    const text =
      '\n/**\n * Adds.\n *\n * ```ts\n * add(1,\n *   2)\n * ```\n */\nexport const x = 1'
    expect(fromSource('a.ts', text)).toEqual([
      { file: 'a.ts', line: 6, code: 'add(1,\n  2)', run: true },
    ])
  })

  it('takes an @example without a fence up to the next tag, and a fenced one once', () => {
    const bare = '/**\n * @example\n * add(1)\n * @see x\n */'
    expect(fromSource('a.ts', bare)).toEqual([{ file: 'a.ts', line: 3, code: 'add(1)', run: true }])
    const both = '/**\n * @example\n * ```ts\n * add(1)\n * ```\n */'
    expect(fromSource('a.ts', both)).toHaveLength(1)
  })

  it('leaves ordinary comments alone', () => {
    expect(fromSource('a.ts', '/* \n```ts\nx\n```\n*/\n// ```ts')).toEqual([])
  })
})

describe('collect', () => {
  it('reads the README files, the guides and the sources, but no tests', () => {
    const block = '```ts\nlet a\n```\n'
    const dir = fixture({
      'README.md': block,
      'docs/guide.md': block,
      'packages/net/package.json': '{}',
      'packages/net/README.md': block,
      'packages/net/src/a.ts': `/**\n${block}*/`,
      'packages/net/src/a.test.ts': `/**\n${block}*/`,
    })
    expect(
      collect(dir)
        .map(({ file }) => file)
        .sort(),
    ).toEqual(['README.md', 'docs/guide.md', 'packages/net/README.md', 'packages/net/src/a.ts'])
  })
})

describe('typeErrors', () => {
  it('reports a sample that does not compile at its place in the page', () => {
    const dir = fixture({}, root)
    const good = sample("import { join } from 'node:path'\njoin('a', await Promise.resolve('b'))")
    const bad = sample('const a = 1\nconst b: string = a')
    const [ofGood, ofBad] = typeErrors([good, bad], projectOptions(root), dir)
    expect(ofGood).toEqual([])
    expect(ofBad).toEqual(["README.md:11: Type 'number' is not assignable to type 'string'."])
  })
})

describe('runSample', () => {
  it.each([
    ['throws', "throw new Error('broken')", /exited with 1[\s\S]*broken/],
    ['fails an assertion', 'console.assert(1 + 1 === 3, "sum")', /exited with 1[\s\S]*sum/],
    ['waits for ever at the top', 'await new Promise(() => {})', /exited with 13/],
  ])('reports a sample that %s', async (_, code, expected) => {
    const found = await runSample(sample(code), join(fixture({}), 'a.mjs'))
    expect(found).toEqual([expect.stringMatching(expected)])
    expect(found[0]).toMatch(/^README\.md:10: /)
  })

  it('is silent about a sample that ends well', async () => {
    const good = sample("import { log } from 'node:console'\nconst a: number = 1\nlog(a)")
    expect(await runSample(good, join(fixture({}), 'a.mjs'))).toEqual([])
  })
})

describe.concurrent('the samples of the documentation', () => {
  const samples = collect(root).map((sample) => ({
    ...sample,
    at: `${sample.file}:${sample.line}`,
  }))
  let into: string
  let wrong: string[][]

  beforeAll(() => {
    // Beside the clients, so that they and @netfd/* are found as a user's program finds them.
    into = mkdtempSync(join(root, 'test/clients/.samples-'))
    wrong = typeErrors(samples, projectOptions(root), into)
  }, 300_000)
  afterAll(() => rmSync(into, { recursive: true }))

  it.each(samples.map((sample, i) => ({ ...sample, i })))(
    '$at compiles, and runs to its end',
    async (sample) => {
      expect(wrong[sample.i]).toEqual([])
      if (!sample.run) return
      expect(await runSample(sample, join(into, `sample-${sample.i}.mjs`))).toEqual([])
    },
  )
})

describe('the tsconfig.json of getting-started.md', () => {
  it('compiles its programs, against the types that are installed', () => {
    const text = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? []
    const { compilerOptions } = JSON.parse(json) as { compilerOptions: object }
    const { options, errors } = ts.convertCompilerOptionsFromJson(compilerOptions, root)
    expect(errors).toEqual([])
    const samples = fromMarkdown('docs/getting-started.md', text)
    expect(samples.length).toBeGreaterThan(0)
    const found = typeErrors(samples, options, fixture({}, join(root, 'node_modules')))
    expect(found.flat()).toEqual([])
  })
})
