// @ts-check
// The subjects of the UDP workloads with node:dgram.
import dgram from 'node:dgram'
import { count, wanted } from './subject.mjs'

const { kind, size, seconds, port } = wanted
const socket = dgram.createSocket('udp4')
const data = Buffer.alloc(size)

const end = () => socket.close()

if (kind === 'send') {
  socket.connect(port, '127.0.0.1', () => {
    let over = false
    const next = () => {
      if (over) return
      over = !count(1, seconds)
      if (over) end()
      else socket.send(data, next)
    }
    // As many as keep the socket busy: one at a time would wait for a turn of the loop each.
    for (let i = 0; i < 32; i++) next()
  })
} else {
  socket.on('message', (message, { port: from, address }) => {
    if (kind === 'echo') socket.send(message, from, address)
    if (!count(1, seconds)) end()
  })
  socket.bind(0, '127.0.0.1', () => console.log(`port ${socket.address().port}`))
}
