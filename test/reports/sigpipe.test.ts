// A program that adds and removes a handler of SIGPIPE leaves the signal at its default, which ends the
// process. No call of ours may raise it: EPIPE, whatever the disposition.
import { describe, expect, it } from 'vitest'
import { bundleForChildren, runChild } from '../../packages/poll/test/child.js'

bundleForChildren()

const HEAD = `
const { execFileSync } = await import('node:child_process')
const { constants, mkdtempSync, openSync, rmSync, writeFileSync } = await import('node:fs')
const heard = () => undefined
process.on('SIGPIPE', heard)
process.off('SIGPIPE', heard)
const outcome = (promise) => promise.then((n) => 'resolved to ' + n, (error) => error.code)
const thrown = (call) => {
  try {
    return call()
  } catch (error) {
    return error.code
  }
}
const opened = (number) => {
  const fd = new FD(number)
  fd.init()
  return fd
}
const bytes = new Uint8Array(8)
const brokenPipe = () => {
  const [r, w] = sys.pipe2(sys.O_NONBLOCK)
  sys.close(r)
  return w
}
const brokenFIFO = () => {
  const dir = mkdtempSync('/tmp/netfd-fifo-')
  const path = dir + '/fifo'
  execFileSync('mkfifo', [path])
  const r = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const w = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  sys.close(r)
  rmSync(dir, { recursive: true })
  return w
}
const brokenSocket = () => {
  const [fd] = keptPair()
  fd.shutdown(sys.SHUT_WR)
  return fd
}
const file = (size) => {
  const dir = mkdtempSync('/tmp/netfd-file-')
  writeFileSync(dir + '/file', new Uint8Array(size))
  const fd = openSync(dir + '/file', 'r')
  rmSync(dir, { recursive: true })
  return fd
}
`

/** How a program ends that prints what `expression` is. */
const ends = (expression: string, more = '') =>
  runChild(`${HEAD}${more}\nconsole.log(await ${expression})\nprocess.exit(0)`)

const EPIPE = { code: 0, signal: null, stdout: 'EPIPE\n', stderr: '' }

describe('with SIGPIPE at its default, EPIPE is all that comes of', () => {
  it.each([
    ['write to a pipe', 'outcome(opened(brokenPipe()).write(bytes))'],
    ['writev to a pipe', 'outcome(opened(brokenPipe()).writev([bytes, bytes]))'],
    ['write to a FIFO', 'outcome(opened(brokenFIFO()).write(bytes))'],
    ['writev to a FIFO', 'outcome(opened(brokenFIFO()).writev([bytes, bytes]))'],
    ['write to a socket', 'outcome(brokenSocket().write(bytes))'],
    ['writev to a socket', 'outcome(brokenSocket().writev([bytes, bytes]))'],
    ['splice', 'outcome(brokenSocket().spliceFrom(await fed()))'],
    ['sendfile', 'outcome(brokenSocket().sendFile(file(100), 0, 100))'],
    ['a plain write', 'thrown(() => sys.write(brokenPipe(), bytes))'],
    ['a plain writev', 'thrown(() => sys.writev(brokenPipe(), [bytes, bytes]))'],
    ['a plain sendfile', 'thrown(() => sys.sendfile(brokenSocket().sysfd, file(100), 0, 100))'],
    ['a plain splice', 'thrown(() => sys.splice(filledPipe(), brokenSocket().sysfd, 8))'],
  ])('%s', async (_name, expression) => {
    const more = `const fed = async () => {
  const [from, src] = keptPair()
  await from.write(bytes)
  return src
}
const filledPipe = () => {
  const [r, w] = sys.pipe2()
  sys.write(w, bytes)
  return r
}`
    expect(await ends(expression, more)).toEqual(EPIPE)
  })

  it('a file whose receiver goes in the middle of it', async () => {
    const more = `const [fd, peer] = keptPair()
peer.setsockopt(sys.SOL_SOCKET, sys.SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer))
const sending = outcome(fd.sendFile(file(256 << 20), 0, 256 << 20))
await peer.read(new Uint8Array(1 << 20))
await peer.close()`
    const ended = await ends('sending', more)
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(ended.stdout).toMatch(/^(EPIPE|ECONNRESET)$/m)
  })

  it('a write that is tried again and again', async () => {
    const more = `const fd = opened(brokenPipe())
await outcome(fd.write(bytes))
await outcome(fd.write(bytes))
await new Promise((resolve) => setImmediate(resolve))`
    expect(await ends('outcome(fd.write(bytes))', more)).toEqual(EPIPE)
  })
})

describe('a handler of SIGPIPE', () => {
  it('is not called for what a write reports, and still hears what others send', async () => {
    const more = `let calls = 0
const signalled = new Promise((resolve) => process.on('SIGPIPE', () => resolve(++calls)))
console.log(await outcome(opened(brokenFIFO()).write(bytes)))
await turns(10)
console.log(calls)
setInterval(() => undefined, 1000) // keeps the process alive
process.kill(process.pid, 'SIGPIPE')`
    expect(await ends('signalled', more)).toMatchObject({ code: 0, stdout: 'EPIPE\n0\n1\n' })
  })
})
