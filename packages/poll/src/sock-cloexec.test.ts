import {
  EACCES,
  EAGAIN,
  EFAULT,
  EINVAL,
  EMFILE,
  ENOSYS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { replace } from '../test/support.js'
import type { hook } from './hook.js'
import type { Accepting } from './sock-cloexec.js'
import { acceptCloexec } from './sock-cloexec.js'

const room = new Uint8Array(128)

/** Replaces the four calls and writes down what is called. */
function fake(
  results: Partial<Record<'accept4' | 'accept' | 'closeOnExec' | 'setNonblock', number>>,
): string[] {
  const log: string[] = []
  const say =
    (name: keyof typeof results, ok: number) =>
    (...args: unknown[]) => {
      log.push(`${name}(${args.filter((arg) => typeof arg === 'number').join(', ')})`)
      return results[name] ?? ok
    }
  replace({
    accept4: say('accept4', 9) as typeof hook.accept4,
    accept: say('accept', 9) as typeof hook.accept,
    closeOnExec: say('closeOnExec', 0),
    setNonblock: say('setNonblock', 0),
    close: (fd) => log.push(`close(${fd})`),
  })
  return log
}

const accept = (): [number, string] => {
  const on: Accepting = { call: 'accept4' }
  return [acceptCloexec(3, room, new Int32Array(1), on), on.call]
}

describe('acceptCloexec', () => {
  it('sets both flags with the call itself', () => {
    const log = fake({})
    expect(accept()).toEqual([9, 'accept4'])
    expect(log).toEqual([`accept4(3, ${SOCK_NONBLOCK | SOCK_CLOEXEC})`])
  })

  it.each([ENOSYS, EINVAL, EACCES, EFAULT])('falls back to accept after errno %i', (errno) => {
    const log = fake({ accept4: -errno })
    expect(accept()).toEqual([9, 'accept'])
    expect(log.slice(1)).toEqual(['accept(3)', 'closeOnExec(9)', 'setNonblock(9, 1)'])
  })

  it.each([EAGAIN, EMFILE])('reports errno %i as of accept4', (errno) => {
    fake({ accept4: -errno })
    expect(accept()).toEqual([-errno, 'accept4'])
  })

  it('reports the failure of the fallback as of accept', () => {
    fake({ accept4: -ENOSYS, accept: -EMFILE })
    expect(accept()).toEqual([-EMFILE, 'accept'])
  })

  it('closes the new descriptor when it cannot be made non-blocking', () => {
    const log = fake({ accept4: -ENOSYS, setNonblock: -EINVAL })
    expect(accept()).toEqual([-EINVAL, 'setnonblock'])
    expect(log.at(-1)).toBe('close(9)')
  })
})
