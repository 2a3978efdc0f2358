// What completes between two turns of the event loop is counted, not timed: see budget.ts.

import { Worker } from 'node:worker_threads'
import { close, EMFILE, setNonblock } from '@netfd/syscall'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUDGET_BYTES, BUDGET_OPS } from '../src/budget.js'
import type { FD } from '../src/index.js'
import { hook } from '../src/testing.js'
import {
  adoptFD,
  codeOf,
  connectTCP,
  listenTCP,
  PAST,
  pattern,
  replace,
  TCP,
  tcpNumbers,
  tcpPair,
  turn,
  turns,
  unixPair,
  until,
  watchPromise,
} from './support.js'

/** Calls after which a loop is given up: no timer of the test runner could fire in it. */
const ENDLESS = 100_000

/** What has completed, and the most that one call moved. */
const done = { ops: 0, bytes: 0, largest: 0 }

/** Counts what every call in the kernel completes, and calls `each` after it. */
function meter(each: () => void): void {
  Object.assign(done, { ops: 0, bytes: 0, largest: 0 })
  const metered =
    <A extends unknown[]>(call: (...args: A) => number, moves: boolean) =>
    (...args: A): number => {
      const n = call(...args)
      if (n < 0) return n
      done.ops++
      if (moves) done.bytes += n
      if (moves) done.largest = Math.max(done.largest, n)
      each()
      return n
    }
  replace({
    recv: metered(hook.recv, true),
    send: metered(hook.send, true),
    accept4: metered(hook.accept4, false),
  })
}

/** Arms setImmediates at random calls, and keeps the most that completed before one ran. */
class Alarms {
  readonly worst = { ops: 0, bytes: 0, ran: 0 }
  #next: number
  readonly #gaps: number[]

  constructor(gaps: number[]) {
    this.#gaps = gaps
    this.#next = this.#gap()
  }

  readonly each = (): void => {
    if (--this.#next > 0) return
    this.#next = this.#gap()
    this.arm()
  }

  arm(): void {
    const at = { ...done }
    setImmediate(() => {
      this.worst.ran++
      this.worst.ops = Math.max(this.worst.ops, done.ops - at.ops)
      this.worst.bytes = Math.max(this.worst.bytes, done.bytes - at.bytes)
    })
  }

  check(): void {
    expect(this.worst.ran).toBeGreaterThan(0)
    expect(this.worst.ops).toBeLessThanOrEqual(BUDGET_OPS)
    expect(this.worst.bytes).toBeLessThanOrEqual(BUDGET_BYTES + done.largest)
  }

  #gap(): number {
    const gap = this.#gaps.shift() ?? 1
    this.#gaps.push(gap)
    return gap
  }
}

/** Gaps between two alarms, in calls: any, and different ones in every run. */
const randomGaps = (): number[] =>
  fc.sample(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 50, maxLength: 50 }), 1)[0] ??
  []

/** Sets a deadline that runs out while this thread is busy, before any timer can tell of it. */
function runOut(fd: FD): void {
  const due = Date.now() + 2
  fd.setReadDeadline(due)
  // Deadlines are kept on another clock, and Date.now() is cut to whole milliseconds.
  while (Date.now() < due + 20);
}

