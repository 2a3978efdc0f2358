// Numbers that change hands while the thread pool is busy: a job that waits for its turn there must know
// nothing of them any more.
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as sys from '../src/index.js'
import * as raw from '../src/raw.js'
import { fileWith, nonblockingPair, own, release, scratch, tcpPair, text } from './fds.js'

const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
const isOpen = (fd: number) => raw.fcntl(fd, sys.F_GETFD) >= 0

/** Keeps every thread of the pool opening a FIFO that has no writer; the function lets them go. */
function holdPool(): () => Promise<void> {
  const path = join(scratch(), 'fifo')
  execFileSync('mkfifo', [path])
  const held = Array.from({ length: THREADS }, () => open(path, 'r'))
  let holds = true
  const letGo = async () => {
    if (!holds) return
    holds = false
    const writer = openSync(path, constants.O_RDWR)
    for (const job of held) await (await job).close()
    closeSync(writer)
  }
  onTestFinished(letGo)
  return letGo
}

/** Beyond the numbers that the threads of the runtime get, which are the lowest that are free. */
const HIGH = 600

/** The same open file at a number of at least this one; the descriptor itself is closed. */
function moved(fd: number, least = HIGH): number {
  const number = sys.fcntl(fd, sys.F_DUPFD_CLOEXEC, least)
  sys.close(fd)
  return number
}

/** Has this number, which is free, be that of a new descriptor. */
function occupy(fd: number, make: () => number): number {
  const number = own(moved(make(), fd))
  if (number !== fd) throw new Error(`number ${fd} is not free`)
  return fd
}

const textOf = (fd: number): string => {
  const buf = new Uint8Array(64)
  return text(buf.subarray(0, raw.read(fd, buf)))
}

describe('while the thread pool is busy', () => {
  it('closePool frees the number at once', async () => {
    const letGo = holdPool()
    const fd = moved(sys.eventfd(0))
    const closing = raw.closePool(fd)
    expect(isOpen(fd)).toBe(false)
    const next = occupy(fd, () => sys.eventfd(0))
    await letGo()
    expect(await closing).toBe(0)
    expect(isOpen(next)).toBe(true)
  })

  it('closePool of a number that is not open refuses it, and leaves alone what gets it later', async () => {
    const letGo = holdPool()
    const fd = moved(sys.eventfd(0))
    sys.close(fd)
    const closing = raw.closePool(fd)
    const target = occupy(fd, () => sys.eventfd(0))
    const watcher = sys.watch(target, () => undefined)
    const numbers = [target, watcher.fd]
    await letGo()
    expect(await closing).toBe(-sys.EBADF)
    expect(numbers.map(isOpen)).toEqual([true, true])
    watcher.close()
  })

  it('closePool twice of one number closes what that was, and nothing else', async () => {
    const letGo = holdPool()
    const [a, b] = sys.socketpair(sys.AF_UNIX, sys.SOCK_STREAM | sys.SOCK_NONBLOCK)
    own(b)
    const closings = Promise.all([raw.closePool(a), raw.closePool(a)])
    await letGo()
    expect(await closings).toEqual([0, -sys.EBADF])
    expect(raw.read(b, new Uint8Array(1))).toBe(0)
  })

  it('sendfilePool sends the file that it was given, to the socket that it was given', async () => {
    const letGo = holdPool()
    const file = moved(sys.dupCloexec(fileWith('of the file')))
    const other = fileWith('of another')
    const [a, b] = nonblockingPair()
    const [c, d] = nonblockingPair()
    const socket = moved(sys.dupCloexec(a))
    release(a)
    const sending = raw.sendfilePool(socket, file, 0, 100)
    sys.close(file)
    occupy(file, () => sys.dupCloexec(other))
    sys.close(socket)
    occupy(socket, () => sys.dupCloexec(c))
    await letGo()
    expect(await sending).toBe('of the file'.length)
    expect(textOf(b)).toBe('of the file')
    expect(raw.read(d, new Uint8Array(1))).toBe(-sys.EAGAIN)
  })

  it('sendfilePool waits for no peer, also when O_NONBLOCK is switched off before its turn', async () => {
    const letGo = holdPool()
    const [a] = nonblockingPair()
    while (raw.write(a, new Uint8Array(1 << 16)) > 0);
    const sending = raw.sendfilePool(a, fileWith('text'), 0, 4)
    sys.setNonblock(a, false)
    await letGo()
    expect(await sending).toBe(-sys.EAGAIN)
  })
})

describe('a duplicate that the pool works on', () => {
  const set = { on: true, seconds: 60 }
  const lingerOf = (fd: number) => sys.getsockoptLinger(fd, sys.SOL_SOCKET, sys.SO_LINGER)

  it('leaves the linger time of its socket alone, also when the call fails', async () => {
    const [a] = tcpPair()
    sys.setsockoptLinger(a, sys.SOL_SOCKET, sys.SO_LINGER, set)
    expect(await raw.sendfilePool(a, 2 ** 30, 0, 1)).toBe(-sys.EBADF)
    expect(await raw.sendfilePool(a, fileWith('text'), 0, 4)).toBe(4)
    const copy = sys.dupCloexec(a)
    expect(await raw.closePool(copy)).toBe(0)
    expect(lingerOf(a)).toEqual(set)
    sys.setsockoptLinger(a, sys.SOL_SOCKET, sys.SO_LINGER, { on: false, seconds: 0 })
  })
})
