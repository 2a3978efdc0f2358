// @ts-check
/// <reference path="./runtimes.d.ts" />
// Deno's TCP: a loop per connection. Deno has no read deadline. Usage: see protocol.mjs.
import { collectV8, fail, parseArgs, serveHarness, timeEach } from './protocol.mjs'

const { Deno } = /** @type {typeof globalThis & { Deno: DenoRuntime }} */ (globalThis)
const args = parseArgs()

/** @type {(conn: DenoConn, data: Uint8Array) => Promise<void>} */
const writeAll = async (conn, data) => {
  let sent = await conn.write(data)
  while (sent < data.length) sent += await conn.write(data.subarray(sent))
}

/** @type {(conn: DenoConn) => Promise<void>} */
const echo = async (conn) => {
  const buf = new Uint8Array(args.buffer)
  for (;;) {
    const n = await conn.read(buf)
    if (n === null) return
    await writeAll(conn, buf.subarray(0, n))
  }
}

/** @type {(conn: DenoConn) => Promise<void>} */
const sink = async (conn) => {
  const buf = new Uint8Array(args.buffer)
  while ((await conn.read(buf)) !== null);
}

/** @type {(conn: DenoConn) => Promise<void>} */
const source = async (conn) => {
  const chunk = new Uint8Array(args.buffer)
  if ((await conn.read(chunk.subarray(0, 1))) === null) return
  for (let left = args.bytes; left > 0; left -= chunk.length) {
    await writeAll(conn, left < chunk.length ? chunk.subarray(0, left) : chunk)
  }
}

// Not with pipeTo: closing a connection's `writable` closes the whole connection.
/** @type {(conn: DenoConn) => Promise<void>} */
const proxy = async (client) => {
  const server = await Deno.connect({ hostname: '127.0.0.1', port: args.target })
  server.setNoDelay?.(true)
  /** @type {(to: DenoConn, from: DenoConn) => Promise<void>} */
  const copy = async (to, from) => {
    const buf = new Uint8Array(args.buffer)
    for (;;) {
      const n = await from.read(buf)
      if (n === null) break
      await writeAll(to, buf.subarray(0, n))
    }
    await to.closeWrite()
  }
  try {
    await Promise.all([copy(server, client), copy(client, server)])
  } finally {
    server.close()
  }
}

/** @type {Record<string, (conn: DenoConn) => Promise<void>>} */
const modes = {
  echo,
  sink,
  source,
  accept: async () => undefined,
  proxy,
  idle: echo,
  dial: echo,
}

const handle = modes[args.mode]
if (handle === undefined) fail(`unknown mode '${args.mode}'`)

/** @type {import('./protocol.mjs').DialMany} */
const dial = (port, count) =>
  timeEach(count, async () => {
    const conn = await Deno.connect({ hostname: '127.0.0.1', port })
    return async () => conn.close()
  })

/** @type {(conn: DenoConn) => Promise<void>} */
const serve = async (conn) => {
  conn.setNoDelay?.(true)
  try {
    await handle(conn)
  } catch (error) {
    // The load generator may go while an answer is on its way.
    const name = error instanceof Error ? error.name : ''
    if (name !== 'ConnectionReset' && name !== 'BrokenPipe') fail(error)
  }
  conn.close()
}

const listener =
  args.path === null
    ? Deno.listen({ hostname: '127.0.0.1', port: 0 })
    : Deno.listen({ transport: 'unix', path: args.path })
serveHarness(listener.addr.port ?? process.pid, { gc: collectV8, dial })
for await (const conn of listener) serve(conn).catch(fail)
