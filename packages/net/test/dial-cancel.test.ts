// Go: net/dial_test.go and timeout_test.go. What ends a dial early, at every stage of it.
import { getEventListeners } from 'node:events'
import { EINPROGRESS } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { armedTimers } from '../../../test/timers.js'
import type { TCPConn } from '../src/index.js'
import { CanceledError, Dialer, dial, hook } from '../src/index.js'
import { rejected } from './error-walk.js'
import { answering, fakeHosts } from './fake-hosts.js'
import {
  blackHole,
  dialed,
  listening,
  replace,
  socketLedger,
  track,
  turn,
  turns,
  until,
} from './support.js'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

type Stage = (
  abort: AbortController,
) => Promise<{ dialing: Promise<TCPConn>; reached: () => boolean }>

/** A dial that has come to a certain point, from which it goes no further by itself. */
const stages: [name: string, stage: Stage][] = [
  [
    'resolving',
    async ({ signal }) => {
      let asked = false
      const lookupHost = (): Promise<string[]> => {
        asked = true
        return new Promise(() => undefined)
      }
      const dialer = new Dialer({ resolver: { lookupHost }, timeout: 3_600_000 })
      return { dialing: dialer.dial('tcp', 'host.test:80', { signal }), reached: () => asked }
    },
  ],
  [
    'in SYN-SENT',
    async ({ signal }) => {
      const { address } = await blackHole()
      const before = { ...hook }
      let connecting = false
      replace({
        connect: (fd, sockaddr) => {
          const r = before.connect(fd, sockaddr)
          connecting = r === -EINPROGRESS
          return r
        },
      })
      const dialer = new Dialer({ timeout: 3_600_000 })
      return { dialing: dialer.dial('tcp', address, { signal }), reached: () => connecting }
    },
  ],
  [
    'in the race, the primary alone',
    async ({ signal }) => {
      const seen = fakeHosts({ '2001:db8::1': 'hang', '192.0.2.1': 'hang' })
      const resolver = answering('2001:db8::1', '192.0.2.1')
      const dialer = new Dialer({ resolver, timeout: 3_600_000, fallbackDelay: 3_600_000 })
      return {
        dialing: dialer.dial('tcp', 'host.test:80', { signal }),
        reached: () => seen.length === 1,
      }
    },
  ],
  [
    'in the race, both families',
    async ({ signal }) => {
      const seen = fakeHosts({ '2001:db8::1': 'hang', '192.0.2.1': 'hang' })
      const resolver = answering('2001:db8::1', '192.0.2.1')
      const dialer = new Dialer({ resolver, timeout: 3_600_000, fallbackDelay: 1 })
      return {
        dialing: dialer.dial('tcp', 'host.test:80', { signal }),
        reached: () => seen.length === 2,
      }
    },
  ],
]

