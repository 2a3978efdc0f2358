// TLS in both directions: a TLS server of Node's behind a listener, a TLS client of Node's over a connection,
// and each asks for the other's certificate. Look at what the two have agreed on, at what a round trip costs,
// and at the end: no packet reaches the server any more, as when its machine has lost power. TLS never
// notices that; the user timeout of the connection below it does.
//
//   node dist/tls.js --user-timeout 2000
import { once } from 'node:events'
import type { Server, TLSSocket } from 'node:tls'
import { connect, createServer } from 'node:tls'
import type { TCPConn } from '@netfd/net'
import { Dialer, listen } from '@netfd/net'
import { serve, toDuplex, tuneSocket } from '@netfd/net/node'
import { wholeNumber } from './lib/args.js'
import { CERT, KEY } from './lib/certificate.js'
import { bar } from './lib/chart.js'
import { cli } from './lib/cli.js'
import { paint } from './lib/colour.js'
import { needsLinux } from './lib/needs.js'
import { Screen } from './lib/screen.js'
import { stopSignal } from './lib/stop.js'
import { Tally } from './lib/tally.js'
import { count, duration } from './lib/units.js'

const help = `
tls [options] [host:port]   A TLS server and client; then the server is cut off.

  --seconds s         how long the client asks and the server answers (2)
  --user-timeout ms   how long sent data may stay unacknowledged (2000)`

const options = {
  seconds: { type: 'string', default: '2' },
  'user-timeout': { type: 'string', default: '2000' },
} as const

/** How long the dial may take, and how long the handshake, in ms. */
const PATIENCE = 5_000

/** How often the view of the wait is drawn, in ms. */
const LOOK = 200

/** Both sides show this certificate and trust no other. */
const identity = { key: KEY, cert: CERT, ca: CERT, ALPNProtocols: ['echo'] }

/** What the two sides agreed on, and who the other one is. */
function agreed(who: string, socket: TLSSocket): string {
  const { subject, valid_to } = socket.getPeerCertificate()
  const terms = [socket.getProtocol(), socket.getCipher().name, `ALPN ${socket.alpnProtocol}`]
  return `${who}  ${terms.join(', ')}; the peer is ${subject.CN}, until ${valid_to}`
}

/** A TLS server that sends back what comes in. */
function echoServer(accepted: Set<TLSSocket>): Server {
  const o = { ...identity, requestCert: true, handshakeTimeout: PATIENCE }
  const server = createServer(o, (socket) => {
    console.log(agreed('server', socket))
    accepted.add(socket)
    socket.on('error', () => undefined).on('close', () => accepted.delete(socket))
    socket.pipe(socket)
  })
  return server.on('tlsClientError', (error) => console.error(`server: ${error.message}`))
}

/** A TLS client over a connection, once both sides know each other. */
async function secure(conn: TCPConn, stop: AbortSignal): Promise<TLSSocket> {
  const socket = connect({ ...identity, socket: toDuplex(conn), servername: 'localhost' })
  // The call that waits is told as well; between two calls, at a stop, an error is no news.
  socket.on('error', () => undefined)
  const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)])
  await once(socket, 'secureConnect', { signal }).catch((error) => {
    socket.destroy()
    throw error
  })
  console.log(agreed('client', socket))
  return socket
}

/** Asks over and over until the time is over: a letter, and its echo. */
async function converse(socket: TLSSocket, end: number, stop: AbortSignal): Promise<void> {
  const tally = new Tally(1)
  const answers = socket.iterator({ destroyOnReturn: false })
  for (let now = performance.now(); now < end && !stop.aborted; now = performance.now()) {
    socket.write('a')
    if ((await answers.next()).done === true) throw new Error('the server has ended the connection')
    tally.add(performance.now() - now)
  }
  await answers.return?.()
  tally.print()
}

/** Asks once more, and shows what the kernel does until it gives the connection up. */
async function wait(
  socket: TLSSocket,
  conn: TCPConn,
  { patience, stop }: { patience: number; stop: AbortSignal },
): Promise<void> {
  const start = performance.now()
  const screen = new Screen()
  const show = () => {
    const took = performance.now() - start
    const { unacked, totalRetrans } = conn.info()
    const kernel = `${count(unacked, 'segment')} on the way, sent again: ${totalRetrans}`
    screen.draw(`${bar(took / patience, 20)} ${duration(took).padStart(6)}  ${kernel}`)
  }
  const timer = setInterval(show, LOOK)
  // The connection below is closed by the time that this is told.
  socket.once('error', () => clearInterval(timer))
  try {
    socket.resume().write('are you there?')
    // It ends without an error only where the server ends it, and that server says nothing any more.
    await once(socket, 'end', { signal: stop })
  } catch (error) {
    if (stop.aborted) return
    const took = duration(performance.now() - start)
    const { code } = error as NodeJS.ErrnoException
    console.log(paint.good(`client  ${code} after ${took}; without it: some 15 minutes`))
  } finally {
    clearInterval(timer)
  }
}

await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
  needsLinux('TCP_INFO and the user timeout')
  const seconds = wholeNumber('--seconds', values.seconds, 1, 3_600)
  const patience = wholeNumber('--user-timeout', values['user-timeout'], 1)
  const stop = stopSignal()
  const accepted = new Set<TLSSocket>()
  const server = echoServer(accepted)
  const listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  const serving = serve(listener, server, { prepare: (conn) => conn.setUserTimeout(patience) })
  try {
    const dialer = new Dialer({ timeout: PATIENCE })
    await using conn = await dialer.dial('tcp', `${listener.addr}`, { signal: stop })
    conn.setUserTimeout(patience)
    const socket = await secure(conn, stop)
    await converse(socket, performance.now() + seconds * 1000, stop)
    stop.throwIfAborted()
    // No packet has come that few hops: the kernel drops all that arrive, before TCP sees them.
    for (const end of accepted) tuneSocket(end, { options: { ipMinTTL: 255 } })
    console.log(paint.title('The server is cut off: it gets no packet any more.'))
    await wait(socket, conn, { patience, stop })
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    for (const end of accepted) end.destroy()
    await listener.close()
    await serving
  }
})
