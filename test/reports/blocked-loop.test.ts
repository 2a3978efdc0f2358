// The program's own code keeps the event loop busy for longer than a deadline. What came in time lies in the
// kernel unseen, and belongs to the call that was waiting for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpError, TCPConn } from '@netfd/net'
import { Dialer, hook as netHook } from '@netfd/net'
import { hook } from '@netfd/poll/testing'
import { EINPROGRESS, encodeSockaddr } from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  blackHole,
  chain,
  errorOf,
  listening,
  pair,
  replace,
  replacePoll,
  stuckWrite,
  track,
  turns,
  until,
} from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { connectTCP } from '../../packages/poll/test/support.js'

afterAll(closeIdlePipes)

const MS = 60
const soon = (): number => Date.now() + MS

/** Keeps the loop busy until a deadline that was just set has passed. */
function block(): void {
  const until = performance.now() + 2 * MS
  while (performance.now() < until);
}

/** Writes past the poller, so that what arrives does so while the loop is busy. */
const sendNow = (conn: TCPConn, text: string): void => {
  conn.syscallConn().control((fd) => expect(hook.send(fd, Buffer.from(text))).toBe(text.length))
}

/** More looks than a kernel needs to deliver what is queued, however busy the machine is. */
const LOOKS = 1_000_000

/**
 * Reads at one end, past the poller, until the kernel has delivered all that the other had queued: a busy
 * machine does that later than the read which made the room.
 */
function drain(to: TCPConn, from: TCPConn): void {
  const buf = new Uint8Array(1 << 20)
  to.syscallConn().control((fd) => {
    for (let i = 0; i < LOOKS; i++) {
      while (hook.recv(fd, buf) > 0);
      const { notsentBytes, unacked } = from.info()
      if (notsentBytes === 0 && unacked === 0) return
    }
    throw new Error('the kernel has not delivered what was queued')
  })
}

/** Writes, past the poller, until the kernel takes no more. */
function fillNow(conn: TCPConn): void {
  const chunk = new Uint8Array(1 << 16)
  conn.syscallConn().control((fd) => {
    while (hook.send(fd, chunk) > 0);
  })
}

const LATE = { code: 'ETIMEDOUT', timeout: true }

