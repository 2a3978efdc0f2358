// A test runner stops the timers and clocks of the program under test. What the kernel does goes on.
import { spawnSync } from 'node:child_process'
import { mock } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { OpError, TCPConn } from '@netfd/net'
import { Dialer } from '@netfd/net'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { answering, fakeHosts } from '../../packages/net/test/fake-hosts.js'
import { blackHole, errorOf, listening, pair, track } from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { root } from '../../tools/step.mjs'

const HOUR = 3_600_000

afterAll(closeIdlePipes)

const EVERYTHING = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'hrtime',
  'performance',
  'Date',
] as const satisfies NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake']

/** The ways in which a runner takes time away, each with the way to move what it gave instead. */
const RUNNERS: Record<string, () => (ms: number) => void> = {
  'vitest, and sinon inside it': () => {
    vi.useFakeTimers({ toFake: EVERYTHING })
    onTestFinished(() => void vi.useRealTimers())
    return (ms) => void vi.advanceTimersByTime(ms)
  },
  'node:test': () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: 1 })
    onTestFinished(() => mock.timers.reset())
    return (ms) => mock.timers.tick(ms)
  },
  'a page, whose timers are numbers and which has no setImmediate': () => {
    vi.stubGlobal('setTimeout', () => 1)
    vi.stubGlobal('clearTimeout', () => undefined)
    vi.stubGlobal('setImmediate', undefined)
    vi.stubGlobal('performance', { now: () => 0 })
    onTestFinished(() => void vi.unstubAllGlobals())
    return () => undefined
  },
}

async function roundTrips(a: TCPConn, b: TCPConn, n: number): Promise<number> {
  const buf = new Uint8Array(8)
  let done = 0
  for (; done < n; done++) {
    await a.write('ping')
    await b.readFull(buf.subarray(0, 4))
    await b.write('pong')
    await a.readFull(buf.subarray(0, 4))
  }
  return done
}

describe.each(Object.entries(RUNNERS))('under the fake timers of %s', (_, enable) => {
  it('a conversation goes on beyond one turn of the loop', async () => {
    const [a, b] = await pair()
    enable()
    expect(await roundTrips(a, b, 300)).toBe(300)
  })

  it('a large transfer goes on, copied or spliced', async () => {
    const [from, src] = await pair()
    const [dst, to] = await pair()
    enable()
    const size = 24 << 20
    const sending = from.write(new Uint8Array(size)).then(() => from.closeWrite())
    const moving = dst.readFrom(src).then(() => dst.closeWrite())
    let got = 0
    for await (const piece of to) got += piece.length
    await Promise.all([sending, moving])
    expect(got).toBe(size)
  })

  it('a deadline passes in real time, and the fake clock neither ends a call nor delays it', async () => {
    const [a, b] = await pair()
    const advance = enable()
    a.setReadDeadline(Date.now() + HOUR / 2)
    const reading = a.read(new Uint8Array(8))
    advance(HOUR)
    await b.write('later')
    expect(await reading).toBe(5)
    a.setReadDeadline(Date.now() + 5)
    expect(await errorOf(a.read(new Uint8Array(8)))).toMatchObject({ code: 'ETIMEDOUT' })
    a.setReadDeadline(new Date(Date.now() + 5))
    expect(await errorOf(a.read(new Uint8Array(8)))).toMatchObject({ code: 'ETIMEDOUT' })
  })

  it('an accept has its deadline', async () => {
    const listener = await listening()
    enable()
    listener.setDeadline(Date.now() + 5)
    expect(await errorOf(listener.accept())).toMatchObject({ code: 'ETIMEDOUT' })
  })

  it('a dial times out, also while a name is resolved', async () => {
    const { address } = await blackHole()
    enable()
    const late = { code: 'ETIMEDOUT' }
    expect(await errorOf(new Dialer({ timeout: 5 }).dial('tcp', address))).toMatchObject(late)
    const deadline = Date.now() + 5
    expect(await errorOf(new Dialer({ deadline }).dial('tcp', address))).toMatchObject(late)
    const resolver = { lookupHost: () => new Promise<never>(() => undefined) }
    const named = new Dialer({ timeout: 5, resolver }).dial('tcp', 'host.test:80')
    expect((await errorOf<OpError>(named)).timeout).toBe(true)
  })

  it('the second family is tried when the first hangs', async () => {
    const listener = await listening()
    const dialed = fakeHosts({ '2001:db8::1': 'hang', '192.0.2.1': listener.addr })
    const resolver = answering('2001:db8::1', '192.0.2.1')
    enable()
    track(await new Dialer({ resolver, fallbackDelay: 5 }).dial('tcp', 'host.test:80'))
    expect(dialed).toEqual(['2001:db8::1', '192.0.2.1'])
  })
})

it('under node:test a program finishes its transfers, with the built packages', () => {
  const entry = pathToFileURL(`${root}packages/net/dist/index.js`)
  const program = `
    import { mock } from 'node:test'
    import { listen, dial } from ${JSON.stringify(entry)}
    mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'] })
    const listener = await listen('tcp', '127.0.0.1:0')
    const a = await dial('tcp', String(listener.addr))
    const b = await listener.accept()
    const buf = new Uint8Array(4)
    let n = 0
    for (; n < 300; n++) {
      await a.write('ping')
      await b.readFull(buf)
    }
    a.setReadDeadline(Date.now() + 5)
    const code = await a.read(buf).catch((error) => error.code)
    console.log(n, code)
    await Promise.all([a.close(), b.close(), listener.close()])
  `
  // That node:test's timers are an experiment is said on standard error.
  const args = ['--no-warnings', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['300 ETIMEDOUT\n', ''])
})
