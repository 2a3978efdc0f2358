// Connections that linger for a minute while their peer does not read, for deaf-peer.test.ts: as a process
// with the address and the scene as arguments, or as a thread with them as its data.
import { parentPort, workerData } from 'node:worker_threads'
import type { TCPConn } from '@netfd/net'
import { dial } from '@netfd/net'

const [address = '', scene = ''] = (workerData as string[] | null) ?? process.argv.slice(2)
const CONNS = 4

const say = (what: unknown): void => {
  if (parentPort === null) console.log(String(what))
  else parentPort.postMessage(what)
}

/** Dials, and sends until the kernel takes no more: how many bytes that was. */
async function full(): Promise<{ conn: TCPConn; sent: number }> {
  const conn = await dial('tcp', address)
  conn.setLinger(60)
  const abort = new AbortController()
  const writing = conn.write(new Uint8Array(64 << 20), { signal: abort.signal })
  // A write that is not complete some turns later waits for room.
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
  abort.abort()
  const { bytesWritten } = await writing.then(
    (n) => ({ bytesWritten: n }),
    (error: { bytesWritten: number }) => error,
  )
  return { conn, sent: bytesWritten }
}

const conns = await Promise.all(Array.from({ length: CONNS }, full))
// One stays open: the end of the thread closes it.
const open = scene === 'leave' ? null : conns[0]
for (const one of conns) if (one !== open) void one.conn.close().then(() => say('closed'))
say(conns.reduce((sum, { sent }) => sum + sent, 0))
if (scene === 'exit') process.exit()
if (scene === 'terminate') await open?.conn.read(new Uint8Array(1))
