import { SO_LINGER, SOL_SOCKET } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { codeOf, fill, pipePair, readAll, tcpPair } from '../test/support.js'
import { closeNow, lingerTime } from './linger.js'

const set = (on: number, seconds: number): Uint8Array =>
  new Uint8Array(Int32Array.of(on, seconds).buffer)

describe('lingerTime', () => {
  it.each([
    [0, 0, 0],
    [0, 5, 0],
    [1, 0, 0],
    [1, 5, 5],
  ])('onoff %i, %i seconds: %s', (on, seconds, expected) => {
    const [a] = tcpPair()
    a.setsockopt(SOL_SOCKET, SO_LINGER, set(on, seconds))
    expect(lingerTime(a.sysfd)).toBe(expected)
    a.setsockopt(SOL_SOCKET, SO_LINGER, set(0, 0))
  })

  it('is 0 of what is not a socket, or not open', () => {
    const [r] = pipePair()
    expect([lingerTime(r.sysfd), lingerTime(2 ** 30)]).toEqual([0, 0])
  })
})

describe('closeNow', () => {
  it.each([
    ['keeps a reset', 0, 'ECONNRESET'],
    ['waits for no peer', 60, 'resolved'],
  ])('%s', async (_what, seconds, code) => {
    const [a, b] = tcpPair()
    await fill(a)
    a.setsockopt(SOL_SOCKET, SO_LINGER, set(1, seconds))
    expect(closeNow(a.detach())).toBe(0)
    expect(await codeOf(readAll(b))).toBe(code)
  })
})