describe('a loop that is blocked past a deadline', () => {
  it('fails no read whose data is there', async () => {
    const [a, b] = await pair()
    a.setReadDeadline(soon())
    // The read waits when this returns: a turn of a busy machine's loop may take longer than the deadline.
    const reading = a.read(new Uint8Array(8))
    sendNow(b, 'in time')
    block()
    expect(await reading).toBe(7)
    expect(await errorOf(a.read(new Uint8Array(8)))).toMatchObject(LATE)
  })

  it('fails no read whose end is there', async () => {
    const [a, b] = await pair()
    a.setReadDeadline(soon())
    const reading = a.read(new Uint8Array(8))
    b.syscallConn().control((fd) => hook.shutdown(fd, 1))
    block()
    expect(await reading).toBeNull()
  })

  it('fails a read without data, after one try', async () => {
    const [a] = await pair()
    a.setReadDeadline(soon())
    const reading = errorOf(a.read(new Uint8Array(8)))
    let tries = 0
    const { recv } = hook
    replacePoll({
      recv: (...args) => {
        tries++
        return recv(...args)
      },
    })
    block()
    expect(await reading).toMatchObject(LATE)
    expect(tries).toBe(1)
  })

  it('gives each read that was queued its try, and no later one', async () => {
    const [a, b] = await pair()
    a.setReadDeadline(soon())
    const queued = [1, 2, 3].map(() => a.read(new Uint8Array(2)))
    const more = errorOf(a.read(new Uint8Array(2)))
    sendNow(b, 'abcdef')
    block()
    expect(await Promise.all(queued)).toEqual([2, 2, 2])
    expect(await more).toMatchObject(LATE)
    sendNow(b, 'gh')
    expect(await errorOf(a.read(new Uint8Array(2)))).toMatchObject(LATE)
  })

  it('fails no accept whose connection is there', async () => {
    const listener = await listening()
    const other = await listening()
    listener.setDeadline(soon())
    other.setDeadline(soon())
    const accepting = listener.accept()
    const waiting = errorOf(other.accept())
    // Connected by the kernel alone; no edge is delivered before the loop runs again.
    const { port } = listener.addr
    const client = connectTCP(encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port }))
    onTestFinished(() => void hook.close(client))
    block()
    track(await accepting)
    expect(await waiting).toMatchObject(LATE)
  })

  it('fails no write that has room by now', async () => {
    const [a, b] = await pair()
    fillNow(a)
    const writing = a.write('tail')
    await turns(2)
    a.setWriteDeadline(soon())
    drain(b, a)
    block()
    expect(await writing).toBe(4)
    expect(await errorOf(a.write('more'))).toMatchObject(LATE)
  })

  it('lets a long write try once, and says how much went', async () => {
    const [a, b] = await pair()
    fillNow(a)
    const { ending } = stuckWrite(a)
    await turns(2)
    a.setWriteDeadline(soon())
    drain(b, a)
    block()
    const error = await errorOf<OpError>(ending)
    expect(error).toMatchObject(LATE)
    expect(error.bytesWritten).toBeGreaterThan(0)
  })

  it('fails no file that can be sent to its end by now', async () => {
    const [a, b] = await pair()
    const dir = mkdtempSync(join(tmpdir(), 'netfd-late-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    writeFileSync(join(dir, 'tail'), 'tail')
    await using file = await open(join(dir, 'tail'))
    fillNow(a)
    let calls = 0
    const { sendfilePool } = hook
    replacePoll({ sendfilePool: (...args) => sendfilePool(...args).finally(() => calls++) })
    const sending = a.readFrom(file, { limit: 4 })
    await until(() => calls === 1)
    await turns(2)
    a.setWriteDeadline(soon())
    drain(b, a)
    block()
    expect(await sending).toBe(4)
    expect(calls).toBe(2)
  })

  it('fails no dial whose connection stands', async () => {
    const listener = await listening()
    const { connect } = netHook
    replace({
      connect: (fd, sockaddr) => {
        const r = connect(fd, sockaddr)
        // Right after the dial has begun to wait; the kernel connects by itself.
        expect(r).toBe(-EINPROGRESS)
        queueMicrotask(block)
        return r
      },
    })
    track(await new Dialer({ timeout: MS }).dial('tcp', String(listener.addr)))
  })

  it('fails a dial that is not connected, after one look', async () => {
    const { address } = await blackHole()
    const dialing = errorOf(new Dialer({ timeout: MS }).dial('tcp', address))
    await turns(3)
    block()
    expect(await dialing).toMatchObject(LATE)
  })

  it('fails no transfer whose end is there', async () => {
    const { from, src, dst, to } = await chain()
    const moving = dst.readFrom(src)
    await from.write('first')
    await to.read(new Uint8Array(8))
    await turns(3)
    src.setReadDeadline(soon())
    from.syscallConn().control((fd) => hook.shutdown(fd, 1))
    block()
    expect(await moving).toBe(5)
  })

  it('moves what is there once more, and fails the transfer then', async () => {
    const { from, src, dst, to } = await chain()
    const moving = errorOf<OpError>(dst.readFrom(src))
    await turns(3)
    src.setReadDeadline(soon())
    sendNow(from, 'in time')
    block()
    expect(await moving).toMatchObject({ ...LATE, bytesWritten: 7 })
    expect(await to.read(new Uint8Array(16))).toBe(7)
  })

  it('ends a call at once whose deadline is set into the past, without a try', async () => {
    const [a, b] = await pair()
    const reading = errorOf(a.read(new Uint8Array(8)))
    await turns(2)
    sendNow(b, 'too late')
    a.setReadDeadline(0)
    expect(await reading).toMatchObject(LATE)
    a.setReadDeadline(null)
    expect(await a.read(new Uint8Array(8))).toBe(8)
  })

  it('lets a deadline that was moved to later while it was blocked count', async () => {
    const [a, b] = await pair()
    a.setReadDeadline(soon())
    const reading = a.read(new Uint8Array(8))
    block()
    a.setReadDeadline(Date.now() + 3_600_000)
    await turns(10)
    await b.write('later')
    expect(await reading).toBe(5)
  })
})
