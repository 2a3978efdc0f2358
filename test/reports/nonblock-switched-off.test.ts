// O_NONBLOCK belongs to the open file, and a process that gets a duplicate as one of its descriptors 0 to 2
// switches it off. The event loop must not rest on it. A program that blocks is killed and fails its test.
import { describe, expect, it } from 'vitest'
import { bundleForChildren, bundleURL, runChild } from '../../packages/poll/test/child.js'
import { onTerminal } from './terminal.js'

bundleForChildren({ net: true })

/** What every program here has. */
const HEAD = `
const { spawnSync, execFileSync } = await import('node:child_process')
const { constants, mkdtempSync, openSync, rmSync, writeFileSync } = await import('node:fs')
const soon = () => Date.now() + 50
const switchOff = (...fds) => {
  for (const { sysfd } of fds) {
    spawnSync('true', { stdio: ['ignore', sysfd, 'ignore'] })
    console.assert((sys.fcntl(sysfd, sys.F_GETFL) & sys.O_NONBLOCK) === 0, 'still non-blocking')
  }
}
const opened = (number) => {
  const fd = new FD(number)
  fd.init()
  return fd
}
const outcome = (promise) => promise.then((n) => 'resolved to ' + n, (error) => error.code)
const big = new Uint8Array(32 << 20)
const pipe = () => sys.pipe2(sys.O_NONBLOCK | sys.O_CLOEXEC).map(opened)
const fifo = () => {
  const dir = mkdtempSync('/tmp/netfd-fifo-')
  execFileSync('mkfifo', [dir + '/fifo'])
  const fd = opened(openSync(dir + '/fifo', constants.O_RDWR | constants.O_NONBLOCK))
  rmSync(dir, { recursive: true })
  return fd
}
`

/** What a program prints; it has to end by itself. */
async function printed(program: string): Promise<string> {
  const ended = await runChild(`${HEAD}${program}\nprocess.exit(0)`)
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  return ended.stdout.trim()
}

const EXPIRED = 'ERR_DEADLINE_EXCEEDED'

const reads = (fd: string) => `const fd = ${fd}
switchOff(fd)
fd.setReadDeadline(soon())
console.log(await outcome(fd.read(new Uint8Array(8))))`

const writes = (fd: string, call = 'write(big)') => `const fd = ${fd}
switchOff(fd)
fd.setWriteDeadline(soon())
console.log(await outcome(fd.${call}))`

const PIECES = 'writev([big, big])'

