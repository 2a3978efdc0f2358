// Passes DNS questions on to another server. Over UDP each has a socket of its own, so that the kernel drops
// what others send. An answer that was cut says so, and the client asks again over TCP, which goes on over TCP.
//
//   node dist/dns-forwarder.js 127.0.0.1:5300 YOUR-DNS-SERVER:53
import type { TCPConn, UDPConn } from '@netfd/net'
import { copyBoth, Dialer, dial, listen, listenPacket, serve } from '@netfd/net'
import { cli, complain, UsageError } from './lib/cli.js'
import { live } from './lib/live.js'
import { needsLinux } from './lib/needs.js'
import { stopSignal } from './lib/stop.js'

const help = `
dns-forwarder listen-host:port server-host:port   Passes DNS questions on, over UDP and over TCP.`
const [HEADER, SIZE, QR, TC, SERVFAIL, MOST, PATIENCE] = [12, 65_535, 0x80, 2, 2, 1_000, 10_000]
const seen = { asked: 0, cut: 0, failed: 0, 'over TCP': 0 }

/** The answer; that the server failed when it gives none. */
async function ask(server: string, question: Buffer, signal: AbortSignal): Promise<Buffer> {
  await using conn = await dial('udp', server)
  const answer = Buffer.allocUnsafe(SIZE)
  for (const ms of [500, 1_000, 2_000]) {
    conn.setReadDeadline(Date.now() + ms)
    try {
      await conn.write(question)
      for (let n = 0; ; ) {
        n = await conn.read(answer, { signal })
        const ours = n >= HEADER && answer.readUInt16BE() === question.readUInt16BE()
        if (ours) return answer.subarray(0, n)
      }
    } catch (error) {
      if (signal.aborted) throw error // else it was lost or refused, and is asked again
    }
  }
  seen.failed++
  question.writeUInt8(question.readUInt8(2) | QR, 2)
  question.writeUInt8((question.readUInt8(3) & 0xf0) | SERVFAIL, 3)
  return question
}

async function passUDP(conn: UDPConn, server: string, signal: AbortSignal): Promise<void> {
  const buf = Buffer.alloc(SIZE)
  for (let waiting = 0; ; ) {
    const { n, addr } = await conn.readFrom(buf, { signal })
    // Answers to answers would go back and forth between two forwarders for ever.
    if (n < HEADER || buf.readUInt8(2) & QR || waiting === MOST) continue
    waiting++
    seen.asked++
    ask(server, Buffer.from(buf.subarray(0, n)), signal)
      .then((answer) => {
        if (answer.readUInt8(2) & TC) seen.cut++
        return conn.writeTo(answer, addr)
      })
      .catch((error) => signal.aborted || complain(error))
      .finally(() => waiting--)
  }
}

async function passTCP(client: TCPConn, server: string, signal: AbortSignal): Promise<void> {
  await using conn = await new Dialer({ timeout: PATIENCE }).dial('tcp', server, { signal })
  seen['over TCP']++
  await copyBoth(client, conn, { signal, idleTimeout: PATIENCE })
}

await cli(help, {}, 2, async ({ positionals: [address, server] }) => {
  needsLinux('UDP')
  if (address === undefined || server === undefined) throw new UsageError('from where to where?')
  const signal = stopSignal()
  await using listener = await listen('tcp', address)
  await using conn = await listenPacket('udp', `${listener.addr}`)
  console.log(`listening on ${listener.addr}, passing on to ${server}`)
  using _line = live(() =>
    Object.entries(seen)
      .map(([what, n]) => `${n} ${what}`)
      .join('  '),
  )
  const o = { signal, limit: MOST, onError: complain }
  const tcp = serve(listener, (client) => passTCP(client, server, signal), o)
  const udp = passUDP(conn, server, signal).catch((error) => signal.aborted || complain(error))
  await Promise.all([tcp, udp])
})
