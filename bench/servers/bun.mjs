// @ts-check
/// <reference path="./runtimes.d.ts" />
// Bun.listen with its handlers. What write() does not take is held until `drain`, and the
// reading is paused until then. Usage: see protocol.mjs.
import { DEADLINE_MS, deferred, fail, parseArgs, serveHarness, timeEach } from './protocol.mjs'

const args = parseArgs()
const NOTHING = new Uint8Array(0)
const chunk = new Uint8Array(args.buffer)

const { Bun } = /** @type {typeof globalThis & { Bun: BunRuntime }} */ (globalThis)
const ignore = () => undefined
const newData = () => ({ held: NOTHING, toSend: -1, ending: false })

// Sends, and keeps a copy of the rest: Bun reuses the memory of `data` after the handler.
/** @type {(socket: BunSocket, data: Uint8Array) => boolean} */
const send = (socket, data) => {
  const sent = Math.max(0, socket.write(data))
  if (sent === data.length) return true
  socket.data.held = data.slice(sent)
  return false
}

/** @type {(socket: BunSocket) => boolean} */
const flush = (socket) => {
  const { held } = socket.data
  socket.data.held = NOTHING
  return held.length === 0 || send(socket, held)
}

/** @type {BunHandlers} */
const echo = {
  data(socket, data) {
    if (!send(socket, data)) socket.pause()
  },
  drain(socket) {
    if (flush(socket)) socket.resume()
  },
}

// One message at a time, as a server of small messages does. The rare rest is sent as one.
/** @type {BunHandlers} */
const echoMessages = {
  data(socket, data) {
    for (let at = 0; at < data.length; at += args.buffer) {
      const message = data.subarray(at, at + args.buffer)
      if (socket.write(message) === message.length) continue
      fail('the socket is full: lower --depth')
    }
  },
}

/** @type {(socket: BunSocket) => void} */
const sendMore = (socket) => {
  while (socket.data.toSend > 0) {
    const n = Math.min(chunk.length, socket.data.toSend)
    const sent = Math.max(0, socket.write(chunk, 0, n))
    socket.data.toSend -= sent
    if (sent < n) return
  }
  socket.end()
}

/** @type {BunHandlers} */
const source = {
  data(socket) {
    socket.data.toSend = args.bytes
    sendMore(socket)
  },
  drain(socket) {
    if (socket.data.toSend > 0) sendMore(socket)
  },
}

/** @type {BunHandlers} */
const relay = {
  data(socket, data) {
    const { other } = socket.data
    // join() lets nothing come before there is another side.
    if (other !== undefined && !send(other, data)) socket.pause()
  },
  drain(socket) {
    if (!flush(socket)) return
    if (socket.data.ending) socket.shutdown()
    socket.data.other?.resume()
  },
  end(socket) {
    const { other } = socket.data
    socket.data.ending = true
    if (other === undefined) return
    other.data.ending = true
    if (other.data.held.length === 0) other.shutdown()
  },
  close(socket) {
    socket.data.other?.end()
  },
}

/** @type {(client: BunSocket) => Promise<void>} */
const join = async (client) => {
  client.pause()
  const server = await Bun.connect({
    hostname: '127.0.0.1',
    port: args.target,
    allowHalfOpen: true,
    data: newData(),
    socket: relay,
  })
  server.setNoDelay(true)
  server.data.other = client
  client.data.other = server
  client.resume()
}

/** @type {Record<string, BunHandlers>} */
const modes = {
  echo: args.buffer < 4096 ? echoMessages : echo,
  sink: { data: ignore },
  source,
  accept: { data: ignore },
  proxy: relay,
  idle: echo,
  dial: echo,
}

const handlers = modes[args.mode]
if (handlers === undefined) fail(`unknown mode '${args.mode}'`)

/** @type {import('./protocol.mjs').DialMany} */
const dial = (port, count) =>
  timeEach(count, async () => {
    const closed = deferred()
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      data: newData(),
      socket: { data: ignore, close: closed.resolve },
    })
    socket.setNoDelay(true)
    return () => {
      socket.end()
      return closed.promise
    }
  })

const where = args.path === null ? { hostname: '127.0.0.1', port: 0 } : { unix: args.path }
const server = Bun.listen({
  ...where,
  allowHalfOpen: args.mode === 'proxy',
  socket: {
    timeout: (socket) => socket.terminate(),
    error: (_socket, error) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') fail(error)
    },
    ...handlers,
    open(socket) {
      socket.data = newData()
      if (args.path === null) socket.setNoDelay(true)
      if (args.deadline) socket.timeout(DEADLINE_MS / 1000)
      if (args.mode === 'accept') socket.end()
      if (args.mode === 'proxy') join(socket).catch(fail)
    },
  },
})

const gc = () => {
  Bun.gc(true)
  return process.memoryUsage().heapUsed
}
serveHarness(server.port ?? process.pid, { gc, dial })
