// Go: net/http/server.go, logf. What a server says of a connection's error when nothing else hears of it.
import { inspect } from 'node:util'
import { looked } from './looked.js'

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
