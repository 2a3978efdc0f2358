// From options to a connection: what every function of this entry that dials does.
import type { TCPConn, UnixConn } from '@netfd/net'
import { backend, Dialer, joinHostPort } from '@netfd/net'
import type { SettableSockopt, SockoptValue } from '@netfd/syscall'
import { closeConn, isTCPConn } from './conn-parts.js'
import type { ConnectOptions, TuneOptions } from './options.js'

/** Where to. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** How long a dial may take, resolving included, in ms: a user timeout does nothing for a SYN. */
const PATIENCE = 10_000

let patient: Dialer | null = null

/** The caller's dialer, or one that gives up after 10 s. */
function dialerOf(o: ConnectOptions): Dialer {
  if (o.dialer !== undefined) return o.dialer
  patient ??= new Dialer({ timeout: PATIENCE })
  return patient
}

/** Sets what the options say. Throws OpError, TypeError or RangeError. */
function tuneTCP(conn: TCPConn, o: TuneOptions): void {
  const { userTimeout, keepAliveConfig } = o
  if (userTimeout !== undefined) set(() => conn.setUserTimeout(userTimeout))
  if (keepAliveConfig !== undefined) set(() => conn.setKeepAliveConfig(keepAliveConfig))
}

function tuneConn(conn: TCPConn | UnixConn, o: TuneOptions): void {
  for (const [name, value] of Object.entries(o.options ?? {})) {
    set(() => conn.setOption(name as SettableSockopt, value as SockoptValue<SettableSockopt>))
  }
}

let warned = false

/** On the host backend a client works without the options that only Linux has, and a warning says so once. */
function set(f: () => void): void {
  try {
    f()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (backend !== 'host' || code !== 'ENOPROTOOPT') throw error
    if (!warned) process.emitWarning(`an option is left out: ${message}`, { code: 'NETFD_TUNE' })
    warned = true
  }
}

const dialTo = (o: ConnectOptions, to: Target, signal: AbortSignal): Promise<TCPConn | UnixConn> =>
  o.path === undefined
    ? dialerOf(o).dial('tcp', joinHostPort(to.host, to.port), { signal })
    : dialerOf(o).dial('unix', o.path, { signal })

/** Dials, and prepares the connection before a client sees it. Rejects with OpError, or what `setup` threw. */
export async function connect(
  o: ConnectOptions,
  to: Target,
  signal: AbortSignal,
): Promise<TCPConn | UnixConn> {
  const conn = await dialTo(o, to, signal)
  try {
    if (isTCPConn(conn)) tuneTCP(conn, o)
    tuneConn(conn, o)
    if (isTCPConn(conn)) o.setup?.(conn)
  } catch (error) {
    await closeConn(conn, false)
    throw error
  }
  return conn
}
