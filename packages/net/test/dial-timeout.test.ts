// Go: net/timeout_test.go and dial_test.go. Timeouts and deadlines of a dial.
import { host } from '@netfd/poll/testing'
import { ENOTCONN } from '@netfd/syscall'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { DeadlineExceededError, Dialer, dial, dialTimeout, hook } from '../src/index.js'
import { rejected } from './error-walk.js'
import { answering, fakeHosts } from './fake-hosts.js'
import {
  blackHole,
  dialed,
  listening,
  PAST,
  pair,
  replace,
  socketLedger,
  turns,
} from './support.js'

describe('a timeout (TestDialTimeout)', () => {
  // The deadline is written as a time from now.
  it.each<[name: string, timeout: number, deadline: number | null]>([
    ['a negative timeout', -1, null],
    ['a deadline in the past', 0, -1_000],
    ['a short timeout', 5, null],
    ['a short deadline', 0, 5],
    ['the timeout, being earlier,', 5, 3_600_000],
    ['the deadline, being earlier,', 3_600_000, 5],
  ])('%s ends a dial that hangs', async (_, timeout, deadline) => {
    const { address } = await blackHole()
    const at = deadline === null ? null : new Date(Date.now() + deadline)
    const dialer = new Dialer({ timeout, deadline: at })
    const error = await rejected('dial', dialer.dial('tcp', address))
    expect(error.message).toBe(`dial tcp ${address}: i/o timeout`)
    expect(error.cause).toBeInstanceOf(DeadlineExceededError)
    expect(error).toMatchObject({ code: 'ETIMEDOUT', timeout: true, temporary: true })
  })

  it('ends dialTimeout too', async () => {
    const { address } = await blackHole()
    const error = await rejected('dial', dialTimeout('tcp', address, 5))
    expect(error.timeout).toBe(true)
  })

  it.each([
    ['a negative timeout', { timeout: -1 }],
    ['a deadline in the past', { deadline: PAST }],
  ])('%s ends a dial before a socket is made', async (_, options) => {
    const ledger = socketLedger()
    await rejected('dial', new Dialer(options).dial('tcp', '127.0.0.1:80'))
    expect(ledger.made).toBe(0)
  })

  it.each([Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 53])(
    'of %d ms is not taken for one that has passed (TestDialTimeoutMaxDuration)',
    async (timeout) => {
      const listener = await listening()
      const { port } = listener.addr
      const lookup = async () => {
        await turns(3)
        return ['127.0.0.1']
      }
      replace({ lookup })
      const timer = vi.spyOn(host, 'setTimeout')
      onTestFinished(() => timer.mockRestore())
      const conn = await dialed(`localhost:${port}`, 'tcp', new Dialer({ timeout }))
      expect(conn.remoteAddr.port).toBe(port)
      for (const [, ms] of timer.mock.calls) expect(ms).toBeLessThan(2 ** 31)
    },
  )

  it('of 1970 is named, as is one that was set on a connection', async () => {
    const text = 'i/o timeout: the deadline 1970-01-01T00:00:05Z had passed when it was set'
    const error = await rejected(
      'dial',
      new Dialer({ deadline: 5_000 }).dial('tcp', '127.0.0.1:80'),
    )
    expect([error.code, error.message]).toEqual(['ETIMEDOUT', `dial tcp 127.0.0.1:80: ${text}`])
    const [client] = await pair()
    client.setReadDeadline(5_000)
    const read = await rejected('read', client.read(new Uint8Array(1)))
    expect([read.code, read.message.endsWith(`: ${text}`)]).toEqual(['ETIMEDOUT', true])
  })

  it('of infinity is none (TestDialWithNonZeroDeadline)', async () => {
    const listener = await listening()
    const conn = await dialed(
      listener.addr,
      'tcp',
      new Dialer({ deadline: Number.POSITIVE_INFINITY }),
    )
    expect(await conn.write('x')).toBe(1)
  })

  it.each([
    ['at once', 0],
    ['after a wait', 1],
  ])('means nothing to the connection once it is made, %s', async (_, looks) => {
    const { getpeername } = hook
    let left = looks
    replace({ getpeername: (...args) => (left-- > 0 ? -ENOTCONN : getpeername(...args)) })
    const [client, server] = await pair(undefined, new Dialer({ timeout: 60_000 }))
    // An hour later, as far as any deadline can tell.
    const now = host.now()
    vi.spyOn(host, 'now').mockReturnValue(now + 3_600_000)
    onTestFinished(() => void vi.restoreAllMocks())
    const read = client.read(new Uint8Array(8))
    await server.write('later')
    expect(await read).toBe(5)
    expect(await client.write('too')).toBe(3)
  })

  it('is shared out among the addresses, so that the last has its turn (TestDialerPartialDeadline)', async () => {
    const listener = await listening()
    fakeHosts({ '192.0.2.1': 'hang', '192.0.2.2': listener.addr })
    const resolver = answering('192.0.2.1', '192.0.2.2')
    // 2 s is the least an address gets, and here it is half of what there is.
    const deadline = Date.now() + 4_000
    const conn = await dialed('host.test:80', 'tcp', new Dialer({ resolver, deadline }))
    expect(conn.remoteAddr.port).toBe(listener.addr.port)
  })
})

it('no dial succeeds without being connected (TestTCPSpuriousConnSetupCompletion)', async () => {
  const listener = await listening('tcp', '127.0.0.1:0', { backlog: 4096 })
  const serving = (async () => {
    for await (const conn of listener) {
      await conn.read(new Uint8Array(1))
      await conn.close()
    }
  })()
  const one = async () => {
    const conn = await dial('tcp', String(listener.addr))
    expect(await conn.write('b')).toBe(1)
    await conn.close()
  }
  for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 50 }, one))
  await listener.close()
  await serving
})
