// @ts-check
// netfd: a loop per connection, as one would write it in Go. Usage: see protocol.mjs.
import { dial as dialConn, listen } from '@netfd/net'
import { bufReader, bufWriter } from '@netfd/net/bufio'
import { close } from '@netfd/syscall'
import { allocatedV8 } from './garbage.mjs'
import { collectV8, DEADLINE_MS, fail, parseArgs, serveHarness, timeEach } from './protocol.mjs'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

const args = parseArgs()

/** @type {(conn: TCPConn, buf?: Uint8Array) => Promise<void>} */
const echo = async (conn, buf = new Uint8Array(args.buffer)) => {
  try {
    for (;;) {
      if (args.deadline) conn.setReadDeadline(Date.now() + DEADLINE_MS)
      const n = await conn.read(buf)
      if (n === null) return
      await conn.write(buf.subarray(0, n))
    }
  } finally {
    await conn.close()
  }
}

// The loop without a promise: the bytes that came are sent in the call that brings them.
/** @type {(conn: TCPConn) => Promise<void>} */
const echoWriteTo = async (conn) => {
  try {
    await conn.writeTo({
      write: (piece) => {
        const n = conn.tryWrite(piece)
        return n < 0 ? conn.write(piece) : n
      },
    })
  } finally {
    await conn.close()
  }
}

/** @type {(conn: TCPConn) => Promise<void>} */
const echoBuffered = async (conn) => {
  const message = new Uint8Array(args.buffer)
  const reader = bufReader(conn)
  try {
    for (;;) {
      await reader.readFull(message)
      await conn.write(message)
    }
  } finally {
    await conn.close()
  }
}

// The answers leave together when no further message has come, as Go's servers do it with bufio.
/** @type {(conn: TCPConn) => Promise<void>} */
const echoBothBuffered = async (conn) => {
  const message = new Uint8Array(args.buffer)
  const reader = bufReader(conn)
  const writer = bufWriter(conn)
  try {
    for (;;) {
      await reader.readFull(message)
      await writer.write(message)
      if (reader.buffered < message.length) await writer.flush()
    }
  } finally {
    await conn.close()
  }
}

/** @type {(conn: TCPConn) => Promise<void>} */
const sinkWriteTo = async (conn) => {
  try {
    await conn.writeTo({ write: (piece) => piece.length })
  } finally {
    await conn.close()
  }
}

/** @type {(conn: TCPConn) => Promise<void>} */
const sink = async (conn) => {
  const buf = new Uint8Array(args.buffer)
  try {
    while ((await conn.read(buf)) !== null);
  } finally {
    await conn.close()
  }
}

/** @type {(conn: TCPConn) => Promise<void>} */
const source = async (conn) => {
  const chunk = new Uint8Array(args.buffer)
  try {
    if ((await conn.read(chunk.subarray(0, 1))) === null) return
    for (let left = args.bytes; left > 0; left -= chunk.length) {
      await conn.write(left < chunk.length ? chunk.subarray(0, left) : chunk)
    }
  } finally {
    await conn.close()
  }
}

/** @type {(conn: TCPConn) => Promise<void>} */
const proxy = async (client) => {
  const server = /** @type {TCPConn} */ (await dialConn('tcp', `127.0.0.1:${args.target}`))
  /** @type {(to: TCPConn, from: TCPConn) => Promise<void>} */
  const copy = async (to, from) => {
    await to.readFrom(from)
    to.closeWrite()
  }
  try {
    await Promise.all([copy(server, client), copy(client, server)])
  } finally {
    await Promise.all([server.close(), client.close()])
  }
}

// Takes a descriptor with each message, and answers the message.
/** @type {(conn: import('@netfd/net').UnixConn) => Promise<void>} */
const pass = async (conn) => {
  const buf = new Uint8Array(args.buffer)
  try {
    for (;;) {
      const got = await conn.receiveFd(buf)
      if (got === null) return
      for (const fd of got.fds) close(fd)
      await conn.write(buf.subarray(0, got.n))
    }
  } finally {
    await conn.close()
  }
}

/** @type {Record<string, (conn: TCPConn) => Promise<void>>} */
const modes = {
  echo: (conn) => echo(conn),
  'echo --write-to': echoWriteTo,
  'echo --buffered': echoBuffered,
  'echo --both-buffered': echoBothBuffered,
  sink,
  'sink --write-to': sinkWriteTo,
  source,
  accept: (conn) => conn.close(),
  proxy,
  // A program with many quiet connections gives each a small cut of Node's buffer pool.
  idle: (conn) => echo(conn, Buffer.allocUnsafe(args.buffer)),
  dial: (conn) => echo(conn),
  pass: (conn) =>
    pass(/** @type {import('@netfd/net').UnixConn} */ (/** @type {unknown} */ (conn))),
}

const handle = modes[[args.mode, ...args.form].join(' ')]
if (handle === undefined) fail(`unknown mode '${args.mode}'`)

/** @type {import('./protocol.mjs').DialMany} */
const dial = (port, count) =>
  timeEach(count, async () => {
    const conn = await dialConn('tcp', `127.0.0.1:${port}`)
    return () => conn.close()
  })

// Its end is also one before a whole message.
const LEAVING = new Set(['ECONNRESET', 'EPIPE', 'ERR_UNEXPECTED_EOF'])

/** @type {(error: Error & { code?: string }) => void} */
const ended = (error) => {
  // The load generator may go while an answer is on its way.
  if (!LEAVING.has(error.code)) fail(error)
}

const hooks = { gc: collectV8, allocated: allocatedV8, dial }
if (args.path === null) {
  const listener = await listen('tcp', '127.0.0.1:0')
  serveHarness(listener.addr.port, hooks)
  for await (const conn of listener) handle(conn).catch(ended)
} else {
  const listener = await listen('unix', args.path)
  serveHarness(process.pid, hooks)
  for await (const conn of listener) handle(/** @type {never} */ (conn)).catch(ended)
}
