// Go: net/dial_test.go, TestDialParallel and its neighbours. Two families at once.
import { host } from '@netfd/poll/testing'
import { describe, expect, it, vi } from 'vitest'
import type { OpError, TCPAddr, TCPNetwork } from '../src/index.js'
import { Dialer } from '../src/index.js'
import { rejected } from './error-walk.js'
import type { Host } from './fake-hosts.js'
import { answering, fakeHosts } from './fake-hosts.js'
import {
  listening,
  readAll,
  refusing,
  socketLedger,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

const HOUR = 3_600_000

// What the letters of the table below stand for: 4 and 6 are the family.
const IPS = {
  'ok 4': '192.0.2.1',
  'slow 4': '192.0.2.2',
  'closed 4': '192.0.2.3',
  'ok 6': '2001:db8::1',
  'slow 6': '2001:db8::2',
  'closed 6': '2001:db8::3',
} as const

type Name = keyof typeof IPS

const nameOf = (ip: string): Name => Object.entries(IPS).find(([, it]) => it === ip)?.[0] as Name

async function hosts(): Promise<string[]> {
  const up = (await listening('tcp', '[::]:0')).addr.port
  const at = (port: number) => ({ v4: addr('127.0.0.1', port), v6: addr('::1', port) })
  const down = (await refusing()).port
  const table: Record<Name, Host> = {
    'ok 4': at(up).v4,
    'ok 6': at(up).v6,
    'slow 4': 'hang',
    'slow 6': 'hang',
    'closed 4': at(down).v4,
    'closed 6': at(down).v6,
  }
  return fakeHosts(
    Object.fromEntries(Object.entries(table).map(([name, host]) => [IPS[name as Name], host])),
  )
}

const addr = (ip: string, port: number) => ({ ip, port }) as TCPAddr

/** What is resolved, how long the fallback waits, what is dialed in which order, and who wins. */
type Row = [resolved: Name[], delay: number, dialed: Name[], winner: Name | null]

const rows: Row[] = [
  // The primary works: nothing else is tried.
  [['ok 6', 'ok 4'], HOUR, ['ok 6'], 'ok 6'],
  [['ok 4', 'ok 6'], HOUR, ['ok 4'], 'ok 4'],
  // The primary hangs: the fallback is tried after the delay, and the primary beside it.
  [['slow 6', 'ok 4'], 1, ['slow 6', 'ok 4'], 'ok 4'],
  [['slow 4', 'ok 6'], 1, ['slow 4', 'ok 6'], 'ok 6'],
  // The primary is refused: the fallback is tried at once, whatever the delay.
  [['closed 6', 'ok 4'], HOUR, ['closed 6', 'ok 4'], 'ok 4'],
  [['closed 4', 'ok 6'], HOUR, ['closed 4', 'ok 6'], 'ok 6'],
  // Refused addresses are passed over inside each list.
  [['closed 6', 'ok 6', 'ok 4'], HOUR, ['closed 6', 'ok 6'], 'ok 6'],
  [['closed 6', 'ok 4', 'ok 6'], HOUR, ['closed 6', 'ok 6'], 'ok 6'],
  [['slow 6', 'closed 4', 'ok 4'], 1, ['slow 6', 'closed 4', 'ok 4'], 'ok 4'],
  [['closed 6', 'closed 4', 'ok 4'], HOUR, ['closed 6', 'closed 4', 'ok 4'], 'ok 4'],
  // All are refused.
  [['closed 6'], HOUR, ['closed 6'], null],
  [['closed 6', 'closed 4'], HOUR, ['closed 6', 'closed 4'], null],
]

describe('dialing two families', () => {
  it.each(rows)(
    '%j after %i ms dials %j, and %s wins (TestDialParallel)',
    async (resolved, delay, want, winner) => {
      const ledger = socketLedger()
      const dialed = await hosts()
      const before = ledger.open.size
      const resolver = answering(...resolved.map((name) => IPS[name]))
      const dialing = new Dialer({ resolver, fallbackDelay: delay }).dial('tcp', 'host.test:80')
      if (winner === null) {
        const error = await rejected('dial', dialing)
        expect(error.code).toBe('ECONNREFUSED')
      } else {
        const conn = await dialing
        expect(conn.remoteAddr.ip).toBe(winner.endsWith('6') ? '::1' : '127.0.0.1')
        await conn.close()
      }
      expect(dialed.map(nameOf)).toEqual(want)
      await until(() => ledger.open.size === before)
    },
  )

  it('fails with the first address, when none is reached, and tells of the others', async () => {
    await hosts()
    const resolver = answering(IPS['closed 6'], IPS['closed 4'])
    const error = await rejected('dial', new Dialer({ resolver }).dial('tcp', 'host.test:80'))
    expect(error.message).toBe(`dial tcp [${IPS['closed 6']}]:80: connect: connection refused`)
    const others = (error.errors ?? []) as OpError[]
    expect(others.map((other) => other.message)).toEqual([
      `dial tcp ${IPS['closed 4']}:80: connect: connection refused`,
    ])
  })

  it('fails with the first primary although the fallback failed before it', async () => {
    const dialed = await hosts()
    const abort = new AbortController()
    const resolver = answering(IPS['slow 6'], IPS['closed 4'])
    const dialing = new Dialer({ resolver, fallbackDelay: 1 }).dial('tcp', 'host.test:80', abort)
    const watched = watchPromise(dialing)
    await until(() => dialed.length === 2)
    await turns(10)
    expect(watched.state).toBe('pending')
    abort.abort()
    const error = await rejected('dial', dialing)
    expect(error.code).toBe('ABORT_ERR')
    expect(error.addr).toMatchObject({ ip: IPS['slow 6'] })
  })

  it('without an address is an error', async () => {
    const resolver = answering()
    const error = await rejected('dial', new Dialer({ resolver }).dial('tcp', 'host.test:80'))
    expect(error.message).toBe('dial tcp: lookup host.test: no such host')
  })

  it('takes a thousand addresses (TestDialParallel)', async () => {
    const ledger = socketLedger()
    const refuses = await refusing()
    const listener = await listening()
    const many = Array.from({ length: 999 }, (_, i) => `198.18.${i >> 8}.${i & 0xff}`)
    const dialed = fakeHosts({
      ...Object.fromEntries(many.map((ip) => [ip, refuses])),
      '198.51.100.1': listener.addr,
    })
    const resolver = answering(...many, '198.51.100.1')
    const conn = track(await new Dialer({ resolver }).dial('tcp', 'host.test:80'))
    expect(conn.remoteAddr.port).toBe(listener.addr.port)
    expect(dialed.length).toBe(1000)
    // The listener, and the one connection that there is.
    expect(ledger.open.size).toBe(2)
  })

  it.each([
    ['tcp4', ['ok 6', 'slow 6', 'closed 4', 'ok 4'], ['closed 4', 'ok 4']],
    ['tcp6', ['ok 4', 'slow 4', 'closed 6', 'ok 6'], ['closed 6', 'ok 6']],
  ] as [string, Name[], Name[]][])(
    '%s tries its own family alone',
    async (network, resolved, want) => {
      const dialed = await hosts()
      const resolver = answering(...resolved.map((name) => IPS[name]))
      track(await new Dialer({ resolver }).dial(network as TCPNetwork, 'host.test:80'))
      expect(dialed.map(nameOf)).toEqual(want)
    },
  )
})

/** The delays of a dial's own timers: the watch over descriptors has one now and then. */
const delays = (calls: Parameters<typeof host.setTimeout>[]): unknown[] =>
  calls.filter(([timer]) => timer.name !== 'grow').map(([, ms]) => ms)

describe('fallbackDelay (TestDialerFallbackDelay)', () => {
  it.each([
    [undefined, 300],
    [0, 300],
    [1, 1],
    [200, 200],
  ])('of %s is a timer of %i ms', async (fallbackDelay, want) => {
    await hosts()
    const spy = vi.spyOn(host, 'setTimeout')
    const resolver = answering(IPS['ok 6'], IPS['ok 4'])
    const options = fallbackDelay === undefined ? { resolver } : { resolver, fallbackDelay }
    track(await new Dialer(options).dial('tcp', 'host.test:80'))
    expect(delays(spy.mock.calls)).toEqual([want])
    spy.mockRestore()
  })

  it('that is negative tries one family after the other', async () => {
    const dialed = await hosts()
    const spy = vi.spyOn(host, 'setTimeout')
    const resolver = answering(IPS['closed 6'], IPS['closed 4'], IPS['ok 6'])
    track(await new Dialer({ resolver, fallbackDelay: -1 }).dial('tcp', 'host.test:80'))
    expect(dialed.map(nameOf)).toEqual(['closed 6', 'closed 4', 'ok 6'])
    expect(delays(spy.mock.calls)).toEqual([])
    spy.mockRestore()
  })
})

describe('a race', () => {
  /** Two listeners, and a Dialer whose two sockets are connected in the same turn. */
  async function deadHeat() {
    const v4 = await listening('tcp4', '127.0.0.1:0')
    const v6 = await listening('tcp6', '[::1]:0')
    const dialed = fakeHosts({ [IPS['ok 4']]: v4.addr, [IPS['ok 6']]: v6.addr })
    let both: () => void = () => undefined
    const ready = new Promise<void>((resolve) => {
      both = resolve
    })
    let waiting = 0
    const control = async () => {
      if (++waiting === 2) both()
      await ready
    }
    const resolver = answering(IPS['ok 6'], IPS['ok 4'])
    return { v4, v6, dialed, dialer: new Dialer({ resolver, control, fallbackDelay: 1 }) }
  }

  it('with two winners closes the second, and both servers see the end (TestDialParallelSpuriousConnection)', async () => {
    const ledger = socketLedger()
    const { v4, v6, dialed, dialer } = await deadHeat()
    const conn = track(await dialer.dial('tcp', 'host.test:80'))
    expect(dialed.length).toBe(2)
    const servers = [track(await v4.accept()), track(await v6.accept())]
    const [winner, loser] = conn.remoteAddr.ip === '127.0.0.1' ? servers : servers.reverse()
    expect(await readAll(loser as typeof conn)).toHaveLength(0)
    await conn.write('still here')
    await conn.close()
    expect(Buffer.from(await readAll(winner as typeof conn)).toString()).toBe('still here')
    // The two listeners and the two accepted ends.
    expect(ledger.open.size).toBe(4)
  })

  it('leaves no descriptor, however often it is run (TestDialerDualStackFDLeak)', async () => {
    const ledger = socketLedger()
    const { v4, v6, dialer } = await deadHeat()
    for (let i = 0; i < 20; i++) {
      await (await dialer.dial('tcp', 'host.test:80')).close()
    }
    expect(ledger.made).toBeGreaterThan(20)
    expect([...ledger.open].sort()).toHaveLength(2)
    await Promise.all([v4.close(), v6.close()])
    expect(ledger.open.size).toBe(0)
  })

  it('with a family that is torn down is won by the other (TestDialerDualStack)', async () => {
    const { v4, v6, dialer } = await deadHeat()
    await v6.close()
    const conn = track(await dialer.dial('tcp', 'host.test:80'))
    expect(conn.remoteAddr.port).toBe(v4.addr.port)
  })
})
