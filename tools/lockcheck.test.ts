import { describe, expect, it } from 'vitest'
import { lookupPaths, problems } from './lockcheck.mjs'

describe('lookupPaths', () => {
  it.each([
    ['', 'x', ['node_modules/x']],
    ['packages/poll', 'x', ['packages/poll/node_modules/x', 'node_modules/x']],
    ['node_modules/@a/b', 'x', ['node_modules/@a/b/node_modules/x', 'node_modules/x']],
    [
      'node_modules/a/node_modules/b',
      'x',
      [
        'node_modules/a/node_modules/b/node_modules/x',
        'node_modules/a/node_modules/x',
        'node_modules/x',
      ],
    ],
  ])('from %j looks for %s as Node would', (from, name, expected) => {
    expect(lookupPaths(from, name)).toEqual(expected)
  })
})

describe('problems', () => {
  const optionalDependencies = { 'tool-darwin': '1.0.0' }

  it('accepts a lock in which every optional package has its entry', () => {
    const packages = {
      '': {},
      'node_modules/tool': { optionalDependencies },
      'node_modules/tool-darwin': {},
      'node_modules/@netfd/net': { resolved: 'packages/net', link: true },
    }
    expect(problems({ packages })).toEqual([])
  })

  it('names an optional package that npm has dropped', () => {
    const packages = { '': {}, 'node_modules/tool': { optionalDependencies } }
    expect(problems({ packages })).toEqual([
      'node_modules/tool: optional dependency tool-darwin has no lock entry',
    ])
  })

  it('finds an entry that only another package can reach to be none', () => {
    const packages = {
      'node_modules/tool': { optionalDependencies },
      'node_modules/other/node_modules/tool-darwin': {},
    }
    expect(problems({ packages })).toHaveLength(1)
  })

  it('refuses the address of a registry', () => {
    const packages = { 'node_modules/a': { resolved: 'https://packages.example/a-1.0.0.tgz' } }
    expect(problems({ packages })).toEqual([
      'node_modules/a: names the address https://packages.example/a-1.0.0.tgz',
    ])
  })
})
