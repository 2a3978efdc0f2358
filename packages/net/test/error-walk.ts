// Go: parseDialError, parseReadError and their neighbours in net/error_test.go. Walks an error from the
// operation down to the errno and refuses whatever does not belong at its level.
import { errnoName, SyscallError } from '@netfd/syscall'
import { expect } from 'vitest'
import {
  AddrError,
  CanceledError,
  DeadlineExceededError,
  DNSError,
  NetClosingError,
  OpError,
  UnexpectedEOFError,
  UnknownNetworkError,
} from '../src/index.js'
import { errorOf, thrown } from './support.js'

type ErrorClass = abstract new (...args: never[]) => Error

/** What the error of one operation may hold. */
interface Level {
  /** System calls that the operation makes, as Go names them. */
  readonly calls: readonly string[]
  /** Errors that are not the kernel's. */
  readonly causes: readonly ErrorClass[]
  /** Whether the error names the local end, the remote end. */
  readonly ends: 'both' | 'addr' | 'dial'
}

const WAITS = [DeadlineExceededError, CanceledError, NetClosingError] as const
const RESOLVES = [AddrError, DNSError, UnknownNetworkError] as const

const LEVELS = {
  dial: {
    calls: ['socket', 'setnonblock', 'setsockopt', 'bind', 'connect', 'getsockopt', 'getsockname'],
    causes: [...RESOLVES, DeadlineExceededError, CanceledError],
    ends: 'dial',
  },
  listen: {
    calls: ['socket', 'setnonblock', 'setsockopt', 'bind', 'listen', 'getsockname'],
    causes: RESOLVES,
    ends: 'addr',
  },
  accept: {
    calls: ['accept4', 'accept', 'setnonblock', 'getsockname'],
    causes: WAITS,
    ends: 'addr',
  },
  read: { calls: ['read'], causes: WAITS, ends: 'both' },
  write: { calls: ['write'], causes: [...WAITS, UnexpectedEOFError], ends: 'both' },
  writev: { calls: ['writev'], causes: [...WAITS, UnexpectedEOFError], ends: 'both' },
  readfrom: {
    calls: ['splice', 'sendfile', 'read', 'write'],
    causes: [...WAITS, OpError],
    ends: 'both',
  },
  writeto: { calls: ['splice', 'read', 'write'], causes: [...WAITS, OpError], ends: 'both' },
  close: { calls: ['close', 'shutdown'], causes: [NetClosingError], ends: 'both' },
  set: { calls: ['setsockopt'], causes: [NetClosingError], ends: 'both' },
  get: { calls: ['getsockopt'], causes: [NetClosingError], ends: 'both' },
  file: {
    calls: ['fcntl', 'dup', 'detach', 'getsockopt', 'setnonblock'],
    causes: [NetClosingError],
    ends: 'both',
  },
  'raw-control': { calls: [], causes: [NetClosingError], ends: 'addr' },
  'raw-read': { calls: [], causes: WAITS, ends: 'both' },
  'raw-write': { calls: [], causes: WAITS, ends: 'both' },
} as const satisfies Record<string, Level>

/** The operations that have an error of their own. */
export type Operation = keyof typeof LEVELS

/** Fails unless it is an OpError of this operation, with nothing unexpected at any level; returns it. */
export function walk(op: Operation, error: unknown): OpError {
  const level: Level = LEVELS[op]
  expect(error, 'the outermost error').toBeInstanceOf(OpError)
  const { cause } = error as OpError
  expect((error as OpError).op).toBe(op)
  // A network that does not exist is named as the caller wrote it.
  if (!(cause instanceof UnknownNetworkError)) {
    expect((error as OpError).net).toMatch(/^((?:tcp|udp)[46]?|file\+net)$/)
  }
  expect((error as OpError).message.split(/[ :]/)[0]).toBe(op)
  expect((error as OpError).message.endsWith(`: ${cause.message}`)).toBe(true)
  if (level.ends === 'both') expect((error as OpError).addr, 'the address of the end').toBeDefined()
  walkCause(level, error as OpError)
  return error as OpError
}

function walkCause(
  level: Level,
  { op, cause, code, errno, syscall, timeout, temporary }: OpError,
): void {
  if (cause instanceof SyscallError) {
    expect(level.calls, `the call of ${cause.message}`).toContain(cause.syscall)
    expect(cause.errno).toBeLessThan(0)
    expect(cause.code).toBe(errnoName(cause.errno))
    expect({ code, errno, syscall }).toEqual({
      code: cause.code,
      errno: cause.errno,
      syscall: cause.syscall,
    })
    expect(timeout).toBe(cause.timeout)
    // After an accept more errors pass: see op-error.ts.
    expect([cause.temporary, op === 'accept']).toContain(temporary)
    return
  }
  const known = level.causes.some((type) => cause instanceof type)
  expect(known, `unexpected ${cause?.constructor.name}: ${cause?.message}`).toBe(true)
  expect(errno === undefined || cause instanceof DNSError || cause instanceof OpError).toBe(true)
  if (cause instanceof DeadlineExceededError)
    expect({ code, timeout }).toEqual({ code: 'ETIMEDOUT', timeout: true })
  if (cause instanceof CanceledError)
    expect({ code, timeout }).toEqual({ code: 'ABORT_ERR', timeout: false })
  if (cause instanceof NetClosingError)
    expect({ code, timeout }).toEqual({ code: 'ERR_NET_CLOSED', timeout: false })
}

/** The well-formed error that this call is rejected with. */
export async function rejected(op: Operation, promise: Promise<unknown>): Promise<OpError> {
  return walk(op, await errorOf(promise))
}

/** The well-formed error that this call throws. */
export function throws(op: Operation, call: () => unknown): OpError {
  return walk(op, thrown(call))
}
