import { describe, expect, it } from 'vitest'
import { thrown } from '../test/fds.js'
import * as sys from './index.js'
import { must } from './syscall-error.js'

describe('SyscallError', () => {
  it.each([sys.ECONNREFUSED, -sys.ECONNREFUSED])('is made of a call and the number %d', (errno) => {
    const error = new sys.SyscallError('connect', errno)
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toBe('connect: connection refused')
    expect({ ...error }).toEqual({
      code: 'ECONNREFUSED',
      errno: -sys.ECONNREFUSED,
      syscall: 'connect',
    })
  })

  it('prints under its own name', () => {
    expect(String(new sys.SyscallError('read', sys.EBADF))).toBe(
      'SyscallError: read: bad file descriptor',
    )
    expect(new sys.SyscallError('read', sys.EBADF).stack).toMatch(/^SyscallError: read: /)
  })

  // Go: Errno.Timeout and Errno.Temporary.
  it.each([
    ['EAGAIN', true, true],
    ['ETIMEDOUT', true, true],
    ['EINTR', false, true],
    ['EMFILE', false, true],
    ['ENFILE', false, true],
    ['ECONNRESET', false, false],
    ['ECONNABORTED', false, false],
    ['EINVAL', false, false],
  ] as const)('%s has timeout %s and temporary %s, as in Go', (name, timeout, temporary) => {
    const error = new sys.SyscallError('read', sys.constants[name])
    expect([error.timeout, error.temporary]).toEqual([timeout, temporary])
  })
})

describe('must', () => {
  it('passes a result on and throws a negated errno', () => {
    expect([must('read', 0), must('read', 2 ** 40)]).toEqual([0, 2 ** 40])
    expect(thrown(() => must('read', -sys.EIO))).toMatchObject({ code: 'EIO', syscall: 'read' })
  })
})
