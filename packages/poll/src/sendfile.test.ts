// Go: net/sendfile_test.go.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EINVAL, pipe2, SHUT_WR, TCP_CLOSE } from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  countCalls,
  fill,
  PAST,
  pattern,
  readAll,
  readFull,
  replace,
  soon,
  tcpPair,
  turns,
  watchPromise,
} from '../test/support.js'
import { hook } from './hook.js'
import { tcpState } from './linger.js'

const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
const content = pattern(10 << 20)
writeFileSync(join(dir, 'file'), content)
const open: number[] = []
const file = (path = join(dir, 'file')): number => {
  const fd = openSync(path, 'r')
  open.push(fd)
  return fd
}

afterAll(() => {
  for (const fd of open) closeSync(fd)
  rmSync(dir, { recursive: true })
})

describe('sendFile', () => {
  it('sends a whole file on the thread pool, waiting for room (TestSendfile)', async () => {
    const [a, b] = tcpPair()
    const calls = countCalls('sendfilePool', 'send')
    const send = a.sendFile(file(), 0, content.length)
    // The peer reads nothing for a while, so that the socket fills.
    await turns(20)
    const got = await readFull(b, content.length)
    expect([await send, Buffer.compare(got, content)]).toEqual([content.length, 0])
    expect(calls.sendfilePool).toBeGreaterThan(2)
    expect(calls.send).toBe(0)
  })

  it('sends pieces one after the other from the file’s position (TestSendfileParts)', async () => {
    const [a, b] = tcpPair()
    const fd = file()
    for (const size of [1, 2, 3, 1000]) expect(await a.sendFile(fd, null, size)).toBe(size)
    await a.close()
    expect(new Uint8Array(await readAll(b))).toEqual(pattern(1006))
  })

  it('sends from an offset, and the file’s position stays (TestSendfileSeeked)', async () => {
    const [a, b] = tcpPair()
    const fd = file()
    expect(await a.sendFile(fd, 500, 100)).toBe(100)
    expect(await a.sendFile(fd, null, 10)).toBe(10)
    expect(await readFull(b, 100)).toEqual(pattern(100, 500))
    expect(await readFull(b, 10)).toEqual(pattern(10))
  })

  it('that went whole makes no reset of the ends of both sides: a write is EPIPE', async () => {
    const [a, b] = tcpPair()
    expect(await a.sendFile(file(), 0, 100)).toBe(100)
    await readFull(b, 100)
    await b.write(pattern(3))
    b.shutdown(SHUT_WR)
    a.shutdown(SHUT_WR)
    expect(tcpState(a.sysfd)).toBe(TCP_CLOSE)
    expect(await codeOf(a.write(pattern(1)))).toBe('EPIPE')
    expect(await readAll(a)).toEqual(Buffer.from(pattern(3)))
  })

  it('sends what there is, to the end of the file', async () => {
    const [a, b] = tcpPair()
    const send = a.sendFile(file(), content.length - 10, 1 << 30)
    expect(await send).toBe(10)
    expect(await readFull(b, 10)).toEqual(content.slice(-10))
    expect(await a.sendFile(file(), content.length, 1)).toBe(0)
    expect(await a.sendFile(file(), 0, 0)).toBe(0)
  })

  it('reports a deadline that has passed (TestSendfileOnWriteTimeoutExceeded)', async () => {
    const [a] = tcpPair()
    a.setWriteDeadline(PAST)
    const calls = countCalls('sendfilePool')
    await expect(a.sendFile(file(), 0, 100)).rejects.toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
      bytesWritten: 0,
    })
    expect(calls.sendfilePool).toBe(0)
  })

  it('is ended by a deadline while it waits for room, and says what was sent', async () => {
    const [a, b] = tcpPair()
    a.setWriteDeadline(soon(50))
    const error = await a.sendFile(file(), 0, content.length).then(
      () => null,
      (e: { code: string; bytesWritten: number }) => e,
    )
    expect(error?.code).toBe('ERR_DEADLINE_EXCEEDED')
    const sent = error?.bytesWritten ?? -1
    await a.close()
    const got = await readAll(b)
    expect([got.length, Buffer.compare(got, content.subarray(0, sent))]).toEqual([sent, 0])
  })

  it('is ended by close while it waits for room', async () => {
    const [a] = tcpPair()
    await fill(a)
    const send = codeOf(a.sendFile(file(), 0, content.length))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await a.close()
    expect(await send).toBe('ERR_NET_CLOSED')
  })

  it('is ended by close between two calls of the pool, though the peer reads on', async () => {
    const [a, b] = tcpPair()
    const { sendfilePool } = hook
    let calls = 0
    let close: Promise<void> | undefined
    replace({
      sendfilePool: (out, fd, at) => {
        if (++calls === 3) close = a.close()
        return sendfilePool(out, fd, at, 1000)
      },
    })
    const send = codeOf(a.sendFile(file(), 0, content.length))
    const got = readAll(b)
    expect(await send).toBe('ERR_NET_CLOSED')
    await close
    expect([calls, (await got).length]).toEqual([3, 3000])
  })

  it('waits for the pool before it closes the descriptor', async () => {
    const [a] = tcpPair()
    let answer: (n: number) => void = () => undefined
    replace({
      sendfilePool: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    const send = codeOf(a.sendFile(file(), 0, 10))
    await turns(2)
    const number = a.sysfd
    const close = watchPromise(a.close())
    expect(() => a.detach()).toThrow()
    await turns(3)
    expect([close.state, a.sysfd]).toEqual(['pending', number])
    answer(10)
    await send
    await turns(2)
    expect(close.state).toBe('resolved')
  })

  it('keeps writes queued behind it', async () => {
    const [a, b] = tcpPair()
    const both = Promise.all([a.sendFile(file(), 0, 5 << 20), a.write(pattern(4, 7))])
    const got = await readFull(b, (5 << 20) + 4)
    await both
    expect(got.subarray(-4)).toEqual(pattern(4, 7))
    expect(Buffer.compare(got.subarray(0, 5 << 20), content.subarray(0, 5 << 20))).toBe(0)
  })

  it('steps aside, with nothing sent, for what the kernel does not send (TestCopyFromTTY)', async () => {
    const [a] = tcpPair()
    const terminal = openSync('/dev/ptmx', 'r')
    open.push(terminal)
    expect(await a.sendFile(terminal, null, 100)).toBe(null)
  })

  it('fails when the kernel refuses to go on, and says what was sent', async () => {
    const [a] = tcpPair()
    const { sendfilePool } = hook
    let calls = 0
    replace({
      sendfilePool: async (out, fd, at) =>
        ++calls > 1 ? -EINVAL : await sendfilePool(out, fd, at, 1000),
    })
    await expect(a.sendFile(file(), 0, content.length)).rejects.toMatchObject({
      code: 'EINVAL',
      syscall: 'sendfile',
      bytesWritten: 1000,
    })
  })

  it('sends from offset 0, wherever the file’s position is', async () => {
    const [a, b] = tcpPair()
    const fd = file()
    expect(await a.sendFile(fd, null, 100)).toBe(100)
    expect(await a.sendFile(fd, 0, 10)).toBe(10)
    expect(await readFull(b, 110)).toEqual(Uint8Array.of(...pattern(100), ...pattern(10)))
  })

  it('sends a file of /proc, or steps aside', async () => {
    const [a, b] = tcpPair()
    const path = '/proc/version'
    const sent = await a.sendFile(file(path), null, 1 << 20)
    await a.close()
    const got = (await readAll(b)).toString()
    expect([sent, got]).toEqual(
      sent === null ? [null, ''] : [got.length, readFileSync(path, 'utf8')],
    )
  })

  it('sends no other file’s bytes when the handle is closed between two calls', async () => {
    const [a, b] = tcpPair()
    const handle = await openFile(join(dir, 'file'))
    const { fd } = handle
    const { sendfilePool } = hook
    let calls = 0
    replace({
      sendfilePool: async (out, from, at) => {
        const n = await sendfilePool(out, from, at, 1000)
        if (++calls === 2) await handle.close()
        return n
      },
    })
    const send = a.sendFile(handle, null, content.length)
    await expect(send).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'sendfile',
      bytesWritten: 2000,
    })
    await a.close()
    expect([fd > 0, handle.fd, (await readAll(b)).length]).toEqual([true, -1, 2000])
  })

  it('says how much was sent, nothing, when it never had the lock', async () => {
    const [a] = tcpPair()
    await a.close()
    const send = a.sendFile(file(), 0, 1)
    await expect(send).rejects.toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
  })

  it('rejects what is wrong with the file', async () => {
    const [a] = tcpPair()
    await expect(a.sendFile(2 ** 20, 0, 10)).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'sendfile',
      bytesWritten: 0,
    })
    const [r, w] = pipe2()
    open.push(r, w)
    await expect(a.sendFile(file(), -5, 10)).rejects.toThrow(RangeError)
    await expect(a.sendFile(w, null, 10)).rejects.toMatchObject({ code: 'EBADF' })
  })
})
