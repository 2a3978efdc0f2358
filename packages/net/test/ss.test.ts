// What ss(8) says about our sockets, against what our own getters say.
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { Dialer } from '../src/index.js'
import { installed } from './program.js'
import { dialed, listening, pair, until } from './support.js'

/** ss's lines about one local port, as one text. */
const ss = (flags: string, port: number): string =>
  execFileSync('ss', [flags, `sport = :${port}`], { encoding: 'utf8' })
    .split('\n')
    .slice(1)
    .join(' ')

const of = (conn: TCPConn): string => ss('-tnoiem', conn.localAddr.port)

const number = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1])

// Debian: apt-get install iproute2.
describe.skipIf(!installed('ss'))('ss agrees with our getters', () => {
  it('on the keep-alive timer', async () => {
    const dialer = new Dialer({ keepAliveConfig: { enable: true, idle: 40_000 } })
    const [client] = await pair(undefined, dialer)
    const left = number(of(client), /timer:\(keepalive,([\d.]+)/)
    expect(left).toBeGreaterThan(30)
    expect(left).toBeLessThanOrEqual(40)
    client.setKeepAlive(false)
    expect(of(client)).not.toContain('keepalive')
  })

  it('on sizes: segments, buffers and scales', async () => {
    const [client, server] = await pair()
    client.setReadBuffer(50_000)
    client.setWriteBuffer(60_000)
    await client.write(new Uint8Array(500))
    await server.readFull(new Uint8Array(500))
    const text = of(client)
    const { sndMss, rcvMss, advmss, pmtu, sndWscale, rcvWscale } = client.info()
    expect({ sndMss, rcvMss, advmss, pmtu }).toEqual({
      sndMss: number(text, / mss:(\d+)/),
      rcvMss: number(text, /rcvmss:(\d+)/),
      advmss: number(text, /advmss:(\d+)/),
      pmtu: number(text, /pmtu:(\d+)/),
    })
    expect(`${sndWscale},${rcvWscale}`).toBe(/wscale:(\d+,\d+)/.exec(text)?.[1])
    expect(client.getOption('rcvBuf')).toBe(number(text, /,rb(\d+)/))
    expect(client.getOption('sndBuf')).toBe(number(text, /,tb(\d+)/))
    expect(client.getOption('congestion')).toBe(/ sack (\w+)/.exec(text)?.[1])
  })

  it('on the state, and on what was sent', async () => {
    const [client, server] = await pair()
    await client.write(new Uint8Array(1_000))
    await server.readFull(new Uint8Array(1_000))
    expect(of(client)).toMatch(/^ESTAB /)
    expect(number(of(server), /bytes_received:(\d+)/)).toBe(server.info().bytesReceived)
    client.closeWrite()
    await until(() => client.info().state === 'FIN_WAIT2')
    expect(of(client)).toMatch(/^FIN-WAIT-2 /)
  })

  it.each([
    [undefined, 4_096],
    [7, 7],
    [0, 0],
    [1_000_000, 4_096],
  ])('on a backlog of %s: Send-Q is %i', async (backlog, want) => {
    const listener = await listening('tcp', '127.0.0.1:0', backlog === undefined ? {} : { backlog })
    const somaxconn = Number(
      execFileSync('cat', ['/proc/sys/net/core/somaxconn'], { encoding: 'utf8' }),
    )
    const line = ss('-tlne', listener.addr.port)
    expect(number(line, /^LISTEN +\d+ +(\d+)/)).toBe(want === 4_096 ? somaxconn : want)
  })

  it('on connections that wait to be accepted: Recv-Q counts them', async () => {
    const listener = await listening()
    await dialed(listener.addr)
    await dialed(listener.addr)
    expect(number(ss('-tln', listener.addr.port), /^LISTEN +(\d+)/)).toBe(2)
  })

  it('on two listeners that share a port', async () => {
    const first = await listening('tcp', '127.0.0.1:0', { reusePort: true })
    await listening('tcp', String(first.addr), { reusePort: true })
    expect(ss('-tln', first.addr.port).match(/LISTEN/g)).toHaveLength(2)
  })
})
