// Watches a descriptor that is always ready, and prints at its end how often it was called.
import { eventfd, watch } from '../src/index.js'

const mode = process.argv[2]
let calls = 0
process.on('exit', () => console.log(`calls ${calls}`))

const watcher = watch(eventfd(1), () => {
  calls++
  if (mode === 'exit-in-callback') process.exit(7)
  if (mode === 'throw') throw new Error('this is not caught')
  if (mode === 'unref-in-microtask') void Promise.resolve().then(() => watcher.unref())
  if (mode === 'both-in-callback') {
    watcher.unref()
    watcher.ref()
  }
  if (calls === 3) watcher.unref()
})

if (mode === 'unref-at-once' || mode === 'ref-again') watcher.unref()
if (mode === 'ref-again') watcher.ref()
