import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixture } from '../test/fixture.js'
import { linkProblems, repositoryURL, stagePackage } from './pack.mjs'
import { filesBelow } from './packages.mjs'

const ADDRESS = 'git+https://example.org/netfd.git'

const checkout = (repository: unknown) => ({
  'package.json': JSON.stringify({ repository }),
  'docs/start.md': 'See [errors](errors.md#codes) and ![a chart](charts/a.svg).',
  'docs/errors.md': '# Errors',
  'docs/charts/a.svg': '<svg/>',
  'docs/charts/unused.svg': '<svg/>',
  'packages/net/package.json': JSON.stringify({
    name: '@netfd/net',
    files: ['dist', 'docs', '!x'],
  }),
  'packages/net/README.md': 'Begin with [the guide](../../docs/start.md).',
  'packages/net/LICENSE': 'MIT',
  'packages/net/dist/index.js': '',
  'packages/net/src/index.ts': '',
})

/** Stages that package; its files, and how to read one. */
const staged = (repository?: unknown) => {
  const dir = fixture(checkout(repository))
  const stage = stagePackage(join(dir, 'packages/net'), fixture({}))
  const files = filesBelow(stage, /./).map((path) => path.slice(stage.length + 1))
  return { files, read: (path: string) => readFileSync(join(stage, path), 'utf8') }
}

it('is what the manifest names, with the guides and the pictures in them', () => {
  expect(staged().files.sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/index.js',
    'docs/charts/a.svg',
    'docs/errors.md',
    'docs/start.md',
    'package.json',
  ])
})

it('has links that lead to its own guides', () => {
  const { files, read } = staged()
  expect(read('README.md')).toBe('Begin with [the guide](docs/start.md).')
  expect(linkProblems(files, read)).toEqual([])
})

it('is refused with a link that leads out of it or nowhere', () => {
  const text = '[a](../bench/README.md) [b](docs/gone.md#x) [c](https://example.org/d.md) [d](#e)'
  expect(linkProblems(['README.md'], () => text)).toEqual([
    'README.md links to ../bench/README.md, which is not in the package',
    'README.md links to docs/gone.md, which is not in the package',
  ])
})

it.each([ADDRESS, { type: 'git', url: ADDRESS }])(
  'names the repository of the checkout: %j',
  (named) => {
    const manifest = JSON.parse(staged(named).read('package.json'))
    expect(manifest.repository).toEqual({ type: 'git', url: ADDRESS, directory: 'packages/net' })
  },
)

it.each([undefined, '', { type: 'git' }, { url: '' }])('names none when that is %j', (named) => {
  expect(JSON.parse(staged(named).read('package.json'))).not.toHaveProperty('repository')
})

it.each([undefined, '', {}])('no address is in %j', (named) => {
  expect(repositoryURL(named)).toBe('')
})