describe('a deadline passes although a child process has switched O_NONBLOCK off:', () => {
  it('read of a connection whose duplicate was standard output', async () => {
    const program = `const l = await net.listen('tcp', '127.0.0.1:0')
const c = await net.dial('tcp', String(l.addr))
const p = await l.accept()
const fd = p.dup()
spawnSync('echo', ['hello'], { stdio: ['ignore', fd, 'ignore'] })
sys.close(fd)
p.setReadDeadline(soon())
console.log(await outcome(p.read(new Uint8Array(8))), await c.read(new Uint8Array(8)))`
    expect(await printed(program)).toBe('ETIMEDOUT 6')
  })

  it.each([
    ['a socket, read', reads('tcpPair()[0]')],
    ['a socket, write', writes('tcpPair()[0]')],
    ['a socket, writev', writes('tcpPair()[0]', PIECES)],
    ['a pipe, read', reads('pipe()[0]')],
    ['a pipe, write', writes('pipe()[1]')],
    ['a pipe, writev', writes('pipe()[1]', PIECES)],
    ['a FIFO, read', reads('fifo()')],
    ['a FIFO, write', writes('fifo()')],
    ['a FIFO, writev', writes('fifo()', PIECES)],
    ['an eventfd, read', reads('opened(sys.eventfd(0, sys.EFD_NONBLOCK))')],
    [
      'an eventfd, write',
      writes(
        'opened(sys.eventfd(1, sys.EFD_NONBLOCK))',
        'write(new Uint8Array(new BigUint64Array([0xfffffffffffffffen]).buffer))',
      ),
    ],
  ])('%s', async (_name, program) => {
    expect(await printed(program)).toBe(EXPIRED)
  })

  it('accept', async () => {
    const program = `const fd = opened(poll.listenNumber())
switchOff(fd)
fd.setReadDeadline(soon())
console.log(await outcome(fd.accept()))`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it('splice from a peer that is silent', async () => {
    const program = `const [src, dst] = [tcpPair()[0], tcpPair()[0]]
switchOff(src, dst)
src.setReadDeadline(soon())
console.log(await outcome(dst.spliceFrom(src)))`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it('splice to a peer that is deaf', async () => {
    const program = `const [[from, src], [dst]] = [tcpPair(), tcpPair()]
const feed = outcome(from.write(big))
switchOff(src, dst)
dst.setWriteDeadline(soon())
console.log(await outcome(dst.spliceFrom(src)))
await from.close()
await feed`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it.each([
    ['waits at its source', '', 'src.setReadDeadline(soon())'],
    ['waits at its destination', 'await fillUp()', 'dst.setWriteDeadline(soon())'],
  ])('a conversation that is copied and %s', async (_name, fill, deadline) => {
    const program = `const [[from, src], [dst, to]] = [tcpPair(), tcpPair()]
dst.setsockopt(sys.SOL_SOCKET, sys.SO_SNDBUF, 4096)
to.setsockopt(sys.SOL_SOCKET, sys.SO_RCVBUF, 4096)
// From now on every read tries.
src.rawControl(() => undefined)
const buf = new Uint8Array(1024)
const copy = outcome(dst.spliceFrom(src))
for (let i = 0; i < 20; i++) {
  await from.write(buf.subarray(0, 8))
  await to.read(buf)
}
switchOff(src, dst)
const fillUp = async () => {
  for (let i = 0; i < 100; i++) {
    await from.write(buf)
    await turns(3)
  }
}
await from.write(buf.subarray(0, 8))
await turns(3)
${fill}
${deadline}
console.log(await copy)`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it('sendfile to a peer that is deaf', async () => {
    const program = `const dir = mkdtempSync('/tmp/netfd-file-')
writeFileSync(dir + '/file', big)
const [dst] = tcpPair()
switchOff(dst)
dst.setWriteDeadline(soon())
console.log(await outcome(dst.sendFile(openSync(dir + '/file', 'r'), 0, big.length)))
rmSync(dir, { recursive: true })`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it.each([
    ['read', '(n) => sys.recv(n, new Uint8Array(8))', 'Read'],
    ['write', '(n) => sys.send(n, big)', 'Write'],
  ])('a raw %s, whose callback makes a plain call', async (_name, call, side) => {
    const program = `const [fd] = tcpPair()
switchOff(fd)
const call = ${call}
fd.set${side}Deadline(soon())
console.log(await outcome(fd.raw${side}((n) => {
  try {
    call(n)
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error
  }
  return false
})))`
    expect(await printed(program)).toBe(EXPIRED)
  })

  it('a control callback, whose plain call does not block either', async () => {
    const program = `const [fd] = tcpPair()
switchOff(fd)
try {
  fd.rawControl((n) => sys.recv(n, new Uint8Array(8)))
} catch (error) {
  console.log(error.code)
}`
    expect(await printed(program)).toBe('EAGAIN')
  })

  it('dial, whose control callback started the child', async () => {
    const program = `const l = await net.listen('tcp', '127.0.0.1:0', { backlog: 0 })
const address = String(l.addr)
await net.dial('tcp', address)
const control = (_network, _address, conn) =>
  conn.control((sysfd) => switchOff({ sysfd }))
console.log(await outcome(new net.Dialer({ control, timeout: 50 }).dial('tcp', address)))`
    expect(await printed(program)).toBe('ETIMEDOUT')
  })

  it.each([
    ['read', 'fd.setReadDeadline(soon())', 'fd.read(new Uint8Array(8))'],
    ['write', 'fd.setWriteDeadline(soon())', 'fd.write(big)'],
    ['writev', 'fd.setWriteDeadline(soon())', 'fd.writev([big, big])'],
  ])('%s of a terminal that is standard input, also inherited by a child', async (...row) => {
    const [, deadline, call] = row
    const program = `const { FD, sys } = await import(${JSON.stringify(bundleURL)})
${HEAD}
const fd = opened(0)
spawnSync('true', { stdio: 'inherit' })
${deadline}
console.log(fd.pollable, await outcome(${call}))
process.exit(0)`
    expect(await onTerminal(program)).toMatchObject({ stderr: `true ${EXPIRED}\n` })
  })
})
