// What diagnostics_channel tells about dials and connections, and that it costs nothing unasked.
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ConnTrace, DialTrace } from '../src/index.js'
import { Dialer } from '../src/index.js'
import { rejected } from './error-walk.js'
import { answering, fakeHosts } from './fake-hosts.js'
import { listening, pair, refusing, track, until } from './support.js'

/** Everything that the tracing channel says, with the phase. */
function dials(): [phase: string, trace: DialTrace][] {
  const said: [string, DialTrace][] = []
  const say = (phase: string) => (trace: DialTrace) => void said.push([phase, trace])
  const subscribers = {
    start: say('start'),
    end: say('end'),
    asyncStart: say('asyncStart'),
    asyncEnd: say('asyncEnd'),
    error: say('error'),
  }
  const tracing = tracingChannel<DialTrace>('netfd:dial')
  tracing.subscribe(subscribers)
  onTestFinished(() => void tracing.unsubscribe(subscribers))
  return said
}

/** Everything that a channel says. */
function heard(name: string): ConnTrace[] {
  const said: ConnTrace[] = []
  const listen = (message: unknown) => void said.push(message as ConnTrace)
  channel(name).subscribe(listen)
  onTestFinished(() => void channel(name).unsubscribe(listen))
  return said
}

describe('netfd:dial', () => {
  it('tells of resolving, of each attempt and of the winner', async () => {
    const listener = await listening()
    fakeHosts({ '192.0.2.3': await refusing(), '192.0.2.1': listener.addr })
    const said = dials()
    const resolver = answering('192.0.2.3', '192.0.2.1')
    const conn = track(await new Dialer({ resolver }).dial('tcp', 'host.test:80'))
    expect(said.map(([phase]) => phase)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    const [, trace] = said[0] as [string, DialTrace]
    expect(said.every(([, other]) => other === trace)).toBe(true)
    expect(trace).toMatchObject({ network: 'tcp', address: 'host.test:80', result: conn })
    expect(trace.resolve.addresses?.map(String)).toEqual(['192.0.2.3:80', '192.0.2.1:80'])
    expect(
      trace.attempts.map(({ address, error }) => [
        String(address),
        (error as NodeJS.ErrnoException)?.code,
      ]),
    ).toEqual([
      ['192.0.2.3:80', 'ECONNREFUSED'],
      ['192.0.2.1:80', undefined],
    ])
    expect(trace.winner).toBe(trace.attempts[1]?.address)
    const times = [
      trace.resolve.start,
      trace.resolve.end,
      ...trace.attempts.flatMap(({ start, end }) => [start, end]),
    ]
    expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)))
    expect(times.every(Number.isFinite)).toBe(true)
  })

  it('tells of the loser of a race, and of both families', async () => {
    const listener = await listening()
    fakeHosts({ '2001:db8::1': 'hang', '192.0.2.1': listener.addr })
    const said = dials()
    const resolver = answering('2001:db8::1', '192.0.2.1')
    track(await new Dialer({ resolver, fallbackDelay: 1 }).dial('tcp', 'host.test:80'))
    const [, trace] = said[0] as [string, DialTrace]
    expect(trace.attempts.map(({ address }) => String(address))).toEqual([
      '[2001:db8::1]:80',
      '192.0.2.1:80',
    ])
    // It is told to stop when the winner has been found.
    await until(() => trace.attempts[0]?.end !== undefined)
    expect(trace.attempts[0]?.error).toMatchObject({ code: 'ABORT_ERR' })
  })

  it('tells of a failure', async () => {
    const said = dials()
    const lookupHost = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    const error = await rejected(
      'dial',
      new Dialer({ resolver: { lookupHost } }).dial('tcp', 'host.test:80'),
    )
    expect(said.map(([phase]) => phase)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ])
    const [, trace] = said[0] as [string, DialTrace]
    expect(trace.error).toBe(error)
    expect(trace.resolve.error).toMatchObject({ code: 'ENOTFOUND' })
    expect(trace.attempts).toEqual([])
    expect(trace).not.toHaveProperty('winner')
  })
})

it('netfd:open, accept and close tell of connections and listeners, with both addresses', async () => {
  const [open, accept, close] = [heard('netfd:open'), heard('netfd:accept'), heard('netfd:close')]
  const listener = await listening()
  const [client, server] = await pair(listener)
  const ends = ({ network, localAddr, remoteAddr }: ConnTrace) => [
    network,
    String(localAddr),
    String(remoteAddr),
  ]
  expect(open.map(ends)).toEqual([['tcp', String(client.localAddr), String(client.remoteAddr)]])
  expect(accept.map(ends)).toEqual([['tcp', String(server.localAddr), String(server.remoteAddr)]])
  await client.close()
  await listener.close()
  expect(close.map(ends)).toEqual([
    ['tcp', String(client.localAddr), String(client.remoteAddr)],
    ['tcp', String(listener.addr), 'null'],
  ])
})

it('netfd:close says nothing of a socket that a failed dial has closed', async () => {
  const said = heard('netfd:close')
  await rejected('dial', new Dialer().dial('tcp', String(await refusing())))
  // The listener that was there before it.
  expect(said.map(({ remoteAddr }) => remoteAddr)).toEqual([null])
})
