// A descriptor that was here before shares its open file with others: the shell, the next reader of the
// terminal, the process that handed it over. O_NONBLOCK stays as it was, or is put back.

import { release } from 'node:os'
import { dial, fileConn, fileListener, listen } from '@netfd/net'
import { FD } from '@netfd/poll'
import {
  AF_INET,
  AF_UNIX,
  close,
  connect,
  dupCloexec,
  F_GETFL,
  fcntl,
  getsockname,
  O_NONBLOCK,
  pipe2,
  SOCK_STREAM,
  setNonblock,
  socket,
  socketpair,
} from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { bundleForChildren, bundleURL, programURL } from '../../packages/poll/test/child.js'
import { onTerminal } from './terminal.js'

bundleForChildren()
afterAll(closeIdlePipes)

const nonblocking = (fd: number): boolean => (fcntl(fd, F_GETFL) & O_NONBLOCK) !== 0

/** Numbers that are closed after the test. */
function kept(...fds: number[]): number[] {
  onTestFinished(() => {
    for (const fd of fds) close(fd)
  })
  return fds
}

const opened = (number: number): FD => {
  const fd = new FD(dupCloexec(number))
  fd.init()
  return fd
}

/** Pipes know RWF_NOWAIT since Linux 6.4. */
const [major = 0, minor = 0] = release().split('.').map(Number)
const OLD_PIPES = major < 6 || (major === 6 && minor < 4)

const expired = { code: 'ERR_DEADLINE_EXCEEDED' }

describe('a descriptor that blocked before', () => {
  it.each<[string, () => [number, number], boolean]>([
    ['pipe', () => pipe2(), OLD_PIPES],
    ['socket', () => socketpair(AF_UNIX, SOCK_STREAM), false],
  ])('is not switched for reads and writes: a %s', async (_name, make, needsFlag) => {
    const [theirs, ours] = kept(...make()) as [number, number]
    const [r, w] = [opened(theirs), opened(ours)]
    const big = new Uint8Array(8 << 20)
    r.setDeadline(Date.now() + 20)
    w.setDeadline(Date.now() + 20)
    await expect(r.read(big)).rejects.toMatchObject(expired)
    w.setDeadline(Date.now() + 20)
    await expect(w.write(big)).rejects.toMatchObject(expired)
    await expect(w.writev([big, big])).rejects.toMatchObject(expired)
    const switched = [nonblocking(theirs), nonblocking(ours)]
    await Promise.all([r.close(), w.close()])
    expect(switched).toEqual([needsFlag, needsFlag])
    expect([nonblocking(theirs), nonblocking(ours)]).toEqual([false, false])
  })

  it('is non-blocking while a raw callback has it, and blocks again after close', async () => {
    const [theirs] = kept(...socketpair(AF_UNIX, SOCK_STREAM)) as [number, number]
    const fd = opened(theirs)
    expect(fd.rawControl(nonblocking)).toBe(true)
    await fd.rawRead(nonblocking)
    await fd.close()
    expect(nonblocking(theirs)).toBe(false)
  })

  it('blocks again after detach', async () => {
    const [theirs] = kept(...socketpair(AF_UNIX, SOCK_STREAM)) as [number, number]
    const fd = opened(theirs)
    fd.rawControl(() => undefined)
    expect(nonblocking(...(kept(fd.detach()) as [number]))).toBe(false)
  })

  it('blocks again after a connection that was made of it is closed', async () => {
    await using l = await listen('tcp', '127.0.0.1:0')
    const [theirs] = kept((await dial('tcp', String(l.addr))).detach()) as [number]
    setNonblock(theirs, false)
    const conn = fileConn(theirs, 'tcp')
    await conn.write('hello')
    expect(nonblocking(theirs)).toBe(false)
    await using accepted = await l.accept()
    await using other = await dial('tcp', String(l.addr))
    await using source = await l.accept()
    await other.write(new Uint8Array(8))
    await other.closeWrite()
    await conn.readFrom(source)
    expect(nonblocking(theirs)).toBe(true)
    await conn.close()
    expect([nonblocking(theirs), await accepted.read(new Uint8Array(64))]).toEqual([false, 13])
  })

  it('blocks again after a listener that was made of it is closed', async () => {
    const own = await listen('tcp', '127.0.0.1:0')
    const [theirs, client] = kept(own.dup(), socket(AF_INET, SOCK_STREAM)) as [number, number]
    await own.close()
    setNonblock(theirs, false)
    const listener = fileListener(theirs)
    expect(nonblocking(theirs)).toBe(false)
    connect(client, getsockname(theirs))
    await (await listener.accept()).close()
    expect(nonblocking(theirs)).toBe(true)
    await listener.close()
    expect(nonblocking(theirs)).toBe(false)
  })
})

