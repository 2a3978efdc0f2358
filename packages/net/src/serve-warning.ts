// Go: net/http/server.go, logf. What a server says of a connection's error when nothing else hears of it.
import { inspect } from 'node:util'
import { isNativeError } from 'node:util/types'
import type { OpError } from './errors.js'

/** What may be known of an error. Of a stranger's it may be of any type. */
type Looked = { readonly [K in 'code' | 'name' | 'message' | 'op' | 'addr']?: unknown }

/**
 * What a server asks of an error. A handler may throw anything, also what throws when it is looked at: of that
 * nothing is known.
 */
export function looked(error: unknown): Looked {
  if (!isNativeError(error)) return {}
  try {
    const { code, name, message, op, addr } = error as Partial<OpError>
    return { code, name, message, op, addr }
  } catch {
    return {}
  }
}

/** Warns of an error, and says what came of it. */
export type Warn = (said: string, error: unknown) => void

/**
 * Warns of the first error of each kind: a server that is attacked may have very many, and a mistake of
 * its own must show beside the resets of its peers.
 */
export function warnOfKinds(): Warn {
  const kinds = new Set<unknown>()
  return (said, error) => {
    const kind = kindOf(error)
    if (kinds.has(kind)) return
    kinds.add(kind)
    const { message } = looked(error)
    process.emitWarning(`${said}: ${typeof message === 'string' ? message : shown(error)}`, {
      type: 'ServeWarning',
      code: 'NETFD_SERVE',
      detail: `Said once for ${kind}. Pass onError to hear of each.\n${shown(error)}`,
    })
  }
}

/** As console.log shows it, where it can be shown. */
function shown(error: unknown): string {
  try {
    return inspect(error)
  } catch {
    return kindOf(error)
  }
}

/** Its code, or the name of its class. */
function kindOf(error: unknown): string {
  const { code, name } = looked(error)
  if (typeof code === 'string') return code
  return typeof name === 'string' ? name : typeof error
}
