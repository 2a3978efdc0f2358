// Watches through the helper thread that Bun and Deno get, in a process or worker of its own, and
// prints what it saw.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort } from 'node:worker_threads'
import * as sys from '../src/index.js'
import * as raw from '../src/raw.js'
import { threadHost, watchHost } from '../src/watch-host.js'

Object.assign(watchHost, threadHost)

const turn = () => new Promise((resolve) => setImmediate(resolve))

const codeOf = (call: () => unknown): string | undefined => {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

const drained = async (): Promise<number> => {
  const fd = sys.eventfd(3, sys.EFD_NONBLOCK | sys.EFD_SEMAPHORE)
  let calls = 0
  await new Promise<void>((resolve) => {
    const watcher = sys.watch(fd, () => {
      if (++calls % 2 === 0) sys.read(fd, new Uint8Array(8))
      if (calls < 6) return
      watcher.close()
      resolve()
    })
  })
  sys.close(fd)
  return calls
}

const closedByAnother = async (): Promise<number> => {
  const fd = sys.eventfd(1)
  let calls = 0
  await new Promise<void>((resolve) => {
    const both = [0, 1].map(() =>
      sys.watch(fd, () => {
        calls++
        for (const watcher of both) watcher.close()
        resolve()
      }),
    )
  })
  await turn()
  sys.close(fd)
  return calls
}

const thrown = async (): Promise<string> => {
  const fd = sys.eventfd(1)
  const error = await new Promise<Error>((resolve) => {
    process.once('uncaughtException', resolve)
    const watcher = sys.watch(fd, () => {
      watcher.close()
      throw new Error('from the callback')
    })
  })
  sys.close(fd)
  return error.message
}

/** The caller's descriptor holds the open file, and with it what the set knows of it. */
const watchedAgain = (): string => {
  const fd = sys.eventfd(0)
  const numbers = [0, 1].map(() => {
    const watcher = sys.watch(fd, () => undefined)
    const number = watcher.fd
    watcher.close()
    return number
  })
  sys.close(fd)
  return numbers[0] === numbers[1] ? 'with the same number' : numbers.join()
}

const keepsCallback = async (): Promise<boolean> => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const fd = sys.eventfd(0)
  const closed = (): WeakRef<() => void> => {
    const onReadable = () => void fd
    sys.watch(fd, onReadable).close()
    return new WeakRef(onReadable)
  }
  const callback = closed()
  for (let i = 0; i < 20 && callback.deref() !== undefined; i++) {
    await turn()
    gc()
  }
  sys.close(fd)
  return callback.deref() !== undefined
}

const jobs: Record<string, () => Promise<void> | void> = {
  report: async () => {
    const results = {
      drained: await drained(),
      closedByAnother: await closedByAnother(),
      thrown: await thrown(),
      watchedAgain: watchedAgain(),
      keepsCallback: await keepsCallback(),
      regularFile: codeOf(() => sys.watch(sys.dupCloexec(0), () => undefined)),
      // It is shared with others, and stays as it was.
      nonblocking: (sys.fcntl(0, sys.F_GETFL) & sys.O_NONBLOCK) !== 0,
      closedDescriptor: codeOf(() => sys.watch(2 ** 30, () => undefined)),
    }
    console.log(JSON.stringify(results))
  },
  // An idle watcher keeps the process alive, unless it is told not to.
  unref: () => sys.watch(sys.eventfd(0), () => undefined).unref(),
  ref: () => {
    const watcher = sys.watch(sys.eventfd(0), () => undefined)
    watcher.unref()
    watcher.ref()
    process.once('beforeExit', () => process.exit(1))
    setImmediate(() => {
      watcher.close()
      process.removeAllListeners('beforeExit')
    })
  },
  // Ready for ever, until its parent ends the worker.
  busy: () => {
    let calls = 0
    const fd = sys.eventfd(1)
    raw.adopt(fd)
    sys.watch(fd, () => {
      if (++calls === 10) parentPort?.postMessage('busy')
    })
  },
}

void jobs[process.argv[2] ?? '']?.()
