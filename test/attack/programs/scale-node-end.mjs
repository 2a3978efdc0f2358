// @ts-check
// The same as scale-end.mjs with node:net, as far as that has it: a measure of what the machine does today.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { obey } from '../lib/obey.mjs'
import { inTurns, MESSAGE, memory, phase, withEach } from '../lib/phases.mjs'

/** @typedef {import('node:net').Socket} Socket */

const server = createServer()
/** @type {Set<Socket>} */
const sockets = new Set()
const message = Buffer.alloc(MESSAGE, 'm')

/** @param {Socket} socket */
const close = async (socket) => {
  socket.resume()
  socket.end()
  if (!socket.closed) await once(socket, 'close')
  return 'closed'
}

/** @param {Socket} socket */
const hear = async (socket) => {
  let bytes = 0
  while (bytes < MESSAGE) {
    const piece = /** @type {Buffer | null} */ (socket.read())
    if (piece === null) await once(socket, 'readable')
    else bytes += piece.length
  }
  return bytes
}

const commands = {
  /** @type {(address: string) => Promise<string>} */
  listen: async (address) => {
    const [host, port] = address.split(':')
    server.on('connection', (socket) => sockets.add(socket))
    server.listen({ host, port: Number(port), backlog: 4096 })
    await once(server, 'listening')
    return `${host}:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`
  },
  /** @type {(times: number) => Promise<unknown>} */
  accept: (times) =>
    phase(async () => {
      while (sockets.size < times) await once(server, 'connection')
      return []
    }),
  /** @type {(addresses: readonly string[], times: number) => Promise<unknown>} */
  open: (addresses, times) =>
    phase(() =>
      inTurns(times, async (i) => {
        const [host, port] = (addresses[i % addresses.length] ?? '').split(':')
        const socket = connect({ host, port: Number(port) })
        await once(socket, 'connect')
        sockets.add(socket)
        return 'open'
      }),
    ),
  /** @type {(seed: number) => Promise<unknown>} */
  ask: (seed) =>
    phase(() =>
      withEach(seed, [...sockets], async (socket) => {
        socket.write(message)
        return await hear(socket)
      }),
    ),
  /** @type {(seed: number) => Promise<unknown>} */
  answer: (seed) =>
    phase(() =>
      withEach(seed, [...sockets], async (socket) => {
        const bytes = await hear(socket)
        socket.write(message)
        return bytes
      }),
    ),
  /** @type {(seed: number) => Promise<unknown>} */
  close: (seed) =>
    phase(async () => {
      const said = await withEach(seed, [...sockets], close)
      sockets.clear()
      return said
    }),
  memory,
  end: async () => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  },
}

await obey(commands, async () => {
  const first = createServer((socket) => socket.end())
  first.listen(0, '127.0.0.1')
  await once(first, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (first.address())
  await close(connect(port, '127.0.0.1'))
  first.close()
  await once(first, 'close')
})