describe('fairness', () => {
  it('keeps 1 GiB inside one process from delaying a setImmediate armed at any moment', async () => {
    const [a, b] = tcpPair()
    const total = 1 << 30
    const alarms = new Alarms(randomGaps())
    meter(alarms.each)
    const send = async () => {
      const chunk = new Uint8Array(1 << 18)
      for (let sent = 0; sent < total; sent += chunk.length) await a.write(chunk)
    }
    const receive = async () => {
      const buf = new Uint8Array(1 << 18)
      for (let got = 0; got < total; ) got += (await b.read(buf)) ?? 0
    }
    await Promise.all([send(), receive()])
    expect(done.bytes).toBe(2 * total)
    alarms.check()
  })

  it.each([1, 64, 4096])('bounds a conversation in messages of %i bytes', async (size) => {
    const [a, b] = unixPair()
    const alarms = new Alarms(randomGaps())
    meter(alarms.each)
    const message = pattern(size)
    const buf = new Uint8Array(size)
    for (let i = 0; i < 10_000; i++) {
      await a.write(message)
      await b.read(buf)
    }
    alarms.check()
  })

  it('bounds one long write to a fast reader in another thread', async () => {
    const [ours, theirs] = tcpNumbers()
    setNonblock(theirs, false)
    const a = adoptFD(ours, TCP)
    const worker = new Worker(
      `const { readSync } = require('node:fs')
       const { workerData: fd } = require('node:worker_threads')
       const buf = new Uint8Array(1 << 20)
       while (readSync(fd, buf) > 0);`,
      { eval: true, workerData: theirs },
    )
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    const alarms = new Alarms(randomGaps().map((gap) => 1 + (gap % 20)))
    meter(alarms.each)
    const huge = new Uint8Array(256 << 20)
    // The kernel may take all of it in one call while the reader empties the queue, so the test arms the first one.
    alarms.arm()
    expect(await a.write(huge)).toBe(huge.length)
    await a.close()
    await ended
    close(theirs)
    alarms.check()
  })

  it('bounds calls that queue for one lock', async () => {
    const [a, b] = unixPair()
    const alarms = new Alarms(randomGaps())
    meter(alarms.each)
    const buf = new Uint8Array(1)
    const reads = Array.from({ length: 5000 }, () => b.read(buf))
    await turn()
    const writes = Array.from({ length: 5000 }, (_, i) => a.write(Uint8Array.of(i)))
    alarms.arm()
    await Promise.all([...reads, ...writes])
    alarms.check()
  })

  it('bounds a loop of accepts', async () => {
    const { fd, address } = listenTCP()
    const listener = adoptFD(fd, TCP)
    const clients = Array.from({ length: 600 }, () => connectTCP(address))
    const alarms = new Alarms([7, 100, 31])
    meter(alarms.each)
    const accepted: number[] = []
    for (let i = 0; i < clients.length; i++) accepted.push((await listener.accept()).fd)
    alarms.check()
    for (const number of [...clients, ...accepted]) hook.close(number)
  })

  it('lets the loop turn though calls past their deadline are tried again and again', async () => {
    const [a] = unixPair()
    a.setDeadline(PAST)
    let turned = false
    setImmediate(() => {
      turned = true
    })
    let calls = 0
    while (!turned && calls < ENDLESS) {
      expect(await codeOf(a.read(new Uint8Array(1)))).toBe('ERR_DEADLINE_EXCEEDED')
      calls++
    }
    expect(calls).toBeLessThanOrEqual(2 * BUDGET_OPS)
  })

  it('lets the loop turn though calls after close, or aborted, are tried again and again', async () => {
    const [a, b] = unixPair()
    await a.close()
    const signal = AbortSignal.abort()
    for (const call of [
      () => a.read(new Uint8Array(1)),
      () => b.read(new Uint8Array(1), { signal }),
    ]) {
      let turned = false
      setImmediate(() => {
        turned = true
      })
      let calls = 0
      while (!turned && calls < ENDLESS) {
        expect(await codeOf(call())).not.toBe('resolved')
        calls++
      }
      expect(calls).toBeLessThanOrEqual(2 * BUDGET_OPS)
    }
  })

  it.each<[string, () => () => Promise<unknown>]>([
    [
      'an accept for which there is no descriptor',
      () => {
        const { fd, address } = listenTCP()
        const listener = adoptFD(fd, TCP)
        hook.close(connectTCP(address))
        replace({ accept4: () => -EMFILE })
        return () => listener.accept()
      },
    ],
    [
      'a write to a peer that is gone',
      () => {
        const [a, b] = unixPair()
        void b.close()
        return () => a.write(pattern(1))
      },
    ],
    [
      'a function that throws',
      () => {
        const [a] = unixPair()
        return () =>
          a.rawRead(() => {
            throw new Error('mine')
          })
      },
    ],
    [
      'a read into nothing',
      () => {
        const [a] = unixPair()
        return () => a.read(new Uint8Array(0))
      },
    ],
    [
      'a read into what is no buffer',
      () => {
        const [a] = unixPair()
        return () => a.read(5 as never)
      },
    ],
    [
      'a transfer of nothing',
      () => {
        const [[a], [b]] = [unixPair(), unixPair()]
        return () => a.spliceFrom(b, 0)
      },
    ],
  ])('lets the loop turn though %s is tried again and again', async (_name, make) => {
    const call = make()
    let turned = false
    setImmediate(() => {
      turned = true
    })
    let calls = 0
    while (!turned && calls < ENDLESS) {
      await codeOf(call())
      calls++
    }
    expect(calls).toBeLessThanOrEqual(2 * BUDGET_OPS)
  })

  const spend = async (): Promise<void> => {
    const [a] = unixPair()
    for (let i = 0; i <= BUDGET_OPS; i++) await a.rawWrite(() => true)
    for (let i = 0; i < BUDGET_OPS; i++) void a.rawWrite(() => true)
  }

  it.each(['abort', 'deadline', 'a deadline that runs out'] as const)(
    'gives an edge back when %s ends a call that was put off',
    async (how) => {
      const [a, b] = unixPair()
      await turns(3)
      await a.write(pattern(1))
      await turns(3)
      await spend()
      const abort = new AbortController()
      // It takes the edge and is put off to the next turn.
      const wait = codeOf(b.waitRead({ signal: abort.signal }))
      if (how === 'abort') abort.abort()
      else if (how === 'deadline') b.setReadDeadline(PAST)
      else runOut(b)
      expect(await wait).toBe(how === 'abort' ? 'ABORT_ERR' : 'ERR_DEADLINE_EXCEEDED')
      b.setReadDeadline(null)
      await b.waitRead()
      expect(await b.read(new Uint8Array(8))).toBe(1)
    },
  )

  it('lets reads into nothing succeed, deadline or not, and leave no edge behind', async () => {
    const [, b] = unixPair()
    await turns(3)
    const abort = new AbortController()
    const { signal } = abort
    const reads = Array.from({ length: 300 }, () => b.read(new Uint8Array(0), { signal }))
    b.setReadDeadline(PAST)
    abort.abort()
    expect(new Set(await Promise.all(reads))).toEqual(new Set([0]))
    b.setReadDeadline(null)
    const wait = watchPromise(b.waitRead())
    await turns(5)
    expect(wait.state).toBe('pending')
  })

  it('keeps an edge for the next wait though a read past its deadline is refused', async () => {
    const [a, b] = unixPair()
    await turns(3)
    await a.write(pattern(1))
    await turns(3)
    b.setReadDeadline(PAST)
    expect(await codeOf(b.read(new Uint8Array(8)))).toBe('ERR_DEADLINE_EXCEEDED')
    b.setReadDeadline(null)
    await b.waitRead()
    expect(await b.read(new Uint8Array(8))).toBe(1)
  })

  it('keeps an edge that comes while a wait past its deadline is put off', async () => {
    const [a, b] = unixPair()
    b.setReadDeadline(PAST)
    await turns(3)
    await spend()
    const wait = codeOf(b.waitRead())
    hook.write(a.sysfd, pattern(1))
    expect(await wait).toBe('ERR_DEADLINE_EXCEEDED')
    b.setReadDeadline(null)
    await b.waitRead()
    expect(await b.read(new Uint8Array(8))).toBe(1)
  })

  it('waits for an edge though the wait was put off past a deadline that is lifted then', async () => {
    const [a, b] = unixPair()
    b.setReadDeadline(PAST)
    await turns(3)
    await spend()
    const wait = watchPromise(b.waitRead())
    b.setReadDeadline(null)
    await turns(5)
    expect(wait.state).toBe('pending')
    await a.write(pattern(1))
    await until(() => wait.state === 'resolved')
  })

  it('serves others while one connection is busy', async () => {
    const [a, b] = tcpPair()
    const [c, d] = tcpPair()
    const total = 64 << 20
    let finished = false
    const busy = Promise.all([
      a.write(new Uint8Array(total)),
      (async () => {
        const buf = new Uint8Array(1 << 16)
        for (let got = 0; got < total; ) got += (await b.read(buf)) ?? 0
        finished = true
      })(),
    ])
    let served = 0
    const quiet = async () => {
      const buf = new Uint8Array(8)
      while (!finished) {
        await c.write(buf)
        await d.read(buf)
        served++
      }
    }
    await Promise.all([busy, quiet()])
    // A busy connection moves at most a budget a turn, and the quiet one gets a message in each.
    expect(served).toBeGreaterThanOrEqual(Math.floor(total / BUDGET_BYTES) / 2)
  })
})
