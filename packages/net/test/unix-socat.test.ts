// socat as the other end of local sockets of each kind, by path and by abstract name. Debian: apt-get install socat.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { UnixAddr, UnixConn, UnixpacketConn } from '../src/index.js'
import { dial, listenPacket, listenUnixgram, UnixAddr as Name } from '../src/index.js'
import { Piped } from './piped.js'
import { pattern, same, text, track } from './support.js'
import type { Listening } from './unix-support.js'
import { directory, listeningAt } from './unix-support.js'

const SIZE = 1 << 20
const BYTES = pattern(SIZE)
/** How much socat moves at once, and so the size of its records. */
const BLOCK = 4096

const READY = /listening on|receiving on|starting data transfer/

let names = 0
const KINDS = { path: 'UNIX', abstract: 'ABSTRACT' } as const
type Kind = keyof typeof KINDS
const kinds = Object.keys(KINDS) as Kind[]

/** A name of its own, as we write it and as socat does: there the keyword says that it is abstract. */
function nameOf(kind: Kind): { ours: string; theirs: string } {
  const name = `netfd-socat-${process.pid}-${names++}`
  if (kind === 'abstract') return { ours: `@${name}`, theirs: name }
  const path = join(directory(), 's')
  return { ours: path, theirs: path }
}

/** The type of the socket, where it is not socat's default. */
const typeOf = (network: Listening): string => (network === 'unix' ? '' : ',type=5')

/** socat, which goes on for long after one side has ended. */
const socat = (...args: string[]): Piped =>
  new Piped(['socat', '-d', '-d', '-t', '60', '-b', String(BLOCK), ...args])

/** Writes all of it in pieces that are a record each, and ends. */
async function send(conn: UnixConn | UnixpacketConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += BLOCK) await conn.write(bytes.subarray(at, at + BLOCK))
  conn.closeWrite()
}

async function receive(conn: UnixConn | UnixpacketConn): Promise<Buffer> {
  const got: Buffer[] = []
  for await (const piece of conn) got.push(Buffer.from(piece))
  return Buffer.concat(got)
}

describe.each(kinds)('socat at a name of the kind %s', (kind) => {
  const KIND = KINDS[kind]

  it.each(['unix', 'unixpacket'] as const)('connects to us over %s, both ways', async (network) => {
    const { ours, theirs } = nameOf(kind)
    const listener = await listeningAt(network, ours)
    const client = socat('-', `${KIND}-CONNECT:${theirs}${typeOf(network)}`)
    const conn = track(await listener.accept())
    client.end(BYTES)
    const [got] = await Promise.all([receive(conn), send(conn, BYTES.toReversed())])
    expect(same(got, BYTES)).toBe(true)
    await conn.close()
    expect(same(await client.ended, BYTES.toReversed())).toBe(true)
  })

  it.each(['unix', 'unixpacket'] as const)('echoes over %s what we send', async (network) => {
    const { ours, theirs } = nameOf(kind)
    const server = socat(`${KIND}-LISTEN:${theirs}${typeOf(network)}`, 'EXEC:cat')
    await server.says(READY)
    const conn = track(await dial(network, ours))
    expect(conn.remoteAddr.name).toBe(ours)
    expect(conn.peerCred()?.pid).toBe(server.pid)
    const [got] = await Promise.all([receive(conn), send(conn, BYTES)])
    expect(same(got, BYTES)).toBe(true)
    await conn.close()
    await server.ended
  })

  it('sends us datagrams, which keep their limits', async () => {
    const { ours, theirs } = nameOf(kind)
    const receiver = track(await listenPacket('unixgram', ours))
    const sender = socat('-u', '-', `${KIND}-SENDTO:${theirs}`)
    sender.end(BYTES)
    const got: Buffer[] = []
    const buf = new Uint8Array(2 * BLOCK)
    for (let size = 0; size < SIZE; ) {
      const { n, addr, truncated } = await receiver.readFrom(buf)
      expect([addr, truncated, n > 0 && n <= BLOCK]).toEqual([null, false, true])
      got.push(Buffer.from(buf.subarray(0, n)))
      size += n
    }
    expect(same(Buffer.concat(got), BYTES)).toBe(true)
    await sender.ended
  })

  it('receives our datagrams, none of which is lost', async () => {
    const { ours, theirs } = nameOf(kind)
    const receiver = socat('-u', `${KIND}-RECV:${theirs}`, '-')
    await receiver.says(READY)
    const connected = track(await dial('unixgram', ours))
    const half = SIZE / 2
    for (let at = 0; at < half; at += BLOCK) await connected.write(BYTES.subarray(at, at + BLOCK))
    const anybody = track(await listenPacket('unixgram', ''))
    const to = new Name(ours, 'unixgram')
    for (let at = half; at < SIZE; at += BLOCK) {
      await anybody.writeTo(BYTES.subarray(at, at + BLOCK), to)
    }
    expect(same(await receiver.first(SIZE), BYTES)).toBe(true)
  })

  it('answers each datagram of ours, to the name that it came from', async () => {
    const { ours, theirs } = nameOf(kind)
    const server = socat(`${KIND}-RECVFROM:${theirs},fork`, 'EXEC:rev')
    await server.says(READY)
    const own = nameOf(kind).ours
    const conn = track(await listenUnixgram('unixgram', new Name(own, 'unixgram')))
    const buf = new Uint8Array(BLOCK)
    for (const word of ['netfd', 'socat', 'unixgram']) {
      await conn.writeTo(`${word}\n`, new Name(ours, 'unixgram'))
      const { n, addr } = await conn.readFrom(buf)
      expect(text(buf.subarray(0, n))).toBe(`${word.split('').toReversed().join('')}\n`)
      expect(addr?.name).toBe(ours)
    }
  })

  it('is answered by us, at the name that it sends from', async () => {
    const { ours, theirs } = nameOf(kind)
    const own = nameOf(kind)
    const server = track(await listenPacket('unixgram', ours))
    const client = socat('-', `${KIND}-SENDTO:${theirs},bind=${own.theirs}`)
    client.give('question')
    const buf = new Uint8Array(BLOCK)
    const { n, addr } = await server.readFrom(buf)
    expect([text(buf.subarray(0, n)), addr?.name]).toEqual(['question', own.ours])
    await server.writeTo('answer', addr as UnixAddr)
    expect(String(await client.first(6))).toBe('answer')
  })
})
