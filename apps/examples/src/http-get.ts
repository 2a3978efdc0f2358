// An HTTP/1.1 request over a connection of ours, read by hand: status, headers, and a body that is
// counted, chunked, or simply ends. Its limits: 10 s of silence, 16 KiB a line, 64 KiB of headers; the body
// goes to standard output as fast as that takes it, and is kept nowhere.
//
//   node dist/http-get.js http://localhost:8080/path
import { pipeline } from 'node:stream/promises'
import type { TCPConn } from '@netfd/net'
import { Dialer, joinHostPort } from '@netfd/net'
import { cli, UsageError } from './lib/cli.js'
import { body, ProtocolError, readHead } from './lib/http.js'
import { LineReader } from './lib/reader.js'

const help = `
http-get [--include] URL   Fetches a page over HTTP/1.1.

  --include   print the status and the headers too`

/** How long the server may be silent, in ms. */
const PATIENCE = 10_000

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
  const pieces = async function* () {
    for await (const piece of body(reader, head)) {
      yield piece
      // The time that standard output took is not the server's fault.
      conn.setDeadline(Date.now() + PATIENCE)
    }
  }
  await pipeline(pieces, process.stdout, { end: false })
  if (!/^\S+ 2/.test(head.status)) throw new ProtocolError(head.status)
}

await cli(help, { include: { type: 'boolean' } }, 1, async ({ values, positionals: [target] }) => {
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
