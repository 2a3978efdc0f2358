import { expect, it } from 'vitest'
import { problems, sizeProblems } from './check-package.mjs'

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

it.each([
  'dist/fd.test.js',
  'dist/index.js.map',
  'src/index.ts',
  'test/x.ts',
  'native/build/Release/syscall.node',
])('refuses %s', (name) => {
  expect(problems([...files, name], manifest)).toEqual([`${name} does not belong there`])
})

it('refuses a file that package managers run node-gyp for', () => {
  expect(problems([...files, 'binding.gyp'], manifest)).toEqual([
    'binding.gyp makes every package manager run node-gyp',
  ])
})

it('misses the addon of a CPU in a package that ships addons', () => {
  const shipped = ['prebuilds/linux-x64/syscall.node', 'native/binding.gyp', 'native/addon.cc']
  const found = problems([...files, ...shipped], { ...manifest, files: ['dist', 'prebuilds'] })
  expect(found).toEqual(['prebuilds/linux-arm64/syscall.node is missing'])
})

it.each([
  ['what was recorded', 1000, 0],
  ['a tenth more', 1100, 0],
  ['more than that', 1101, 1],
  ['less', 1, 0],
])('weighs a tarball: %s', (_, size, problemCount) => {
  expect(sizeProblems('@netfd/net', size, { '@netfd/net': 1000 })).toHaveLength(problemCount)
})

it('refuses a package whose size is not recorded', () => {
  expect(sizeProblems('@netfd/net', 1, {})).toEqual([expect.stringContaining('is not in')])
})
