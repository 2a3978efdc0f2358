// Go: internal/poll/fd_mutex_test.go.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LockKind, LockWaiter } from './fd-mutex.js'
import { FDMutex } from './fd-mutex.js'

const LIMIT = (1 << 20) - 1
const OVERFLOW = `too many concurrent operations on a single file or socket (max ${LIMIT})`
const INCONSISTENT = 'inconsistent poll.fdMutex'

class Caller implements LockWaiter {
  next: LockWaiter | null = null
  prev: LockWaiter | null = null
  refusals = 0

  refused(): void {
    this.refusals++
  }
}

describe('FDMutex', () => {
  it('gives references until it is closed (TestMutexLock)', () => {
    const mu = new FDMutex()
    expect(mu.incref()).toBe(true)
    expect(mu.decref()).toBe(false)
    for (const kind of ['r', 'w'] as const) {
      expect(mu.lock(kind, new Caller())).toBe(true)
      expect(mu.unlock(kind)).toBe(null)
    }
    expect([mu.refs, mu.closed, mu.allLeft]).toEqual([0, false, false])
  })

  it('lets reads and writes run beside each other', () => {
    const mu = new FDMutex()
    expect(mu.lock('r', new Caller())).toBe(true)
    expect(mu.lock('w', new Caller())).toBe(true)
    expect(mu.lock('r', new Caller())).toBe(false)
    expect(mu.refs).toBe(2)
  })

  it('gives nothing after close, and closes once (TestMutexClose)', () => {
    const mu = new FDMutex()
    expect(mu.increfAndClose()).toBe(true)
    expect(mu.incref()).toBe(false)
    for (const kind of ['r', 'w'] as const) {
      const late = new Caller()
      expect([mu.lock(kind, late), late.refusals, late.next]).toEqual([false, 1, null])
    }
    expect(mu.increfAndClose()).toBe(false)
    expect(mu.decref()).toBe(true)
  })

  it('refuses four queued readers at close, and tells the last holder to destroy (TestMutexCloseUnblock)', () => {
    const mu = new FDMutex()
    mu.lock('r', new Caller())
    const queued = Array.from({ length: 4 }, () => new Caller())
    for (const caller of queued) expect(mu.lock('r', caller)).toBe(false)
    expect(mu.increfAndClose()).toBe(true)
    expect(queued.map((caller) => caller.refusals)).toEqual([1, 1, 1, 1])
    expect(mu.decref()).toBe(false)
    expect(mu.unlock('r')).toBe(null)
    expect(mu.allLeft).toBe(true)
  })

  it.each<[string, (mu: FDMutex) => unknown]>([
    ['decref', (mu) => mu.decref()],
    ['unlock r', (mu) => mu.unlock('r')],
    ['unlock w', (mu) => mu.unlock('w')],
    ['unlock of the other lock', (mu) => [mu.lock('r', new Caller()), mu.unlock('w')]],
    [
      'a second unlock',
      (mu) => [mu.incref(), mu.lock('r', new Caller()), mu.unlock('r'), mu.unlock('r')],
    ],
    ['decref after the last', (mu) => [mu.incref(), mu.decref(), mu.decref()]],
  ])('throws on misuse: %s (TestMutexPanic)', (_name, misuse) => {
    expect(() => misuse(new FDMutex())).toThrow(INCONSISTENT)
  })

  it('throws when there are too many references (TestMutexOverflowPanic)', () => {
    const mu = new FDMutex()
    for (let i = 0; i < LIMIT; i++) mu.incref()
    expect(() => mu.incref()).toThrow(OVERFLOW)
    expect(() => mu.lock('r', new Caller())).toThrow(OVERFLOW)
    expect(mu.refs).toBe(LIMIT)
    // Nothing was taken by what failed.
    mu.decref()
    expect(mu.lock('r', new Caller())).toBe(true)
  })

  it('throws when too many queue', () => {
    const mu = new FDMutex()
    mu.lock('w', new Caller())
    for (let i = 0; i < LIMIT; i++) mu.lock('w', new Caller())
    expect(() => mu.lock('w', new Caller())).toThrow(OVERFLOW)
    mu.unlock('w')
    expect(mu.lock('w', new Caller())).toBe(false)
  })
})

