import { expect, it } from 'vitest'
import { fixture } from '../test/fixture.js'
import { differences } from './check-reproducible.mjs'

/** A package of these files. */
const packed = (contents: Record<string, string>) => ({
  stage: fixture(contents),
  files: Object.keys(contents),
})

it('sees no difference in two folders with the same files', () => {
  const contents = { 'package.json': '{}', 'dist/index.js': 'x' }
  expect(differences(packed(contents), packed(contents))).toEqual([])
})

it('names what one build has otherwise, or alone', () => {
  const one = packed({ 'dist/index.js': '/home/a', 'dist/chunk-A.js': '' })
  const other = packed({ 'dist/index.js': '/home/b', 'dist/chunk-B.js': '' })
  expect(differences(one, other)).toEqual([
    'dist/index.js differs in another folder',
    'dist/chunk-A.js is in one of two builds',
    'dist/chunk-B.js is in one of two builds',
  ])
})
