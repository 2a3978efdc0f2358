import { describe, expect, it } from 'vitest'
import {
  CanceledError,
  DeadlineExceededError,
  FileClosingError,
  NetClosingError,
  NoDeadlineError,
  NotPollableError,
  UnexpectedEOFError,
} from './errors.js'

// class, name, code, Go's text, timeout, temporary
const ERRORS = [
  [
    NetClosingError,
    'NetClosingError',
    'ERR_NET_CLOSED',
    'use of closed network connection',
    false,
    false,
  ],
  [FileClosingError, 'FileClosingError', 'ERR_FILE_CLOSED', 'use of closed file', false, false],
  [
    DeadlineExceededError,
    'DeadlineExceededError',
    'ERR_DEADLINE_EXCEEDED',
    'i/o timeout',
    true,
    true,
  ],
  [NotPollableError, 'NotPollableError', 'ERR_NOT_POLLABLE', 'not pollable', false, false],
  [
    NoDeadlineError,
    'NoDeadlineError',
    'ERR_NO_DEADLINE',
    'file type does not support deadline',
    false,
    false,
  ],
  [CanceledError, 'CanceledError', 'ABORT_ERR', 'operation was canceled', false, false],
  [UnexpectedEOFError, 'UnexpectedEOFError', 'ERR_UNEXPECTED_EOF', 'unexpected EOF', false, false],
] as const

describe('errors', () => {
  it.each(ERRORS)(
    '%s is %s with %s, %j, timeout %s (TestErrors)',
    (Type, name, code, message, timeout, temporary) => {
      const error = new Type()
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({ name, code, message, timeout, temporary })
      expect(String(error)).toBe(`${name}: ${message}`)
      expect(Object.keys(error)).not.toContain('name')
    },
  )

  it('CanceledError carries the reason of its signal', () => {
    const reason = new Error('why')
    expect(new CanceledError(reason).cause).toBe(reason)
    expect(AbortSignal.abort().reason.name).toBe('AbortError')
  })
})
