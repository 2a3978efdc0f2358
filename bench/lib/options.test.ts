import { describe, expect, it } from 'vitest'
import { readOptions, select } from './options.mjs'
import { makeWorkloads } from './workloads.mjs'

const all = makeWorkloads({ fileLimit: 1024 })

describe('bench options', () => {
  it('takes families, numbers and peers from the command line', () => {
    const args = 'echo --connections 50 --size 64 --rounds 3 --peers netfd,c --quick'.split(' ')
    expect(readOptions(args)).toMatchObject({
      names: ['echo'],
      connections: 50,
      size: 64,
      rounds: 3,
      peers: ['netfd', 'c'],
      quick: true,
      charts: false,
    })
  })

  it('measures under a real-time priority unless told not to', () => {
    expect(readOptions([]).chrt).toBe(true)
    expect(readOptions(['--no-chrt']).chrt).toBe(false)
  })

  it.each([
    ['--rounds', '0'],
    ['--connections', 'many'],
    ['--size', '1.5'],
    ['--peers', 'c,erlang'],
    ['--nonsense', '1'],
  ])('refuses %s %s', (name, value) => {
    expect(() => readOptions([name, value])).toThrow(value === '1' ? /nonsense/ : RangeError)
  })

  it('selects by family and by id, and refuses a name that selects nothing', () => {
    expect(select(all, ['connect', 'echo-64-50']).map(({ id }) => id)).toEqual([
      'echo-64-50',
      'connect',
    ])
    expect(select(all, [])).toHaveLength(all.length)
    expect(() => select(all, ['ehco'])).toThrow(/no workload 'ehco'/)
  })
})

describe('workloads', () => {
  it('have ids of their own', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  })

  it('take the connections and the size that were chosen in place of their own', () => {
    const chosen = makeWorkloads({ connections: 7, size: 100, fileLimit: 1024 })
    const echoes = chosen.filter(({ family }) => family === 'echo')
    expect(echoes.map(({ id }) => id)).toEqual(['echo-100-7'])
  })

  it('stay below the descriptor limit where they open as many connections as they can', () => {
    const scale = makeWorkloads({ fileLimit: 20_000 }).find(({ id }) => id === 'scale')
    expect(scale?.variants.map(({ connections }) => connections)).toEqual([1000, 19_500])
  })

  it.each(all.map(({ id, ...rest }) => [id, rest] as const))(
    '%s aims only at contestants that it has',
    (_id, { variants, targets }) => {
      const suffixes = variants.map(({ suffix }) => suffix)
      for (const { of, against, growth } of targets) {
        for (const name of [of, against ?? of, ...(growth ?? [])]) {
          expect(suffixes).toContain(name.replace(/^(netfd|node|c|go|bun|deno)/, ''))
        }
      }
    },
  )
})
