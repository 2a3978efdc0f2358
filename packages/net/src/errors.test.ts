import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { NetError } from './errors.js'
import {
  AddrError,
  DNSError,
  InvalidAddrError,
  OpError,
  ParseError,
  UnexpectedEOFError,
  UnknownNetworkError,
} from './errors.js'

const deadline = Object.assign(new Error('i/o timeout'), {
  code: 'ERR_DEADLINE_EXCEEDED',
  timeout: true,
  temporary: true,
})

const canceled = Object.assign(new Error('operation was canceled'), { code: 'ABORT_ERR' })

type Row = [name: string, error: NetError, code: string, message: string]
const rows: Row[] = [
  [
    'AddrError',
    new AddrError('missing port in address', 'localhost'),
    'ERR_ADDR',
    'address localhost: missing port in address',
  ],
  ['AddrError', new AddrError('missing address', ''), 'ERR_ADDR', 'missing address'],
  ['ParseError', new ParseError('IP address', '1.2'), 'ERR_PARSE', 'invalid IP address: 1.2'],
  [
    'UnknownNetworkError',
    new UnknownNetworkError('tcp5'),
    'ERR_UNKNOWN_NETWORK',
    'unknown network tcp5',
  ],
  ['InvalidAddrError', new InvalidAddrError('bad kind'), 'ERR_INVALID_ADDR', 'bad kind'],
  ['UnexpectedEOFError', new UnexpectedEOFError(3), 'ERR_UNEXPECTED_EOF', 'unexpected EOF'],
  [
    'DNSError',
    new DNSError('no such host', 'x.invalid', { isNotFound: true }),
    'ENOTFOUND',
    'lookup x.invalid: no such host',
  ],
  [
    'OpError',
    new OpError('dial', 'tcp', null, null, new AddrError('missing address', '')),
    'ERR_ADDR',
    'dial tcp: missing address',
  ],
]

describe('every error of the package', () => {
  it.each(rows)('%s (%o) has its name, code and Go text', (name, error, code, message) => {
    expect(error).toBeInstanceOf(Error)
    expect({ name: error.name, code: error.code, message: error.message }).toEqual({
      name,
      code,
      message,
    })
  })

  it.each(rows)(
    '%s (%o) says whether it is a timeout or temporary (TestErrors)',
    (_name, error) => {
      expect([error.timeout, error.temporary]).toEqual([false, false])
    },
  )

  it.each(rows)('%s (%o) heads its stack with name and message', (name, error, _code, message) => {
    expect(error.stack).toContain(`${name}: ${message}\n    at `)
    expect(inspect(error)).toContain(message)
  })
})

describe('AddrError, ParseError, UnknownNetworkError, UnexpectedEOFError', () => {
  it('keep their parts', () => {
    expect(new AddrError('invalid port', '99999')).toMatchObject({
      err: 'invalid port',
      addr: '99999',
    })
    expect(new ParseError('IP address', 'x')).toMatchObject({ type: 'IP address', text: 'x' })
    expect(new UnknownNetworkError('x').network).toBe('x')
    expect(new UnexpectedEOFError(5).bytesRead).toBe(5)
    expect(new UnexpectedEOFError().bytesRead).toBe(0)
  })
})

describe('DNSError', () => {
  it('names the server where it is known', () => {
    expect(new DNSError('no such host', 'a.b', { server: '192.0.2.53' }).message).toBe(
      'lookup a.b on 192.0.2.53: no such host',
    )
  })

  it('passes on what node:dns said', () => {
    const cause = Object.assign(new Error('getaddrinfo EAI_AGAIN a.b'), {
      code: 'EAI_AGAIN',
      errno: -3001,
      syscall: 'getaddrinfo',
    })
    const error = new DNSError('temporary failure', 'a.b', { cause, isTemporary: true })
    expect(error).toMatchObject({
      code: 'EAI_AGAIN',
      errno: -3001,
      syscall: 'getaddrinfo',
      hostname: 'a.b',
      isTemporary: true,
    })
    expect(error.cause).toBe(cause)
  })

  it.each([
    ['its own choice', { code: 'ESERVFAIL', isNotFound: true }, 'ESERVFAIL'],
    ['ENOTFOUND for no such name', { isNotFound: true }, 'ENOTFOUND'],
    ['ETIMEDOUT for a lookup out of time', { isTimeout: true }, 'ETIMEDOUT'],
    ['ETIMEDOUT for a deadline', { isTimeout: true, cause: deadline }, 'ETIMEDOUT'],
    ['ABORT_ERR for an aborted lookup', { cause: canceled }, 'ABORT_ERR'],
    ['EAI_FAIL for anything else', {}, 'EAI_FAIL'],
  ])('has as its code %s', (_what, init, code) => {
    expect(new DNSError('x', 'a.b', init).code).toBe(code)
  })

  it.each([
    [{}, false, false],
    [{ isNotFound: true }, false, false],
    [{ isTimeout: true }, true, true],
    [{ isTemporary: true }, false, true],
  ])('%o is a timeout: %s, temporary: %s', (init, timeout, temporary) => {
    const error = new DNSError('x', 'a.b', init)
    expect([error.timeout, error.temporary]).toEqual([timeout, temporary])
  })

  it('has no cause when none was given', () => {
    expect('cause' in new DNSError('x', 'a.b')).toBe(false)
  })
})
