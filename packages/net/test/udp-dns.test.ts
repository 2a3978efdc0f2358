// A DNS server and a client, each against what Debian has for the other side: dig and dnsmasq.
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TCPConn, UDPConn } from '../src/index.js'
import { dial, listen, listenPacket } from '../src/index.js'
import { installed } from './program.js'
import { errorOf, track } from './support.js'

const run = promisify(execFile)

const HEADER = 12
/** A pointer to the name of the question. */
const NAME = [0xc0, HEADER]
/** What a client without EDNS takes over UDP. */
const LIMIT = 512

/** Where the question of a message ends. */
function endOfQuestion(message: Buffer): number {
  let at = HEADER
  while (message[at] !== 0) at += (message[at] as number) + 1
  return at + 5
}

/** The answer: so many addresses, or TC alone where there is no room for them. */
function answer(question: Buffer, addresses: number, room: number): Buffer {
  const asked = question.subarray(0, endOfQuestion(question))
  const records = Array.from({ length: addresses }, (_, i) =>
    Buffer.from([...NAME, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, i]),
  )
  const whole = asked.length + records.length * 16 <= room
  const message = Buffer.concat(whole ? [asked, ...records] : [asked])
  message.writeUInt16BE(whole ? 0x8580 : 0x8780, 2)
  message.writeUInt16BE(whole ? addresses : 0, 6)
  message.writeUInt32BE(0, 8)
  return message
}

/** Answers over UDP until it is closed. */
async function serveUDP(conn: UDPConn, addresses: number): Promise<void> {
  const served = (async () => {
    for await (const { data, addr } of conn) {
      await conn.writeTo(answer(Buffer.from(data), addresses, LIMIT), addr)
    }
  })()
  await served.catch(() => undefined)
}

/** Answers one question over TCP, where each message has its length before it. */
async function serveTCP(conn: TCPConn, addresses: number): Promise<void> {
  const length = Buffer.alloc(2)
  await conn.readFull(length)
  const question = Buffer.alloc(length.readUInt16BE())
  await conn.readFull(question)
  const message = answer(question, addresses, 65_535)
  length.writeUInt16BE(message.length)
  await conn.writev([length, message])
}

async function dig(port: number): Promise<string[]> {
  const args = ['@127.0.0.1', '-p', String(port), 'name.test', 'A', '+short', '+noedns', '+tries=2']
  const { stdout } = await run('dig', args)
  return stdout.trim().split('\n')
}

// Debian: apt-get install bind9-dnsutils.
describe.skipIf(!installed('dig'))('dig', () => {
  it('has an answer of our server, and asks over TCP for one that was cut', async () => {
    // The kernel chooses a port that is free for TCP, of which connections have many more than UDP has.
    const listener = track(await listen('tcp', '127.0.0.1:0'))
    const conn = track(await listenPacket('udp', String(listener.addr)))
    const { port } = conn.localAddr
    const serving = serveUDP(conn, 3)
    expect(await dig(port)).toEqual(['192.0.2.0', '192.0.2.1', '192.0.2.2'])
    await conn.close()
    await serving
    const again = track(await listenPacket('udp', `127.0.0.1:${port}`))
    const cutting = serveUDP(again, 100)
    const accepted = listener.accept().then(async (tcp) => {
      await serveTCP(tcp, 100)
      await tcp.close()
    })
    expect((await dig(port)).length).toBe(100)
    await accepted
    await again.close()
    await cutting
  })
})

/** A server of Debian's, on a port of its own, that answers for name.test. */
async function dnsmasq(): Promise<number> {
  // It takes the port for TCP as well.
  const probe = await listen('tcp', '127.0.0.1:0')
  const { port } = probe.addr
  await probe.close()
  const args = ['-k', '--port', String(port), '--listen-address=127.0.0.1', '--bind-interfaces']
  const quiet = ['--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--user=root', '--pid-file=']
  const child: ChildProcess = spawn(
    'dnsmasq',
    [...args, ...quiet, '--address=/name.test/192.0.2.7'],
    { stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill()
    await ended
  })
  return port
}

/** A question for the addresses of name.test. */
const QUESTION = Buffer.concat([
  Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  Buffer.from('\x04name\x04test\0'),
  Buffer.from([0, 1, 0, 1]),
])

// Debian: apt-get install dnsmasq-base.
describe.skipIf(!installed('dnsmasq'))('dnsmasq', () => {
  it('answers our client, which is refused until it is there', async () => {
    const conn = track(await dial('udp', `127.0.0.1:${await dnsmasq()}`))
    const buf = Buffer.alloc(LIMIT)
    let n = 0
    for (let tries = 0; n === 0 && tries < 200; tries++) {
      conn.setReadTimeout(50)
      const asked = conn.write(QUESTION).then(() => conn.read(buf))
      n = await asked.catch(async (error) => {
        expect(['ECONNREFUSED', 'ETIMEDOUT']).toContain(error.code)
        // It is starting: a moment without a read, which nothing but time ends.
        await errorOf(conn.read(buf))
        return 0
      })
    }
    const got = buf.subarray(0, n)
    expect(got.readUInt16BE(0)).toBe(0x1234)
    expect([...got.subarray(-4)]).toEqual([192, 0, 2, 7])
  })
})
