import { SO_LINGER, SOL_SOCKET } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { pipePair, tcpPair } from '../test/support.js'
import { lingers } from './linger.js'

const set = (on: number, seconds: number): Uint8Array =>
  new Uint8Array(Int32Array.of(on, seconds).buffer)

describe('lingers', () => {
  it.each([
    [0, 0, false],
    [0, 5, false],
    [1, 0, false],
    [1, 5, true],
  ])('onoff %i, %i seconds: %s', (on, seconds, expected) => {
    const [a] = tcpPair()
    a.setsockopt(SOL_SOCKET, SO_LINGER, set(on, seconds))
    expect(lingers(a.sysfd)).toBe(expected)
    a.setsockopt(SOL_SOCKET, SO_LINGER, set(0, 0))
  })

  it('is false for what is not a socket, or not open', () => {
    const [r] = pipePair()
    expect([lingers(r.sysfd), lingers(2 ** 30)]).toEqual([false, false])
  })
})
