// An HTTP/1.1 request over a connection of ours, read by hand: status, headers, and a body that is
// counted, chunked, or simply ends.
//
//   node dist/http-get.js http://localhost:8080/path
import type { TCPConn } from '@netfd/net'
import { Dialer, joinHostPort } from '@netfd/net'
import { cli, UsageError } from './lib/cli.js'
import { LineReader } from './lib/reader.js'

const help = `
http-get [--include] URL   Fetches a page over HTTP/1.1.

  --include   print the status and the headers too`

/** How long the server may be silent, in ms. */
const PATIENCE = 10_000

class ProtocolError extends Error {
  readonly code = 'ERR_HTTP'
}

interface Head {
  readonly status: string
  readonly headers: ReadonlyMap<string, string>
}

async function readHead(reader: LineReader): Promise<Head> {
  const status = await reader.line()
  if (!status?.startsWith('HTTP/1.')) throw new ProtocolError(`no HTTP answer: ${status}`)
  const headers = new Map<string, string>()
  for (;;) {
    const line = await reader.line()
    if (line === null) throw new ProtocolError('the headers do not end')
    if (line === '') return { status, headers }
    const colon = line.indexOf(':')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
}

/** Exactly `length` bytes, piece by piece. */
async function* counted(reader: LineReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const piece = await reader.some(left)
    if (piece === null) throw new ProtocolError(`the body ends ${left} bytes early`)
    left -= piece.length
    yield piece
  }
}

async function* chunked(reader: LineReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const size = await reader.line()
    if (!/^[0-9a-f]+/i.test(size ?? '')) throw new ProtocolError(`not the size of a chunk: ${size}`)
    const length = Number.parseInt(size ?? '', 16)
    if (length === 0) return
    yield* counted(reader, length)
    if ((await reader.line()) !== '') throw new ProtocolError('a chunk is longer than it says')
  }
}

function body(reader: LineReader, { headers }: Head): AsyncGenerator<Uint8Array> {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return chunked(reader)
  const length = headers.get('content-length')
  if (length === undefined) return untilEnd(reader)
  if (!/^\d+$/.test(length)) throw new ProtocolError(`not a length: ${length}`)
  return counted(reader, Number(length))
}

async function* untilEnd(reader: LineReader): AsyncGenerator<Uint8Array> {
  for (let piece = await reader.some(65_536); piece !== null; piece = await reader.some(65_536)) {
    yield piece
  }
}

async function get(conn: TCPConn, url: URL, include: boolean): Promise<void> {
  conn.setDeadline(Date.now() + PATIENCE)
  const request = `GET ${url.pathname}${url.search} HTTP/1.1`
  await conn.write(`${request}\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`)
  const reader = new LineReader(conn)
  const head = await readHead(reader)
  if (include) {
    const lines = [...head.headers].map(([name, value]) => `${name}: ${value}`)
    console.log([head.status, ...lines, ''].join('\n'))
  }
  for await (const piece of body(reader, head)) {
    process.stdout.write(piece)
    conn.setDeadline(Date.now() + PATIENCE)
  }
  if (!/^\S+ 2/.test(head.status)) throw new ProtocolError(head.status)
}

await cli(help, { include: { type: 'boolean' } }, async ({ values, positionals: [target] }) => {
  if (target === undefined || !URL.canParse(target)) throw new UsageError('which URL?')
  const url = new URL(target)
  if (url.protocol !== 'http:') throw new UsageError('only http: here, https: wants TLS on top')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  await using conn = await new Dialer({ timeout: PATIENCE }).dial(
    'tcp',
    joinHostPort(host, Number(url.port || 80)),
  )
  await get(conn, url, values.include === true)
})
