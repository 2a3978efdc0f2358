// A worker with everything under way at once: watchers that fire in every turn, reads and writes, closes
// and transfers on the thread pool. It ends as its orders say, or when it is terminated.
import { openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import {
  AF_UNIX,
  EFD_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '../src/constants.js'
import * as raw from '../src/raw.js'
import { watch } from '../src/watch.js'

/** How the worker ends, and the file it sends. */
export interface Orders {
  readonly end: 'terminated' | 'exit' | 'throw' | 'return'
  readonly file: string
}

const { end, file } = workerData as Orders
const CALLS = 20

// Each is adopted by the call that makes it, for a worker can be terminated right behind that.
const pair = new Int32Array(2)
raw.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair, true)
const [a = -1, b = -1] = pair
// Node closes what node:fs opened in a worker itself: adopted, it would be closed twice, the second time
// when another thread may have the number.
const source = openSync(file, 'r')

const room = new Uint8Array(1 << 16)
let calls = 0

async function transfers(): Promise<void> {
  for (;;) {
    raw.read(b, room)
    await raw.sendfilePool(a, source, 0, 1 << 16)
  }
}

async function closes(): Promise<void> {
  for (;;) {
    const fd = raw.eventfd(0, EFD_NONBLOCK, true)
    await raw.closePool(fd)
  }
}

const watchers = Array.from({ length: 3 }, (_, i) => {
  const fd = raw.eventfd(1, EFD_NONBLOCK, true)
  return watch(fd, () => {
    raw.write(a, room, 0, 64)
    raw.readv(b, [room.subarray(0, 32), room.subarray(32, 64)])
    if (i === 0) parentPort?.postMessage(++calls)
    if (calls < CALLS) return
    if (end === 'exit') process.exit(0)
    if (end === 'throw') throw new Error('the end of a worker')
    if (end === 'return') for (const watcher of watchers) watcher.close()
  })
})

if (end !== 'return') {
  void transfers()
  void closes()
}
