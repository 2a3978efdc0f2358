// A worker that makes descriptors in four ways, tells their numbers, and ends when told.
import { parentPort } from 'node:worker_threads'
import { native } from '../src/binding.js'
import * as raw from '../src/raw.js'
import { watch } from '../src/watch.js'

// Numbers of watchers are counted in each thread alone: these are not the main thread's.
const strangers = [1, 2, 3].map((id) => native.watchClose(id))

const made = () => raw.eventfd(0)
const [adopted, kept, disowned, closed, pooled] = [made(), made(), made(), made(), made()]
for (const fd of [adopted, disowned, closed, pooled]) raw.adopt(fd)
const watched = watch(adopted, () => undefined).fd
raw.disown(disowned)
raw.close(closed)
await raw.closePool(pooled)

parentPort?.postMessage({ adopted, kept, disowned, closed, pooled, watched, strangers })
parentPort?.once('message', () => process.exit())
