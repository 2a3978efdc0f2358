// All three packages from CommonJS: one echo over a connection.
'use strict'
const assert = require('node:assert/strict')
const { dial, listen } = require('@netfd/net')
const { toDuplex } = require('@netfd/net/node')
const { FD } = require('@netfd/poll')
const { TCP_NODELAY } = require('@netfd/syscall')
const raw = require('@netfd/syscall/raw')

const main = async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  const dialing = dial('tcp', String(listener.addr))
  const served = await listener.accept()
  const conn = await dialing
  await conn.write('hello')
  const buf = new Uint8Array(5)
  await served.readFull(buf)
  assert.equal(new TextDecoder().decode(buf), 'hello')
  const duplex = toDuplex(conn)
  duplex.end('bye')
  await served.readFull(buf.subarray(0, 3))
  assert.equal(new TextDecoder().decode(buf), 'byelo')
  const closed = new Promise((resolve) => duplex.once('close', resolve))
  duplex.destroy()
  await closed
  for (const open of [served, listener]) await open.close()

  assert.equal(typeof FD, 'function')
  assert.equal(TCP_NODELAY, 1)
  assert.ok(raw.close(2 ** 30) < 0)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
