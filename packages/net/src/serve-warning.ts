// Go: net/http/server.go, logf. What a server says of a connection's error when nothing else hears of it.
import { inspect } from 'node:util'
import { isNativeError } from 'node:util/types'

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
    const { message } = isNativeError(error) ? error : { message: inspect(error) }
    process.emitWarning(`${said}: ${message}`, {
      type: 'ServeWarning',
      code: 'NETFD_SERVE',
      detail: `Said once for ${kind}. Pass onError to hear of each.\n${inspect(error)}`,
    })
  }
}

/** Its code, or the name of its class. */
function kindOf(error: unknown): string {
  if (!isNativeError(error)) return typeof error
  const { code, name }: NodeJS.ErrnoException = error
  return typeof code === 'string' ? code : name
}