describe('a descriptor that did not block before', () => {
  it('does not block after close', async () => {
    const [theirs] = kept(...pipe2(O_NONBLOCK)) as [number, number]
    const fd = opened(theirs)
    fd.rawControl(() => undefined)
    await fd.close()
    expect(nonblocking(theirs)).toBe(true)
  })

  it('and is ours does not block after detach', async () => {
    await using l = await listen('tcp', '127.0.0.1:0')
    const [fd] = kept((await dial('tcp', String(l.addr))).detach()) as [number]
    expect(nonblocking(fd)).toBe(true)
  })
})

describe('a terminal blocks again', () => {
  // Descriptor 9, for Node itself puts back what it finds changed on 0 to 2.
  const HEAD = () => `const { FD, sys } = await import(${JSON.stringify(bundleURL)})${READ}`

  const READ = `
const read = async (fd) => {
  fd.init()
  // The read comes first: one whose deadline has passed does not even try.
  const waiting = fd.read(new Uint8Array(8)).catch((error) => console.log(error.code))
  fd.setReadDeadline(Date.now() + 20)
  await waiting
  if ((sys.fcntl(fd.sysfd, sys.F_GETFL) & sys.O_NONBLOCK) === 0) console.log('blocks')
  fd.setReadDeadline(null)
  return fd
}
`

  it.each([
    ['close', 'await (await read(new FD(9))).close()', 0],
    ['close of standard input', 'await (await read(new FD(0))).close()', 0],
    ['detach', '(await read(new FD(9))).detach()', 0],
    ['the end of the program', 'globalThis.fd = await read(new FD(9))', 0],
    ['exit()', 'globalThis.fd = await read(new FD(9))\nprocess.exit(3)', 3],
    [
      'exit() while a read waits',
      'const fd = await read(new FD(9))\nfd.read(new Uint8Array(8))\nprocess.exit(3)',
      3,
    ],
    [
      'a signal that the program handles',
      `const fd = await read(new FD(9))
process.on('SIGTERM', () => process.exit(4))
process.kill(process.pid, 'SIGTERM')
await fd.read(new Uint8Array(8))`,
      4,
    ],
    [
      'a signal that Node handles, as standard input',
      `const fd = await read(new FD(0))
process.kill(process.pid, 'SIGTERM')
await fd.read(new Uint8Array(8))`,
      -15,
    ],
    ['an exception', "globalThis.fd = await read(new FD(9))\nsetImmediate(() => { throw 'x' })", 1],
    [
      'the collection of the FD',
      `await read(new FD(9))
const isOpen = () => {
  try {
    return sys.fcntl(9, sys.F_GETFD) >= 0
  } catch {
    return false
  }
}
while (isOpen()) {
  globalThis.gc()
  await new Promise((resolve) => setImmediate(resolve))
}
// The last word is the collector's.
process.kill(process.pid, 'SIGKILL')`,
      -9,
    ],
  ])('after %s', async (_name, program, code) => {
    const number = program.includes('FD(0)') ? 0 : 9
    const { stdout, stderr } = await onTerminal(HEAD() + program, number)
    expect(stderr).toMatch(/^ERR_DEADLINE_EXCEEDED$/m)
    expect(stderr).not.toMatch(/^blocks$/m)
    expect(stdout).toBe(`blocks ${code}\n`)
  })

  it.each([
    ['ends', ''],
    ['is terminated', 'await new Promise(() => setInterval(() => undefined, 1000))'],
  ])('after the worker that read it %s', async (_name, rest) => {
    const worker = `${READ}
const { parentPort } = await import('node:worker_threads')
globalThis.fd = await read(new FD(sys.dupCloexec(9)))
parentPort.postMessage('read')
${rest}`
    const program = `const { Worker } = await import('node:worker_threads')
const { once } = await import('node:events')
const worker = new Worker(new URL(${JSON.stringify(String(programURL(worker)))}))
// Listened for from now on: it may come in the same turn as the message.
const exited = once(worker, 'exit')
await once(worker, 'message')
${rest === '' ? 'await exited' : 'await worker.terminate()'}
// The last word is the worker's: this process does not even know the addon.
process.kill(process.pid, 'SIGKILL')`
    const { stdout, stderr } = await onTerminal(program, 9)
    expect(stderr).toBe('ERR_DEADLINE_EXCEEDED\n')
    expect(stdout).toBe('blocks -9\n')
  })
})
