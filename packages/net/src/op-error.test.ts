import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { AddrError, DNSError } from './errors.js'
import type { Addr } from './net.js'
import { OpError } from './op-error.js'

const end = (ip: string, port: number) => ({
  network: 'tcp',
  ip,
  port,
  toString: () => `${ip}:${port}`,
})
const a = end('127.0.0.1', 40000)
const b = end('127.0.0.2', 80)

// What the layers below throw, by shape: their classes may come from another copy.
const failed = (message: string, fields: object) => Object.assign(new Error(message), fields)
const refused = failed('connect: connection refused', {
  code: 'ECONNREFUSED',
  errno: -111,
  syscall: 'connect',
  timeout: false,
  temporary: false,
})
const kernelTimeout = failed('connect: connection timed out', {
  code: 'ETIMEDOUT',
  errno: -110,
  syscall: 'connect',
  timeout: true,
  temporary: true,
})
const tooManyFiles = failed('accept4: too many open files', {
  code: 'EMFILE',
  errno: -24,
  syscall: 'accept4',
  timeout: false,
  temporary: true,
})
const deadline = failed('i/o timeout', {
  code: 'ERR_DEADLINE_EXCEEDED',
  timeout: true,
  temporary: true,
})
const canceled = failed('operation was canceled', {
  code: 'ABORT_ERR',
  cause: failed('too slow', { timeout: true }),
})
const closed = failed('use of closed network connection', { code: 'ERR_NET_CLOSED' })

describe('OpError', () => {
  it.each<[message: string, op: string, net: string, source: Addr | null, addr: Addr | null]>([
    ['dial tcp: i/o timeout', 'dial', 'tcp', null, null],
    ['dial tcp 127.0.0.2:80: i/o timeout', 'dial', 'tcp', null, b],
    ['dial tcp4 127.0.0.1:40000->127.0.0.2:80: i/o timeout', 'dial', 'tcp4', a, b],
    ['read tcp 127.0.0.1:40000: i/o timeout', 'read', 'tcp', a, null],
    ['close 127.0.0.2:80: i/o timeout', 'close', '', null, b],
    ['close: i/o timeout', 'close', '', null, null],
  ])('prints %s', (message, op, net, source, addr) => {
    expect(new OpError(op, net, source, addr, deadline).message).toBe(message)
  })

  it.each([
    ['a refused connect', refused, 'ECONNREFUSED', false, false],
    ["the kernel's own timeout", kernelTimeout, 'ETIMEDOUT', true, true],
    ['a full descriptor table', tooManyFiles, 'EMFILE', false, true],
    ['a deadline', deadline, 'ETIMEDOUT', true, true],
    ['a closed connection', closed, 'ERR_NET_CLOSED', false, false],
    ['an aborted operation', canceled, 'ABORT_ERR', false, false],
    ['a bad address', new AddrError('x', 'y'), 'ERR_ADDR', false, false],
    ['no such host', new DNSError('x', 'y', { isNotFound: true }), 'ENOTFOUND', false, false],
    ['a lookup out of time', new DNSError('x', 'y', { isTimeout: true }), 'ETIMEDOUT', true, true],
    ["a user's own error", new Error('no'), 'ERR_OP', false, false],
    ['a code that is no text', failed('no', { code: 7 }), 'ERR_OP', false, false],
    [
      'a code of the deadline without its timeout',
      failed('no', { code: 'ERR_DEADLINE_EXCEEDED' }),
      'ERR_DEADLINE_EXCEEDED',
      false,
      false,
    ],
  ])('%s is reported as its cause says', (_what, cause, code, timeout, temporary) => {
    const error = new OpError('dial', 'tcp', null, b, cause)
    expect(error.code).toBe(code)
    expect(error.timeout).toBe(timeout)
    expect(error.temporary).toBe(temporary)
    expect(error.cause).toBe(cause)
  })

  it('has the fields that programs written for Node match', () => {
    expect({ ...new OpError('dial', 'tcp', null, b, refused) }).toEqual({
      op: 'dial',
      net: 'tcp',
      addr: b,
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '127.0.0.2',
      port: 80,
    })
  })

  it('takes the end point from a cause that names one', () => {
    const cause = failed('connect ECONNREFUSED 192.0.2.1:1', { address: '192.0.2.1', port: 1 })
    expect(new OpError('dial', 'tcp', a, b, cause)).toMatchObject({ address: '192.0.2.1', port: 1 })
  })

  it('has no field without a value', () => {
    expect(Object.keys(new OpError('dial', 'tcp', null, null, closed))).toEqual([
      'op',
      'net',
      'code',
    ])
    const pipe: Addr = { network: 'pipe', toString: () => 'pipe' }
    expect(Object.keys(new OpError('read', 'pipe', pipe, pipe, closed))).toEqual([
      'op',
      'net',
      'code',
      'source',
      'addr',
    ])
    expect('address' in new OpError('dial', 'tcp', null, end('', 80), refused)).toBe(false)
  })

  it('carries the bytes of a failed write and the errors of further addresses', () => {
    const errors = [new OpError('dial', 'tcp', null, b, refused)]
    const error = new OpError('dial', 'tcp', null, a, refused, { bytesWritten: 0, errors })
    expect(error.bytesWritten).toBe(0)
    expect(error.errors).toBe(errors)
  })

  it('prints its cause under its own stack, as console.log shows it', () => {
    const text = inspect(new OpError('dial', 'tcp', null, b, refused))
    expect(text).toContain('OpError: dial tcp 127.0.0.2:80: connect: connection refused\n    at ')
    expect(text).toContain("code: 'ECONNREFUSED'")
    expect(text).toContain('[cause]: Error: connect: connection refused')
  })
})
