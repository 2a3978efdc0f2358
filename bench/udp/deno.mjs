// @ts-check
/// <reference path="./runtimes.d.ts" />
// The subjects of the UDP workloads with Deno.listenDatagram, which has one packet a promise.
import { count, wanted } from './subject.mjs'

const { Deno } = /** @type {typeof globalThis & { Deno: DenoUdp }} */ (globalThis)
const { kind, size, seconds, port } = wanted
const hostname = '127.0.0.1'

const socket = Deno.listenDatagram({ transport: 'udp', hostname, port: 0 })

if (kind === 'send') {
  const data = new Uint8Array(size)
  /** @type {DenoAddr} */
  const to = { transport: 'udp', hostname, port }
  do await socket.send(data, to)
  while (count(1, seconds))
} else {
  console.log(`port ${socket.addr.port}`)
  const buf = new Uint8Array(2048)
  do {
    const [message, from] = await socket.receive(buf)
    if (kind === 'echo') await socket.send(message, from)
  } while (count(1, seconds))
}
socket.close()
