// WinterTC: connect.
import type { TCPConn } from '@netfd/net'
import { Dialer, joinHostPort } from '@netfd/net'
import { offAbort, onAbort, reasonOf, signalOf, wasAborted } from '@netfd/poll/internal'
import { ConnChannel } from './channel.js'
import type { Opened, Socket, SocketInfo } from './socket.js'
import { NetSocket } from './socket.js'
import type { SocketAddress, SocketOptions } from './socket-options.js'
import { addressOf, checkSocket } from './socket-options.js'

/** How long a dial may take, resolving included, in ms: a user timeout does nothing for a SYN. */
const PATIENCE = 10_000

let patient: Dialer | null = null

/**
 * Connects, in the shape of WinterTC's Sockets API, which Cloudflare's Workers have too: the socket is there
 * at once, and its streams wait until it is open. With `secureTransport` `'on'` it speaks TLS, with
 * `'starttls'` from `startTls()` on. Unless `allowHalfOpen` is set, writing ends when the peer ends its
 * side. It is closed when both streams are done, or by `close()`.
 *
 * Throws TypeError for a wrong address or option, before anything is dialed. A failure to connect rejects
 * `opened` and `closed` with {@link SocketError}, whose `code` is the dial's or Node's for TLS, and
 * errors both streams with it; none of them need be looked at.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * import { connect, toWeb } from '@netfd/net/web'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const socket = connect({ hostname: '127.0.0.1', port: listener.addr.port })
 * const served = toWeb(await listener.accept())
 * const echoed = served.readable.pipeTo(served.writable)
 * const writer = socket.writable.getWriter()
 * await writer.write('hello')
 * await writer.close()
 * console.assert((await new Response(socket.readable).text()) === 'hello')
 * await Promise.all([echoed, socket.closed])
 * ```
 */
export function connect(address: string | SocketAddress, o: SocketOptions = {}): Socket {
  const to = addressOf(address)
  checkSocket(o)
  const { secureTransport = 'off', allowHalfOpen = false } = o
  const secure = (conn: TCPConn, signal: AbortSignal): Promise<Opened> =>
    secured(conn, to, o, signal)
  const given = signalOf(o)
  const opened = async (signal: AbortSignal): Promise<Opened> => {
    const conn = await dialed(to, o, signal)
    if (secureTransport === 'on') return await secure(conn, signal)
    return { conn, channel: new ConnChannel(conn), info: infoOf(conn) }
  }
  const open = (giveUp: AbortSignal): Promise<Opened> =>
    given === undefined ? opened(giveUp) : withEither([given, giveUp], opened)
  return new NetSocket(open, { secureTransport, allowHalfOpen, secure })
}

/**
 * Calls with a signal that follows others. When the call is done they keep nothing of it; each signal of
 * `AbortSignal.any` would leave a trace on one that all connections share, for as long as that lives.
 */
async function withEither<T>(
  signals: readonly AbortSignal[],
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const follower = new AbortController()
  const following = signals.map((signal) => ({
    signal,
    aborted: () => follower.abort(reasonOf(signal)),
  }))
  for (const one of following) {
    if (wasAborted(one.signal)) one.aborted()
    onAbort(one.signal, one)
  }
  try {
    return await call(follower.signal)
  } finally {
    for (const one of following) offAbort(one.signal, one)
  }
}

function dialed(to: SocketAddress, o: SocketOptions, signal: AbortSignal): Promise<TCPConn> {
  patient ??= new Dialer({ timeout: PATIENCE })
  return (o.dialer ?? patient).dial('tcp', joinHostPort(to.hostname, to.port), { signal })
}

const infoOf = ({ remoteAddr, localAddr }: TCPConn): SocketInfo => ({
  remoteAddress: String(remoteAddr),
  localAddress: String(localAddr),
})

async function secured(
  conn: TCPConn,
  to: SocketAddress,
  { sni, alpn, tls }: SocketOptions,
  signal: AbortSignal,
): Promise<Opened> {
  const info = infoOf(conn)
  const over = await import('./tls-channel.js')
  const { channel, alpn: agreed } = await over.secure(
    conn,
    {
      host: to.hostname,
      ...over.serverName(to.hostname),
      ...(sni !== undefined && { servername: sni }),
      ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
      ...tls,
    },
    signal,
  )
  return { conn, channel, info: agreed === undefined ? info : { ...info, alpn: agreed } }
}
