// Streams of the web to test with.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TCPConn } from '../../src/index.js'
import type { Chunk } from '../../src/web/index.js'
import { readable, writable } from '../../src/web/index.js'
import { scratch } from '../program.js'
import { pair } from '../support.js'

/** A stream of what arrives, its connection, and the peer. */
export async function reading(): Promise<{
  stream: ReadableStream<Uint8Array>
  conn: TCPConn
  peer: TCPConn
}> {
  const [conn, peer] = await pair()
  return { stream: readable(conn), conn, peer }
}

/** A stream that writes, its connection, and the peer. */
export async function writing(
  o: { highWaterMark?: number } = {},
): Promise<{ stream: WritableStream<Chunk>; conn: TCPConn; peer: TCPConn }> {
  const [conn, peer] = await pair()
  return { stream: writable(conn, o), conn, peer }
}

/** All that a stream brings, as text. */
export const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> =>
  new Response(stream).text()

/** The rejections that no code had handled by the end of the test. */
export function unhandled(): unknown[] {
  const errors: unknown[] = []
  const before = process.listeners('unhandledRejection')
  const collect = (error: unknown): number => errors.push(error)
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', collect)
  onTestFinished(() => {
    process.removeListener('unhandledRejection', collect)
    for (const listener of before) process.on('unhandledRejection', listener)
  })
  return errors
}

let made: { key: string; cert: string } | null = null

/** A certificate for localhost. */
export function certificate(): { key: string; cert: string } {
  if (made !== null) return made
  const folder = scratch()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ...['-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  )
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  return made
}

/** The port of a server of Node's on 127.0.0.1, which is closed after the test. */
export async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    // One that is paused does not see that its peer has gone.
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}
