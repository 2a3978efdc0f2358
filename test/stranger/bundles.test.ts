import { expect, it } from 'vitest'
import { judge } from './bundles.mjs'

const wanted = { from: '@netfd/net', name: 'splitHostPort', not: [/epollWait/], bytes: 20 }

it('accepts a bundle that is small and holds nothing else', () => {
  expect(judge(wanted, 'esbuild', 'splitHostPort')).toEqual([])
})

it.each([
  ['what the program does not use', 'epollWait()', 'contains /epollWait/'],
  ['too much of anything', 'x'.repeat(21), 'has 21 bytes, more than 20'],
])('refuses a bundle with %s', (_, text, expected) => {
  const [found] = judge(wanted, 'rollup', text)
  expect(found).toBe(`rollup: a program with only splitHostPort of @netfd/net ${expected}`)
})
