// Writes as many bytes as it is told to each connection, as fast as they go: node fairness-child.mjs PORT CONNECTIONS BYTES
import { createConnection } from 'node:net'

const [port = 0, connections = 0, bytes = 0] = process.argv.slice(2).map(Number)
const chunk = new Uint8Array(1 << 18)
for (let i = 0; i < connections; i++) {
  const socket = createConnection(port, '127.0.0.1')
  let left = bytes
  const more = () => {
    while (left > 0) {
      left -= chunk.length
      if (!socket.write(chunk)) return void socket.once('drain', more)
    }
    socket.end()
  }
  more()
}
