// Go itself as the other end of our connections. Debian: apt-get install golang-go.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { listenPacket } from '../src/index.js'
import { rejected } from './error-walk.js'
import { ourTexts, portless } from './go-texts.js'
import { ourUDPTexts } from './go-texts-udp.js'
import { ourUnixTexts } from './go-texts-unix.js'
import { installed, Running, run, scratch } from './program.js'
import { dialed, listening, pattern, readAll, refusing, track } from './support.js'
import { directory } from './unix-support.js'

const source = fileURLToPath(new URL('go', import.meta.url))

// Long on a busy machine: Go is compiled, and a gibibyte takes its time.
const LONG = 240_000

const PERIOD = 251
const GIB = 2 ** 30

/** The bytes of a stream from any place on. */
const reference = pattern(PERIOD * 2_000)

async function sendPattern(conn: TCPConn, size: number): Promise<void> {
  const block = pattern(PERIOD * 4_000)
  for (let left = size; left > 0; left -= block.length) {
    await conn.write(left < block.length ? block.subarray(0, left) : block)
  }
  conn.closeWrite()
}

async function receivePattern(conn: TCPConn): Promise<number> {
  const buf = new Uint8Array(256 * 1024)
  let at = 0
  for (;;) {
    const n = await conn.read(buf)
    if (n === null) return at
    const from = at % PERIOD
    const want = reference.subarray(from, from + n)
    if (Buffer.compare(buf.subarray(0, n), want) !== 0) throw new Error(`wrong bytes after ${at}`)
    at += n
  }
}

describe.skipIf(!installed('go'))('Go as the other end', () => {
  let peer = ''

  beforeAll(async () => {
    peer = join(scratch(), 'peer')
    await run(['go', 'build', '-o', peer, '.'], {}, source)
  }, LONG)

  /** Our end of a connection to Go, and Go: who dials whom is the only difference. */
  async function meet(who: 'dials' | 'listens', ...act: string[]): Promise<[TCPConn, Running]> {
    if (who === 'listens') {
      const go = new Running([peer, 'listen', ...act])
      return [await dialed(await go.line()), go]
    }
    const listener = await listening()
    const go = new Running([peer, 'dial', String(listener.addr), ...act])
    return [track(await listener.accept()), go]
  }

  /** The lines of a table of Go's: names and texts. */
  async function goTexts(...args: unknown[]): Promise<[string, string][]> {
    const { stdout } = await run([peer, ...args.map(String)])
    const lines = stdout.trimEnd().split('\n')
    return lines.map((line) => line.split('\t') as [string, string])
  }

  describe.each(['dials', 'listens'] as const)('that %s', (who) => {
    it('echoes, and sees our half-close as the end', async () => {
      const [conn, go] = await meet(who, 'echo')
      const want = pattern(1_000_003)
      const [got] = await Promise.all([
        readAll(conn),
        conn.write(want).then(() => conn.closeWrite()),
      ])
      expect(Buffer.compare(got, want)).toBe(0)
      expect(await go.line()).toBe('1000003')
      expect((await go.ended).code).toBe(0)
    })

    it('resets, and we read ECONNRESET', async () => {
      const [conn, go] = await meet(who, 'reset')
      await conn.write('x')
      const error = await rejected('read', conn.read(new Uint8Array(8)))
      expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
      await go.ended
    })

    it('reads ECONNRESET when we reset', async () => {
      const [conn, go] = await meet(who, 'expect-reset')
      expect(await conn.read(new Uint8Array(8))).toBe(1)
      await conn.reset()
      expect(await go.line()).toBe('read: connection reset by peer')
    })

    it(
      'sends a gibibyte',
      async () => {
        const [conn, go] = await meet(who, 'send', String(GIB))
        expect(await receivePattern(conn)).toBe(GIB)
        expect((await go.ended).code).toBe(0)
      },
      LONG,
    )

    it(
      'receives a gibibyte',
      async () => {
        const [conn, go] = await meet(who, 'receive', String(GIB))
        await sendPattern(conn, GIB)
        expect(await go.line()).toBe(String(GIB))
        expect((await go.ended).code).toBe(0)
      },
      LONG,
    )
  })

  it('has the same error texts, to the letter', async () => {
    const { port: refuses } = await refusing()
    const { addr } = await listening()
    const go = await goTexts('texts', refuses, addr.port)
    const ours = await ourTexts(refuses, addr.port)
    expect(go.length).toBeGreaterThan(35)
    expect(ours.map(portless)).toEqual(go.map(portless))
  })

  /** What we say more: to which peer a message went, and that one without a peer needs an address. */
  const ours = (text: string): string =>
    text
      .replace(/^(write unix(packet)?) @: sendmsg:/, '$1 @->conns: sendmsg:')
      .replace(/^(write unixgram alone): sendmsg: .*not connected$/, '$1: missing address')

  it('has the same error texts over local sockets', async () => {
    const go = await goTexts('unix-texts', directory())
    expect(go.length).toBeGreaterThan(95)
    expect(await ourUnixTexts(directory())).toEqual(go.map(([name, text]) => [name, ours(text)]))
  })

  it('has the same error texts over UDP', async () => {
    const taken = track(await listenPacket('udp', '127.0.0.1:0')).localAddr.port
    const go = await goTexts('udp-texts', taken)
    const ours = await ourUDPTexts(taken)
    expect(go.length).toBeGreaterThan(35)
    expect(ours.map(portless)).toEqual(go.map(portless))
  })
})
