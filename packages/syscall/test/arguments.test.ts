import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundle, PATIENCE, runProgram } from './bundle.js'
import { entries, problemsOf, right, wrong } from './hostile.js'

describe('a wrong argument', () => {
  it('is tried on every entry of the addon', () => {
    expect(entries.sort()).toEqual(Object.keys(right).sort())
    expect(Object.keys(wrong).length).toBeGreaterThan(40)
  })

  it(
    'crashes no process: a child tries them all',
    () => {
      const { signal, status, stderr, stdout } = runProgram(bundle('hostile-child.ts'))
      expect({ signal, status, stderr }).toEqual({ signal: null, status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual({ entries: entries.length, found: [] })
    },
    PATIENCE,
  )

  // The helper thread of the thread entries lives as long as this one, and so do its descriptors.
  const here = entries.filter((name) => !/^thread/.test(name))

  it.each(here)('of %s throws TypeError or RangeError, or is an errno', async (name) => {
    const before = readdirSync('/proc/self/fd').length
    expect(await problemsOf(name)).toEqual([])
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})
