// Accepts in the main thread and serves in a worker: detach gives the descriptor away, a number goes
// to the other thread, and fileConn makes a connection of it there.
//
//   node dist/pass-descriptor.js 127.0.0.1:7000
import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { TCPConn } from '@netfd/net'
import { fileConn, listen } from '@netfd/net'
import { close } from '@netfd/syscall'
import { cli } from './lib/cli.js'
import { needsLinux } from './lib/needs.js'
import { LineReader } from './lib/reader.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
pass-descriptor [host:port]   Accepts here, and answers each line in a worker thread.

At Ctrl-C the worker finishes what is open: a client that is idle has a minute.`

const PATIENCE = 60_000

/** A connection on a duplicate of `fd`, which has then done its duty, also when no duplicate is left. */
function adopted(fd: number): TCPConn {
  try {
    return fileConn(fd, 'tcp')
  } finally {
    close(fd)
  }
}

/** A worker: each message is a descriptor that is its own from now on. */
async function serveDescriptor(fd: number): Promise<void> {
  await using conn = adopted(fd)
  const lines = new LineReader(conn)
  for (;;) {
    conn.setDeadline(Date.now() + PATIENCE)
    const line = await lines.line()
    if (line === null) return
    await conn.write(`worker: ${line}\n`)
  }
}

function work(port: MessagePort): void {
  port.on('message', (message: number | null) => {
    // Without a listener on its port, the worker ends when its last connection does.
    if (message === null) port.close()
    else serveDescriptor(message).catch((error: Error) => console.error(error.message))
  })
}

async function main(address: string): Promise<void> {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  const worker = new Worker(new URL(import.meta.url))
  const exited = once(worker, 'exit')
  console.log(`listening on ${listener.addr}`)
  stop.addEventListener('abort', () => void listener.close())
  let passed = 0
  try {
    for await (const conn of listener) {
      passed++
      console.log(`passing on ${conn.remoteAddr}`)
      worker.postMessage(conn.detach())
    }
    console.log('stopping')
  } finally {
    worker.postMessage(null)
    await exited
  }
  console.log(`stopped, ${count(passed, 'connection')} passed on`)
}

if (isMainThread || parentPort === null) {
  await cli(help, {}, 1, async ({ positionals: [address = '127.0.0.1:0'] }) => {
    needsLinux('descriptors that are handed on')
    await main(address)
  })
} else {
  work(parentPort)
}