describe('an aborted dial (TestDialCancel)', () => {
  it.each(stages)('%s leaves no descriptor, no timer and no listener', async (_, stage) => {
    const abort = new AbortController()
    const ledger = socketLedger()
    const timers = armedTimers().size
    const { dialing, reached } = await stage(abort)
    const before = ledger.open.size
    await until(reached)
    await turn()
    abort.abort(new Error('changed my mind'))
    const error = await rejected('dial', dialing)
    expect(error.message).toMatch(/operation was canceled$/)
    expect(error).toMatchObject({ code: 'ABORT_ERR', timeout: false })
    // That alone: what else was tried is of no interest to who gave up.
    expect(error).not.toHaveProperty('errors')
    await until(() => ledger.open.size <= before)
    expect(armedTimers().size).toBe(timers)
    expect(listeners(abort.signal)).toBe(0)
  })

  it('carries the reason of the signal', async () => {
    const reason = new Error('changed my mind')
    const error = await rejected(
      'dial',
      dial('tcp', '127.0.0.1:80', { signal: AbortSignal.abort(reason) }),
    )
    expect(error.cause).toBeInstanceOf(CanceledError)
    expect(error.cause.cause).toBe(reason)
    const resolver = { lookupHost: () => new Promise<string[]>(() => undefined) }
    const abort = new AbortController()
    const dialing = new Dialer({ resolver }).dial('tcp', 'host.test:80', abort)
    abort.abort(reason)
    const resolving = await rejected('dial', dialing)
    expect(resolving.message).toBe('dial tcp: lookup host.test: operation was canceled')
    expect(resolving.cause.cause).toMatchObject({ code: 'ABORT_ERR', cause: reason })
  })

  it.each(['127.0.0.1:80', '[::]:80', 'host.test:80'])(
    'to %s makes no socket when the signal was aborted before',
    async (address) => {
      const ledger = socketLedger()
      const dialer = new Dialer({ resolver: answering('2001:db8::1', '192.0.2.1') })
      const error = await rejected(
        'dial',
        dialer.dial('tcp', address, { signal: AbortSignal.abort() }),
      )
      expect(error.code).toBe('ABORT_ERR')
      expect(ledger.made).toBe(0)
    },
  )

  it('is not given a connection that was made at the same moment (TestDialContextCancelRace)', async () => {
    const ledger = socketLedger()
    const listener = await listening()
    const { connect, getpeername } = hook
    const abort = new AbortController()
    const open = ledger.open.size
    let asked = 0
    replace({
      connect: (fd, sockaddr) => {
        const r = connect(fd, sockaddr)
        return r === 0 ? -EINPROGRESS : r
      },
      // Between the kernel's success and the promise of the dial.
      getpeername: (fd, sockaddr) => {
        const r = getpeername(fd, sockaddr)
        if (r < 0) return r
        asked++
        abort.abort()
        return r
      },
    })
    const error = await rejected('dial', dial('tcp', String(listener.addr), abort))
    expect(asked).toBe(1)
    expect(error.code).toBe('ABORT_ERR')
    expect(ledger.open.size).toBe(open)
    // The server sees a connection that was made and ended.
    const server = track(await listener.accept())
    expect(await server.read(new Uint8Array(8)).catch(() => null)).toBe(null)
  })

  it('is not given one either when connect(2) succeeded at once', async () => {
    const listener = await listening()
    const { connect } = hook
    const abort = new AbortController()
    replace({
      connect: (fd, sockaddr) => {
        connect(fd, sockaddr)
        abort.abort()
        return 0
      },
    })
    const error = await rejected('dial', dial('tcp', String(listener.addr), abort))
    expect(error.code).toBe('ABORT_ERR')
    track(await listener.accept())
  })

  it('that ended before means nothing to a later one (TestTCPSpuriousConnSetupCompletionWithCancel)', async () => {
    const { address, answer } = await blackHole()
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController()
      const dialing = dial('tcp', address, abort)
      await turns(i % 3)
      abort.abort()
      expect((await rejected('dial', dialing)).code).toBe('ABORT_ERR')
    }
    await answer()
    // The kernel lets it through in its own time.
    const conn = await dialed(address)
    expect(await conn.write('hello')).toBe(5)
  })

  it('drops an answer of the resolver that comes too late', async () => {
    const ledger = socketLedger()
    let answer: (addrs: string[]) => void = () => undefined
    const resolver = {
      lookupHost: () =>
        new Promise<string[]>((resolve) => {
          answer = resolve
        }),
    }
    const abort = new AbortController()
    const dialing = new Dialer({ resolver }).dial('tcp', 'host.test:80', abort)
    abort.abort()
    await rejected('dial', dialing)
    answer(['127.0.0.1'])
    await turns(3)
    expect(ledger.made).toBe(0)
  })
})

describe('a signal', () => {
  it('that is aborted after the dial means nothing (TestCancelAfterDial)', async () => {
    const listener = await listening()
    for (let i = 0; i < 20; i++) {
      const abort = new AbortController()
      const conn = track(await dial('tcp', String(listener.addr), abort))
      abort.abort()
      const server = track(await listener.accept())
      await turn()
      expect(await conn.write('ping')).toBe(4)
      expect(await server.read(new Uint8Array(8))).toBe(4)
    }
  })

  it('serves ten thousand dials and has no listener left', async () => {
    const { signal } = new AbortController()
    const dials = 10_000
    // No socket is needed to see what a dial leaves on its signal, and ten thousand would fill the table
    // of ports; every hundredth dial is a real one, and every tenth resolves and races.
    const listener = await listening()
    const refuse = refuseMost(dials)
    let heard = 0
    replace({
      socket: (...args) => {
        heard += listeners(signal)
        return refuse(...args)
      },
    })
    const dialer = new Dialer({ resolver: answering('::1', '127.0.0.1'), timeout: 3_600_000 })
    for (let i = 0; i < dials; i++) {
      const address = i % 10 === 0 ? `host.test:${listener.addr.port}` : String(listener.addr)
      const conn = await dialer.dial('tcp', address, { signal }).catch(() => null)
      if (conn !== null) {
        const server = await listener.accept()
        await conn.reset()
        await server.close()
      }
    }
    expect(heard).toBeGreaterThan(1000)
    expect(listeners(signal)).toBe(0)
  })
})

/** Makes a socket only every hundredth time. */
function refuseMost(dials: number): typeof hook.socket {
  const { socket } = hook
  let n = 0
  return (domain, type, protocol) =>
    n++ % 100 < 99 && n < dials * 3 ? -24 : socket(domain, type, protocol)
}
