// Go: net/tcpsock.go, newTCPConn. The options of a new connection, set on its socket or inherited by it.
import { IPPROTO_TCP, TCP_NODELAY } from '@netfd/syscall'
import { hook } from './hook.js'

/** An option of a socket that is a number, with its value. */
export interface IntOption {
  readonly level: number
  readonly optname: number
  readonly value: number
}

const NODELAY: IntOption = { level: IPPROTO_TCP, optname: TCP_NODELAY, value: 1 }

/** What the socket of a new connection gets. */
export const connOptions = (keepAlive: readonly IntOption[]): readonly IntOption[] => [
  NODELAY,
  ...keepAlive,
]

/**
 * Gives a socket what a new connection gets. Go ignores refusals here too: the first one of keep-alive
 * ends it, and what was set stays.
 */
export function setConnOptions(sysfd: number, options: readonly IntOption[]): void {
  for (const option of options) {
    const r = hook.setsockopt(sysfd, option.level, option.optname, option.value)
    if (r < 0 && option !== NODELAY) return
  }
}
