import { executionAsyncResource } from 'node:async_hooks'
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundle, runProgram } from '../test/bundle.js'
import { fileWith, nonblockingPair, own, ownBoth, release, thrown } from '../test/fds.js'
import { native } from './binding.js'
import * as sys from './index.js'
import * as raw from './raw.js'

/** A watcher that goes with the test. */
function watching(fd: number, onReadable: (watcher: sys.Watcher) => void): sys.Watcher {
  const watcher: sys.Watcher = sys.watch(fd, () => onReadable(watcher))
  onTestFinished(() => watcher.close())
  return watcher
}

/** Resolves with what the first call of a watcher hands over. */
const first = <T>(fd: number, take: (watcher: sys.Watcher) => T): Promise<T> =>
  new Promise((resolve) => {
    watching(fd, (watcher) => {
      watcher.close()
      resolve(take(watcher))
    })
  })

const ready = () => own(sys.eventfd(1, sys.EFD_NONBLOCK))
const drain = (fd: number) => sys.read(fd, new Uint8Array(8))
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const turn = () => new Promise((resolve) => setImmediate(resolve))
const descriptors = () => readdirSync('/proc/self/fd').length
const isOpen = (fd: number) => raw.fcntl(fd, sys.F_GETFD) >= 0

describe('watch', () => {
  it('calls again and again until the descriptor has been drained', async () => {
    const fd = own(sys.eventfd(3, sys.EFD_NONBLOCK | sys.EFD_SEMAPHORE))
    let calls = 0
    await new Promise<void>((resolve) => {
      watching(fd, () => {
        if (++calls % 2 === 0) drain(fd)
        if (calls === 6) resolve()
      })
    })
    await turn()
    await turn()
    expect(calls).toBe(6)
  })

  it('calls when something comes, and when the peer has gone', async () => {
    const [a, b] = nonblockingPair()
    const seen: number[] = []
    const ended = new Promise<void>((resolve) => {
      watching(b, () => {
        seen.push(raw.read(b, new Uint8Array(8)))
        if (seen.length === 1) release(a)
        else resolve()
      })
    })
    sys.write(a, new Uint8Array(5))
    await ended
    expect(seen).toEqual([5, 0])
  })

  it('keeps its own descriptor from being closed by number', async () => {
    const fd = ready()
    const watcher = watching(fd, () => drain(fd))
    const number = watcher.fd
    expect(raw.close(number)).toBe(-sys.EBADF)
    expect(await raw.closePool(number)).toBe(-sys.EBADF)
    expect(isOpen(number)).toBe(true)
    watcher.close()
    expect(isOpen(number)).toBe(false)
  })

  it('is registered at once, so that what the kernel refuses is refused here', () => {
    const sets = Array.from({ length: 6 }, () => own(sys.epollCreate1()))
    const [watched = -1] = sets
    watching(watched, () => undefined)
    const nest = () =>
      sets.slice(1).map((set, i) =>
        // The one before watches it: a chain that gets too deep.
        raw.epollCtl(sets[i] ?? -1, sys.EPOLL_CTL_ADD, set, sys.EPOLLIN, 0, 0),
      )
    expect(nest()).toContain(-sys.ELOOP)
    const deep = Array.from({ length: 6 }, () => own(sys.epollCreate1()))
    for (const [i, set] of deep.slice(1).entries()) {
      raw.epollCtl(deep[i] ?? -1, sys.EPOLL_CTL_ADD, set, sys.EPOLLIN, 0, 0)
    }
    const before = descriptors()
    expect(thrown(() => sys.watch(deep[0] ?? -1, () => undefined)).code).toBe('ELOOP')
    expect(descriptors()).toBe(before)
  })

  it('watches an epoll set: the set is readable while it has events', async () => {
    const epfd = own(sys.epollCreate1())
    const [a, b] = nonblockingPair()
    sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, b, sys.EPOLLIN | sys.EPOLLET, 5, 6)
    const ring = new Int32Array(9)
    const got = first(epfd, () => sys.epollWait(epfd, ring))
    sys.write(a, new Uint8Array(1))
    expect(await got).toBe(1)
    expect([...ring.subarray(0, 3)]).toEqual([5, 6, sys.EPOLLIN])
  })

  it('has run ticks and microtasks when it calls the next one', async () => {
    const order: string[] = []
    const both = ['a', 'b'].map((name) =>
      first(ready(), () => {
        order.push(name)
        process.nextTick(() => order.push(`${name} tick`))
        void Promise.resolve().then(() => order.push(`${name} microtask`))
      }),
    )
    await Promise.all(both)
    expect(order).toEqual(['a', 'a tick', 'a microtask', 'b', 'b tick', 'b microtask'])
  })

  it('runs the callback as an asynchronous resource of its own', async () => {
    const outer = executionAsyncResource()
    const inner = await first(ready(), () => executionAsyncResource())
    expect(inner).not.toBe(outer)
  })

  it('makes what the callback throws an uncaughtException, and goes on', async () => {
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    onTestFinished(() => {
      for (const listener of others) process.on('uncaughtException', listener)
    })
    const boom = new Error('from a callback')
    const fd = own(sys.eventfd(2, sys.EFD_NONBLOCK | sys.EFD_SEMAPHORE))
    const errors: unknown[] = []
    await new Promise<void>((resolve) => {
      const listener = (error: unknown) => {
        errors.push(error)
        if (errors.length === 2) resolve(void process.off('uncaughtException', listener))
      }
      process.on('uncaughtException', listener)
      watching(fd, () => {
        drain(fd)
        throw boom
      })
    })
    expect(errors).toEqual([boom, boom])
  })

  it('works on a duplicate of its own, which is non-blocking and not inherited', () => {
    const [r] = ownBoth(sys.pipe2())
    const watcher = watching(r, () => undefined)
    expect(watcher.fd).not.toBe(r)
    expect(sys.fcntl(watcher.fd, sys.F_GETFD)).toBe(sys.FD_CLOEXEC)
    // O_NONBLOCK belongs to the open file: the caller's descriptor has it now as well.
    expect(sys.fcntl(r, sys.F_GETFL) & sys.O_NONBLOCK).toBe(sys.O_NONBLOCK)
  })

  it('outlives the close of the descriptor it was made for', async () => {
    const [a, b] = nonblockingPair()
    const got = first(b, (watcher) => watcher.fd)
    release(b)
    await turn()
    sys.write(a, new Uint8Array(1))
    expect(await got).toBe(-1)
    // The other end is closed: the watcher closed its duplicate at once.
    expect(raw.send(a, new Uint8Array(1))).toBe(-sys.EPIPE)
  })

  it.each([
    ['EPERM', 'a regular file', () => fileWith('x')],
    ['EBADF', 'a closed descriptor', () => 2 ** 30],
  ])('throws %s for %s, and leaves nothing open', (code, _what, make) => {
    const fd = make()
    const before = descriptors()
    for (let i = 0; i < 3; i++) {
      expect(thrown(() => sys.watch(fd, () => undefined))).toMatchObject({ code, syscall: 'watch' })
    }
    expect(descriptors()).toBe(before)
  })

  it.each([undefined, null, {}, 'f'])('throws TypeError for %o instead of a function', (f) => {
    const fd = ready()
    const before = descriptors()
    expect(() => sys.watch(fd, f as unknown as () => void)).toThrow(TypeError)
    expect(descriptors()).toBe(before)
  })
})

