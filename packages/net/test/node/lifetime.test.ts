// What a Duplex keeps alive, what it costs, and what becomes of one that is forgotten.
import { beforeAll, describe, expect, it } from 'vitest'
import { program, Running, run } from '../program.js'
import { listening, track } from '../support.js'

let child = ''

beforeAll(() => {
  child = program('node/duplex-child.ts')
})

describe('a Duplex', () => {
  it('that is forgotten is collected, closed and warned of', async () => {
    const command = [process.execPath, '--expose-gc', '--no-warnings', child, 'leak']
    const { stdout } = await run(command)
    const { codes, end } = JSON.parse(stdout)
    expect(codes).toEqual(['NETFD_LEAK'])
    // It was closed with bytes unread.
    expect(end).toBe('ECONNRESET')
  })

  it('that is unref lets the process end', async () => {
    const { addr } = await listening()
    const { code, stderr } = await new Running([process.execPath, child, 'unref', `${addr}`]).ended
    expect([code, stderr]).toEqual([0, ''])
  })

  it('keeps the process alive while it reads', async () => {
    const listener = await listening()
    const running = new Running([process.execPath, child, 'ref', String(listener.addr)])
    const peer = track(await listener.accept())
    await peer.write('hello')
    expect(await running.line()).toBe('hello')
    expect((await running.ended).code).toBe(0)
  })

  it('costs little while it is idle, and no buffer', async () => {
    const { stdout } = await run([process.execPath, '--expose-gc', child, 'memory'])
    const { each, arrayBuffers } = JSON.parse(stdout)
    // Some 1,400; from run to run the heap of a process moves by 200 for each.
    expect(each, 'bytes of heap above its connection').toBeLessThanOrEqual(1_800)
    // One for all of them.
    expect(arrayBuffers).toBeLessThan(4 * 65_536)
  })
})
