// The walker itself: what it lets through proves nothing unless it refuses the rest.
import { ECONNREFUSED, SyscallError } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import {
  AddrError,
  DeadlineExceededError,
  NetClosingError,
  OpError,
  TCPAddr,
} from '../src/index.js'
import { rejected, throws, walk } from './error-walk.js'

const to = new TCPAddr('127.0.0.1', 80)
const refused = new SyscallError('connect', ECONNREFUSED)

/** An OpError whose field says something else than its parts. */
const changed = (error: OpError, field: string, value: unknown): OpError =>
  Object.defineProperty(error, field, { value })

const opError = (op: string, cause: Error, net = 'tcp'): OpError =>
  new OpError(op, net, null, to, cause)

describe('walk lets through', () => {
  it.each<[name: string, op: 'dial' | 'accept' | 'close', error: OpError]>([
    ['a system call', 'dial', opError('dial', refused)],
    ['a wrong address', 'dial', opError('dial', new AddrError('missing address', ''))],
    ['a deadline', 'accept', opError('accept', new DeadlineExceededError())],
    ['a closed connection', 'close', opError('close', new NetClosingError())],
  ])('%s', (_, op, error) => {
    expect(walk(op, error)).toBe(error)
  })
})

describe('walk refuses', () => {
  it.each<[name: string, op: 'dial' | 'read' | 'close', error: unknown]>([
    ['no error of ours', 'dial', new Error('dial tcp 127.0.0.1:80: connect: connection refused')],
    ['a bare system call', 'dial', refused],
    ['another operation', 'dial', opError('listen', refused)],
    ['a network that there is not', 'dial', opError('dial', refused, 'tcp5')],
    ['a call that the operation does not make', 'read', opError('read', refused)],
    ['a plain Error as the cause', 'dial', opError('dial', new Error('connect'))],
    [
      'a TypeError as the cause',
      'dial',
      opError('dial', new TypeError('undefined is not a function')),
    ],
    ['an OpError in an OpError', 'dial', opError('dial', opError('dial', refused))],
    ['a cause that belongs elsewhere', 'close', opError('close', new DeadlineExceededError())],
    [
      'a read without an address',
      'read',
      new OpError('read', 'tcp', null, null, new NetClosingError()),
    ],
    ['a code that is not the errno’s', 'dial', changed(opError('dial', refused), 'code', 'EPERM')],
    ['a timeout that is none', 'dial', changed(opError('dial', refused), 'timeout', true)],
    [
      'a message without its cause',
      'dial',
      changed(opError('dial', refused), 'message', 'dial tcp'),
    ],
    ['nothing', 'dial', undefined],
  ])('%s', (_, op, error) => {
    expect(() => walk(op, error)).toThrow()
  })

  it('a call that succeeds', async () => {
    await expect(rejected('dial', Promise.resolve())).rejects.toThrow('expected a rejection')
    expect(() => throws('set', () => undefined)).toThrow('expected an exception')
  })
})