describe('Watcher', () => {
  it('close ends the calls, closes the duplicate, and may be repeated', async () => {
    const fd = ready()
    let calls = 0
    const watcher = watching(fd, () => calls++)
    const duplicate = watcher.fd
    expect(isOpen(duplicate)).toBe(true)
    watcher.close()
    expect([isOpen(duplicate), isOpen(fd), watcher.fd]).toEqual([false, true, -1])
    watcher.close()
    watcher.ref()
    watcher.unref()
    await turn()
    await turn()
    expect(calls).toBe(0)
  })

  it('close inside the callback is the last call', async () => {
    let calls = 0
    const fd = ready()
    await first(fd, () => calls++)
    await turn()
    await turn()
    expect(calls).toBe(1)
  })

  it('close of another watcher keeps a call from it that is due already', async () => {
    const calls: string[] = []
    const [one, two] = [ready(), ready()]
    const watchers = [one, two].map((fd, i) =>
      watching(fd, () => {
        calls.push(`call ${i}`)
        for (const watcher of watchers) watcher.close()
      }),
    )
    await turn()
    await turn()
    expect(calls).toEqual(['call 0'])
  })

  it('a new one may take the number that a close in the callback has set free', async () => {
    const fd = ready()
    const seen: number[] = []
    await new Promise<void>((resolve) => {
      watching(fd, (old) => {
        seen.push(old.fd)
        old.close()
        watching(fd, (next) => {
          seen.push(next.fd)
          next.close()
          resolve()
        })
      })
    })
    expect(seen[1]).toBe(seen[0])
  })

  it('many watch one descriptor, and each is closed alone', async () => {
    const fd = ready()
    let calls = 0
    const watchers = Array.from({ length: 50 }, () => watching(fd, () => calls++))
    for (const [i, watcher] of watchers.entries()) if (i % 2 === 0) watcher.close()
    await turn()
    await turn()
    expect(calls % 25).toBe(0)
    expect(calls).toBeGreaterThan(0)
  })

  it('has numbers that are never used again', () => {
    const cells = () => new Int32Array(new SharedArrayBuffer(12))
    const fd = ready()
    const id = native.watchOpen(fd, () => undefined, cells())
    expect(native.watchClose(id)).toBe(0)
    expect([native.watchClose(id), native.watchRef(id)]).toEqual([-sys.EBADF, -sys.EBADF])
    const next = native.watchOpen(fd, () => undefined, cells())
    expect(next).toBeGreaterThan(id)
    expect(native.watchClose(next)).toBe(0)
  })

  it('lets go of its callback when it is closed', async () => {
    const fd = ready()
    const closed = (): WeakRef<() => void> => {
      const onReadable = () => void drain(fd)
      sys.watch(fd, onReadable).close()
      return new WeakRef(onReadable)
    }
    const callback = closed()
    for (let i = 0; i < 20 && callback.deref() !== undefined; i++) {
      await turn()
      gc()
    }
    expect(callback.deref()).toBe(undefined)
  })

  it('refuses cells that could be moved while it runs', () => {
    const open = (cells: Int32Array) => native.watchOpen(ready(), () => undefined, cells)
    expect(() => open(new Int32Array(3))).toThrow(TypeError)
    expect(() => open(new Int32Array(new SharedArrayBuffer(8)))).toThrow(TypeError)
  })
})

describe('a watcher and the end of the process', () => {
  const program = bundle('watch-child.ts')

  // A ready descriptor calls in every turn of the loop, as long as there are turns.
  it.each([
    ['ref keeps it alive, as a new one does', 'unref-at-3', 'calls 3'],
    ['unref lets it end', 'unref-at-once', 'calls 0'],
    ['ref after unref counts', 'ref-again', 'calls 3'],
    ['unref and ref inside the callback leave it alive', 'both-in-callback', 'calls 3'],
    ['unref from a microtask of the callback counts', 'unref-in-microtask', 'calls 1'],
    ['process.exit inside the callback ends it', 'exit-in-callback', 'calls 1'],
    ['an exception that is not caught ends it', 'throw', 'calls 1'],
  ])('%s', (_what, mode, expected) => {
    const child = runProgram(program, mode)
    expect(child.stdout.trim()).toBe(expected)
    expect({ signal: child.signal, status: child.status }).toEqual({
      signal: null,
      status: mode === 'exit-in-callback' ? 7 : mode === 'throw' ? 1 : 0,
    })
  })
})
