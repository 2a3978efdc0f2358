// @ts-check
/// <reference path="./runtimes.d.ts" />
// The subjects of the UDP workloads with Bun.udpSocket: `many` hands 32 packets over in one call.
import { count, wanted } from './subject.mjs'

const { Bun } = /** @type {typeof globalThis & { Bun: BunUdp }} */ (globalThis)
const { kind, variant, size, seconds, port } = wanted
const hostname = '127.0.0.1'

/** Sends until the time is over; a socket that is full goes on when it drains. */
const send = async () => {
  const data = new Uint8Array(size)
  const list = Array.from({ length: 32 }, () => data)
  let over = false
  /** @param {BunSocketUdp} socket */
  const more = (socket) => {
    // A turn of the loop now and then, as a program has it that does something besides.
    for (let i = 0; i < 32 && !over; i++) {
      const sent = variant === 'many' ? socket.sendMany(list) : Number(socket.send(data))
      over = !count(sent, seconds)
      if (sent === 0) return
    }
    if (over) socket.close()
    else setImmediate(more, socket)
  }
  more(await Bun.udpSocket({ connect: { hostname, port }, socket: { drain: more } }))
}

const receive = async () => {
  const socket = await Bun.udpSocket({
    hostname,
    port: 0,
    socket: {
      data(own, message, from, address) {
        if (kind === 'echo') own.send(message, from, address)
        if (!count(1, seconds)) own.close()
      },
    },
  })
  console.log(`port ${socket.port}`)
}

await (kind === 'send' ? send() : receive())
