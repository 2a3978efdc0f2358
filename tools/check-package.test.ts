import { expect, it } from 'vitest'
import { problems } from './check-package.mjs'

const manifest = {
  main: './dist/index.cjs',
  types: './dist/index.d.cts',
  exports: {
    '.': { import: { types: './dist/index.d.ts', default: './dist/index.js' } },
    './package.json': './package.json',
  },
}
const files = [
  'LICENSE',
  'README.md',
  'package.json',
  'dist/index.cjs',
  'dist/index.d.cts',
  'dist/index.d.ts',
  'dist/index.js',
]

it('accepts a package with what its manifest promises', () => {
  expect(problems(files, manifest)).toEqual([])
})

it.each(files)('misses %s', (name) => {
  expect(
    problems(
      files.filter((file) => file !== name),
      manifest,
    ),
  ).toEqual([`${name} is missing`])
})

it.each(['dist/fd.test.js', 'src/index.ts', 'test/x.ts', 'build/Release/syscall.node'])(
  'refuses %s',
  (name) => {
    expect(problems([...files, name], manifest)).toEqual([`${name} does not belong there`])
  },
)