/** The same thing without any cleverness. */
class Model {
  closed = false
  refs = 0
  readonly held = { r: false, w: false }
  readonly queue: Record<LockKind, Caller[]> = { r: [], w: [] }
}

type Command =
  | { do: 'incref' | 'decref' | 'close' }
  | { do: 'lock' | 'unlock'; kind: LockKind }
  | { do: 'leave'; kind: LockKind; pick: number }

const kind = fc.constantFrom<LockKind>('r', 'w')
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('incref' as const, 'decref' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('lock' as const, 'unlock' as const), kind }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), kind, pick: fc.nat(9) }) },
)

/** What the mutex did, or the message of what it threw. */
const outcome = (f: () => unknown): unknown => {
  try {
    return f()
  } catch (error) {
    return (error as Error).message
  }
}

function expected(m: Model, c: Command, caller: Caller): unknown {
  switch (c.do) {
    case 'incref':
      if (!m.closed) m.refs++
      return !m.closed
    case 'decref':
      if (m.refs === 0) return INCONSISTENT
      m.refs--
      return m.closed && m.refs === 0
    case 'close':
      if (m.closed) return false
      m.closed = true
      m.refs++
      for (const waiting of [...m.queue.r, ...m.queue.w]) refusedBy.set(waiting, 1)
      m.queue.r = []
      m.queue.w = []
      return true
    case 'lock':
      return expectedLock(m, c.kind, caller)
    case 'unlock':
      return expectedUnlock(m, c.kind)
    case 'leave':
      return expectedLeave(m, c.kind, c.pick)
  }
}

function expectedLock(m: Model, k: LockKind, caller: Caller): unknown {
  if (m.closed) {
    refusedBy.set(caller, 1)
    return false
  }
  if (m.held[k]) {
    m.queue[k].push(caller)
    return false
  }
  m.held[k] = true
  m.refs++
  return true
}

function expectedUnlock(m: Model, k: LockKind): unknown {
  if (m.refs === 0 || !m.held[k]) return INCONSISTENT
  const first = m.queue[k].shift()
  if (first !== undefined) return first
  m.refs--
  m.held[k] = false
  return null
}

function expectedLeave(m: Model, k: LockKind, pick: number): unknown {
  if (m.queue[k].length === 0) return false
  m.queue[k].splice(pick % m.queue[k].length, 1)
  return true
}

const refusedBy = new Map<Caller, number>()

function actual(mu: FDMutex, m: Model, c: Command, caller: Caller): unknown {
  switch (c.do) {
    case 'incref':
      return outcome(() => mu.incref())
    case 'decref':
      return outcome(() => mu.decref())
    case 'close':
      return outcome(() => mu.increfAndClose())
    case 'lock':
      return outcome(() => mu.lock(c.kind, caller))
    case 'unlock':
      return outcome(() => mu.unlock(c.kind))
    case 'leave': {
      const queue = m.queue[c.kind]
      return outcome(() => mu.leave(c.kind, queue[c.pick % (queue.length || 1)] ?? caller))
    }
  }
}

describe('FDMutex against a plain model', () => {
  it('agrees in thousands of random interleavings (TestMutexStress)', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const mu = new FDMutex()
        const model = new Model()
        const callers: Caller[] = []
        refusedBy.clear()
        for (const c of commands) {
          const caller = new Caller()
          callers.push(caller)
          // A misuse that takes away another's reference breaks the count for good, in both.
          const did = actual(mu, model, c, caller)
          expect(did).toBe(expected(model, c, caller))
          expect([mu.refs, mu.closed]).toEqual([model.refs, model.closed])
          expect(mu.allLeft).toBe(model.closed && model.refs === 0)
        }
        for (const caller of callers) expect(caller.refusals).toBe(refusedBy.get(caller) ?? 0)
      }),
      { numRuns: 5000 },
    )
  })
})
