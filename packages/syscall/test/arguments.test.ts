import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundle } from './bundle.js'
import { entries, problemsOf, right, wrong } from './hostile.js'

describe('a wrong argument', () => {
  it('is tried on every entry of the addon', () => {
    expect(entries.sort()).toEqual(Object.keys(right).sort())
    expect(Object.keys(wrong).length).toBeGreaterThan(40)
  })

  it('crashes no process: a child tries them all', () => {
    const child = spawnSync(process.execPath, [bundle('hostile-child.ts')], { encoding: 'utf8' })
    const { signal, status, stderr } = child
    expect({ signal, status, stderr }).toEqual({ signal: null, status: 0, stderr: '' })
    expect(JSON.parse(child.stdout)).toEqual({ entries: entries.length, found: [] })
  })

  it.each(entries)('of %s throws TypeError or RangeError, or is an errno', async (name) => {
    const before = readdirSync('/proc/self/fd').length
    expect(await problemsOf(name)).toEqual([])
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})
