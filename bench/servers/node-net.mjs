// @ts-check
// Node's own `net`, written the way its streams are meant. Usage: see protocol.mjs.
import { once } from 'node:events'
import net from 'node:net'
import { allocatedV8 } from './garbage.mjs'
import {
  collectV8,
  DEADLINE_MS,
  deferred,
  fail,
  parseArgs,
  serveHarness,
  timeEach,
} from './protocol.mjs'

const args = parseArgs()

/** @type {(socket: net.Socket) => void} */
const echo = (socket) => {
  socket.on('data', (data) => {
    if (!socket.write(data)) socket.pause()
  })
  socket.on('drain', () => socket.resume())
}

// One message at a time: a stream has no read into a small buffer, so it hands out slices.
/** @type {(socket: net.Socket) => void} */
const echoMessages = (socket) => {
  socket.on('readable', () => {
    for (;;) {
      const message = socket.read(args.buffer)
      if (message === null) return
      socket.write(message)
    }
  })
}

/** @type {(socket: net.Socket) => void} */
const source = (socket) => {
  const chunk = Buffer.alloc(args.buffer)
  let left = args.bytes
  const send = () => {
    while (left > 0) {
      const n = Math.min(left, chunk.length)
      left -= n
      if (!socket.write(n === chunk.length ? chunk : chunk.subarray(0, n))) return
    }
    socket.end()
  }
  socket.on('drain', send)
  socket.once('data', send)
}

/** @type {(socket: net.Socket) => void} */
const proxy = (client) => {
  const server = net.connect({ port: args.target, host: '127.0.0.1', allowHalfOpen: true })
  server.setNoDelay(true)
  server.on('error', ignoreReset)
  client.pipe(server)
  server.pipe(client)
}

// The load generator may go while an answer is on its way.
/** @param {Error & { code?: string }} error */
const ignoreReset = (error) => {
  if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') fail(error)
}

/** @type {Record<string, (socket: net.Socket) => void>} */
const modes = {
  echo: args.buffer < 4096 ? echoMessages : echo,
  sink: (socket) => socket.resume(),
  source,
  accept: (socket) => socket.end().resume(),
  proxy,
  idle: echo,
  dial: echo,
}

const handle = modes[args.mode]
if (handle === undefined) fail(`unknown mode '${args.mode}'`)

/** @type {import('./protocol.mjs').DialMany} */
const dial = (port, count) =>
  timeEach(count, async () => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    const closed = deferred()
    socket.on('close', closed.resolve)
    await once(socket, 'connect')
    return () => {
      socket.destroy()
      return closed.promise
    }
  })

const options = { noDelay: true, allowHalfOpen: args.mode === 'proxy' }
const server = net.createServer(options, (socket) => {
  socket.on('error', ignoreReset)
  // An idle timer, which Node's sockets refresh with every read: the nearest it has.
  if (args.deadline) socket.setTimeout(DEADLINE_MS, () => socket.destroy())
  handle(socket)
})
server.on('error', fail)
const where = args.path === null ? { port: 0, host: '127.0.0.1' } : { path: args.path }
server.listen({ ...where, backlog: 4096 }, () => {
  const address = server.address()
  const port = address === null || typeof address === 'string' ? process.pid : address.port
  serveHarness(port, { gc: collectV8, allocated: allocatedV8, dial })
})
