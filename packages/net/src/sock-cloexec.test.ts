// Go: net/sock_cloexec.go, whose fallback no kernel of today takes: every row is injected.
import {
  AF_INET,
  EINVAL,
  EMFILE,
  EPERM,
  EPROTONOSUPPORT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { replace, thrown } from '../test/support.js'
import { sysSocket } from './sock-cloexec.js'

const PLAIN = SOCK_STREAM
const FLAGGED = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
const FD = 1_000_000

/** Calls of sysSocket, in order, with these answers of socket(2) and fcntl(2). */
function calls(flagged: number, plain: number, nonblock = 0): string[] {
  const made: string[] = []
  const log = (call: string, result: number): number => {
    made.push(call)
    return result
  }
  replace({
    socket: (family, type, protocol) =>
      log(
        `socket ${family} ${type === FLAGGED ? 'flags' : type} ${protocol}`,
        type === FLAGGED ? flagged : plain,
      ),
    closeOnExec: (fd) => log(`cloexec ${fd}`, -EPERM),
    setNonblock: (fd, on) => log(`nonblock ${fd} ${on}`, nonblock),
    close: (fd) => log(`close ${fd}`, 0),
  })
  return made
}

const make = (): number => sysSocket(AF_INET, SOCK_STREAM, 6)
const FIRST = `socket ${AF_INET} flags 6`
const SECOND = `socket ${AF_INET} ${PLAIN} 6`

describe('sysSocket', () => {
  it('asks once, with both flags', () => {
    const made = calls(FD, -EPERM)
    expect(make()).toBe(FD)
    expect(made).toEqual([FIRST])
  })

  it.each([
    ['EMFILE', EMFILE],
    ['EPERM', EPERM],
  ])('does not ask again after %s', (code, errno) => {
    const made = calls(-errno, FD)
    expect(thrown(make)).toMatchObject({ name: 'SyscallError', syscall: 'socket', code })
    expect(made).toEqual([FIRST])
  })

  it.each([
    ['EPROTONOSUPPORT', EPROTONOSUPPORT],
    ['EINVAL', EINVAL],
  ])('sets the flags afterwards when the kernel answers %s', (_, errno) => {
    const made = calls(-errno, FD)
    // A refused FD_CLOEXEC is passed over, as in Go.
    expect(make()).toBe(FD)
    expect(made).toEqual([FIRST, SECOND, `cloexec ${FD}`, `nonblock ${FD} 1`])
  })

  it.each([
    ['EPROTONOSUPPORT', EPROTONOSUPPORT],
    ['EINVAL', EINVAL],
  ])('fails with %s when that was the true answer', (code, errno) => {
    const made = calls(-errno, -errno)
    expect(thrown(make)).toMatchObject({ syscall: 'socket', code })
    expect(made).toEqual([FIRST, SECOND])
  })

  it('closes a socket that cannot be made non-blocking', () => {
    const made = calls(-EINVAL, FD, -EPERM)
    expect(thrown(make)).toMatchObject({ syscall: 'setnonblock', code: 'EPERM' })
    expect(made.at(-1)).toBe(`close ${FD}`)
  })
})
