// The numbers of the host backend. It takes Linux's constants as its own, for they are compared and never reach a
// system; what the runtime's errors say is brought to them by its name.
import { ECONNRESET, EIO, EPIPE } from '../constants.js'
import { errnoNumber } from '../errno.js'

/** Errors of Node's own that stand for what happened to a connection. */
const OWN: Readonly<Record<string, number>> = {
  ERR_SOCKET_CLOSED: ECONNRESET,
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION: ECONNRESET,
  ERR_STREAM_DESTROYED: EPIPE,
  ERR_STREAM_WRITE_AFTER_END: EPIPE,
}

/** The number of what the runtime threw or told: EIO when its name is unknown. */
export function numberOf(error: unknown): number {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return EIO
  return OWN[code] ?? errnoNumber(code) ?? EIO
}
