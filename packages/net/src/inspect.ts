// What console.log shows of connections and listeners. It may be asked at any time, and never throws.
import type { NetFD } from './fd.js'

/** The ends of a connection, or the address of a listener, and whether it is open. */
export function endsOf(fd: NetFD): string {
  const state = fd.closed ? 'closed' : 'open'
  try {
    const { laddr, raddr } = fd
    return `${laddr ?? '?'}${raddr === null ? '' : ` -> ${raddr}`}, ${state}`
  } catch {
    // An address of a family that this package does not know.
    return state
  }
}
