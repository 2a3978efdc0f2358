// The wall clock is set while a call waits: by a time server, by hand, by a machine that was asleep.
import { Dialer } from '@netfd/net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { answering, fakeHosts } from '../../packages/net/test/fake-hosts.js'
import {
  blackHole,
  errorOf,
  listening,
  pair,
  track,
  turns,
} from '../../packages/net/test/support.js'

const HOUR = 3_600_000

/** Sets the wall clock, as the program sees it, until the test ends. */
function jump(ms: number): void {
  const real = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => real() + ms)
  onTestFinished(() => void vi.restoreAllMocks())
}

const JUMPS = [
  ['back', -HOUR],
  ['forward', HOUR],
] as const

const LATE = { code: 'ETIMEDOUT', timeout: true }

describe.each(JUMPS)('a clock that is set %s by an hour', (_, ms) => {
  it('neither delays nor hastens the timeout of a dial', async () => {
    const { address, answer } = await blackHole()
    const short = errorOf(new Dialer({ timeout: 30 }).dial('tcp', address))
    const long = new Dialer({ timeout: HOUR / 2 }).dial('tcp', address)
    await turns(3)
    jump(ms)
    expect(await short).toMatchObject(LATE)
    await answer()
    track(await long)
  })

  it('nor its deadline, which counts from the moment the dial begins', async () => {
    const { address, answer } = await blackHole()
    const short = errorOf(new Dialer({ deadline: Date.now() + 30 }).dial('tcp', address))
    const long = new Dialer({ deadline: new Date(Date.now() + HOUR / 2) }).dial('tcp', address)
    await turns(3)
    jump(ms)
    expect(await short).toMatchObject(LATE)
    await answer()
    track(await long)
  })

  it('nor the time in which a name must be resolved', async () => {
    const listener = await listening()
    let answer: (ips: string[]) => void = () => undefined
    const resolver = { lookupHost: () => new Promise<string[]>((resolve) => (answer = resolve)) }
    const address = `host.test:${listener.addr.port}`
    const long = new Dialer({ resolver, timeout: HOUR / 2 }).dial('tcp', address)
    await turns(1)
    const answerLong = answer
    const short = errorOf(new Dialer({ resolver, timeout: 30 }).dial('tcp', address))
    await turns(1)
    jump(ms)
    expect(await short).toMatchObject({ timeout: true })
    answerLong(['127.0.0.1'])
    track(await long)
  })

  it('nor the shares of the addresses', async () => {
    const listener = await listening()
    const dialed = fakeHosts({ '192.0.2.1': 'hang', '192.0.2.2': listener.addr })
    const resolver = answering('192.0.2.1', '192.0.2.2')
    const dialing = new Dialer({ resolver, timeout: 4_000 }).dial('tcp', 'host.test:80')
    await turns(3)
    jump(ms)
    // The first has 2 s, and the second is tried in what is left.
    track(await dialing)
    expect(dialed).toEqual(['192.0.2.1', '192.0.2.2'])
  })

  it('nor a deadline on a connection that waits', async () => {
    const [a, b] = await pair()
    a.setReadDeadline(Date.now() + 30)
    b.setReadDeadline(Date.now() + HOUR / 2)
    const short = errorOf(a.read(new Uint8Array(8)))
    const long = b.read(new Uint8Array(8))
    jump(ms)
    expect(await short).toMatchObject(LATE)
    await a.write('later')
    expect(await long).toBe(5)
  })

  it("nor a caller's AbortSignal.timeout", async () => {
    const { address } = await blackHole()
    const dialing = errorOf(new Dialer().dial('tcp', address, { signal: AbortSignal.timeout(30) }))
    await turns(3)
    jump(ms)
    expect(await dialing).toMatchObject({ code: 'ABORT_ERR' })
  })
})
