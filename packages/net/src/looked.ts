// What a program has thrown, which may be anything, also what throws when it is looked at.
import { isNativeError } from 'node:util/types'
import type { OpError } from './errors.js'

/** What may be known of an error. Of a stranger's it may be of any type. */
type Looked = {
  readonly [K in 'code' | 'name' | 'message' | 'op' | 'addr' | 'bytesWritten']?: unknown
}

/** What an error says of itself; nothing where it cannot be asked. */
export function looked(error: unknown): Looked {
  if (!isNativeError(error)) return {}
  try {
    const { code, name, message, op, addr, bytesWritten } = error as Partial<OpError>
    return { code, name, message, op, addr, bytesWritten }
  } catch {
    return {}
  }
}
