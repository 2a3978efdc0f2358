import { describe, expect, it } from 'vitest'
import { LineProcess } from './line-process.mjs'
import { findPriority } from './priority.mjs'

describe('findPriority()', () => {
  it('stands before each command where it may', async () => {
    const given = await findPriority(true, ['env', 'A_PRIORITY=5'])
    expect(given.said).toBe('under env A_PRIORITY=5')
    const program = 'console.log(JSON.stringify({ value: process.env.A_PRIORITY }))'
    const child = new LineProcess([process.execPath, '-e', program], { core: 0, ...given })
    expect(await child.next()).toEqual({ value: '5' })
    await child.stop()
  })

  it('says why the measured programs run without it', async () => {
    expect(await findPriority(false)).toEqual({ before: [], said: expect.stringMatching(/asked/) })
    const absent = await findPriority(true, ['/no/such/chrt', '-r', '5'])
    expect(absent).toEqual({ before: [], said: expect.stringMatching(/not possible: .*ENOENT/) })
    const refused = await findPriority(true, ['sh', '-c', 'echo not for you >&2; exit 1'])
    expect(refused).toEqual({ before: [], said: expect.stringMatching(/not possible: .*for you/) })
  })
})
