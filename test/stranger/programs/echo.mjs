// All three packages from ES modules: one echo over a connection.
import assert from 'node:assert/strict'
import { dial, listen, TCPConn } from '@netfd/net'
import { bufReader } from '@netfd/net/bufio'
import { dialDuplex } from '@netfd/net/node'
import { connect } from '@netfd/net/web'
import { FD } from '@netfd/poll'
import { TCP_NODELAY } from '@netfd/syscall'
import * as raw from '@netfd/syscall/raw'

const listener = await listen('tcp', '127.0.0.1:0')
const serve = async () => {
  const conn = await listener.accept()
  const buf = new Uint8Array(64)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    await conn.write(buf.subarray(0, n))
  }
  await conn.close()
}
const served = serve()

const conn = await dial('tcp', String(listener.addr))
assert.ok(conn instanceof TCPConn)
await conn.write('hello')
const buf = new Uint8Array(64)
const n = (await conn.read(buf)) ?? 0
assert.equal(new TextDecoder().decode(buf.subarray(0, n)), 'hello')
await conn.write('line\n')
assert.equal(await bufReader(conn).readLine(), 'line')
await conn.close()
await served

const servedToo = serve()
const socket = connect(String(listener.addr))
const writer = socket.writable.getWriter()
await writer.write('hello')
await writer.close()
assert.equal(await new Response(socket.readable).text(), 'hello')
await socket.closed
await servedToo

const servedAgain = serve()
const duplex = dialDuplex({ host: '127.0.0.1', port: listener.addr.port })
duplex.end('hello')
for await (const piece of duplex) assert.equal(String(piece), 'hello')
assert.ok(duplex.conn instanceof TCPConn)
await servedAgain
await listener.close()

assert.equal(typeof FD, 'function')
assert.equal(TCP_NODELAY, 1)
assert.ok(raw.close(2 ** 30) < 0)
