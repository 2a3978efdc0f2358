// A peer that does not read decides how long a close lingers. Nothing but that close may wait for it.
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { TCPConn, TCPListener } from '@netfd/net'
import { dial, fileConn, listen } from '@netfd/net'
import { close } from '@netfd/syscall'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { program, Running } from '../../packages/net/test/program.js'

const CLOSING = 8

let child = ''

beforeAll(() => {
  child = program('../../../test/reports/deaf-peer-child.ts')
})

async function listening(): Promise<TCPListener> {
  const listener = await listen('tcp', '127.0.0.1:0')
  onTestFinished(() => listener[Symbol.asyncDispose]())
  return listener
}

async function pair(): Promise<{ conn: TCPConn; peer: TCPConn }> {
  const listener = await listening()
  const conn = await dial('tcp', String(listener.addr))
  const peer = await listener.accept()
  onTestFinished(async () => {
    await peer[Symbol.asyncDispose]()
    await conn[Symbol.asyncDispose]()
  })
  return { conn, peer }
}

const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Sends until the kernel takes no more: how many bytes that was. */
async function fill(conn: TCPConn): Promise<number> {
  const abort = new AbortController()
  const writing = conn.write(new Uint8Array(64 << 20), { signal: abort.signal })
  await turns(50)
  abort.abort()
  const { bytesWritten } = await writing.then(
    (n) => ({ bytesWritten: n }),
    (error: { bytesWritten: number }) => error,
  )
  return bytesWritten
}

/** Reads to the end of the stream: how many bytes came. A reset rejects. */
async function drain(peer: TCPConn): Promise<number> {
  let sum = 0
  for await (const piece of peer) sum += piece.length
  return sum
}

describe('a close that lingers because its peer does not read', () => {
  it('leaves the thread pool to others, however many there are', async () => {
    const pairs = await Promise.all(Array.from({ length: CLOSING }, pair))
    let closed = 0
    const closings = pairs.map(async ({ conn }) => {
      await fill(conn)
      conn.setLinger(60)
      await conn.close()
      closed++
    })
    await turns(200)
    await Promise.all([lookup('localhost'), readFile(child)])
    expect(closed).toBe(0)
    await Promise.all(pairs.map(({ peer }) => peer.reset()))
    await Promise.all(closings)
  })

  it('ends when all is acknowledged, the FIN too', async () => {
    const { conn, peer } = await pair()
    const sent = await fill(conn)
    conn.setLinger(60)
    const [got] = await Promise.all([drain(peer), conn.close()])
    expect(got).toBe(sent)
  })

  it('ends when the time is over, and the kernel goes on sending', async () => {
    const { conn, peer } = await pair()
    const sent = await fill(conn)
    conn.setLinger(1)
    await conn.close()
    expect(await drain(peer)).toBe(sent)
  })

  it('resets at once when data was not read, as any close does', async () => {
    const { conn, peer } = await pair()
    await fill(conn)
    await peer.write('not read')
    await turns(5)
    conn.setLinger(60)
    await conn.close()
    await expect(drain(peer)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('of a duplicate leaves the connection to its other holder', async () => {
    const { conn, peer } = await pair()
    conn.setLinger(60)
    const number = conn.dup()
    const copy = fileConn(number)
    close(number)
    await conn.write('first, ')
    await conn.close()
    await copy.write('second')
    await copy.close()
    expect(await drain(peer)).toBe('first, second'.length)
  })

  it('is not waited for by worker.terminate(), and loses nothing', async () => {
    const listener = await listening()
    const worker = new Worker(child, { workerData: [String(listener.addr), 'terminate'] })
    const [sent] = await once(worker, 'message')
    const peers = [await listener.accept()]
    while (peers.length < 4) peers.push(await listener.accept())
    await worker.terminate()
    const got = await Promise.all(peers.map(drain))
    expect(got.reduce((a, b) => a + b)).toBe(sent)
    await Promise.all(peers.map((peer) => peer.close()))
  })

  it('is not waited for by process.exit(), and loses nothing', async () => {
    const listener = await listening()
    const running = new Running([process.execPath, child, String(listener.addr), 'exit'])
    const { stdout, code } = await running.ended
    const got: number[] = []
    for (let i = 0; i < 4; i++) {
      await using peer = await listener.accept()
      got.push(await drain(peer))
    }
    expect([code, got.reduce((a, b) => a + b)]).toEqual([0, Number(stdout)])
  })

  it('keeps a process alive that ends by itself', async () => {
    const listener = await listening()
    const running = new Running([process.execPath, child, String(listener.addr), 'leave'])
    const sent = Number(await running.line())
    const peers = [await listener.accept()]
    while (peers.length < 4) peers.push(await listener.accept())
    const got = await Promise.all(peers.map(drain))
    expect(got.reduce((a, b) => a + b)).toBe(sent)
    const { stdout } = await running.ended
    expect(stdout.match(/closed/g)).toHaveLength(4)
    await Promise.all(peers.map((peer) => peer.close()))
  })
})
