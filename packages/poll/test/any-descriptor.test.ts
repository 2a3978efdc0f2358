// Pipes, FIFOs, terminals, eventfds and files. Go: internal/poll/read_test.go and os/pipe_test.go.
import { execFileSync, spawn } from 'node:child_process'
import {
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AF_UNIX,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  eventfd,
  F_GETFL,
  fcntl,
  O_NONBLOCK,
  pipe2,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socketpair,
} from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import { FD } from '../src/index.js'
import { hook } from '../src/testing.js'
import { bundleForChildren, bundleURL, runChild } from './child.js'
import {
  adoptFD,
  codeOf,
  countCalls,
  PAST,
  pattern,
  readAll,
  readFull,
  replace,
  turns,
  unixPair,
  until,
  watchPromise,
} from './support.js'

const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
afterAll(() => rmSync(dir, { recursive: true }))

bundleForChildren()

let files = 0
const newFile = (content: Uint8Array | string = ''): string => {
  const path = join(dir, `file${files++}`)
  writeFileSync(path, content)
  return path
}

const text = (s: string): Uint8Array => new TextEncoder().encode(s)

describe('a regular file', () => {
  it('is read from its own position, to the end (TestRead)', async () => {
    const file = adoptFD(openSync(newFile('hello, file'), 'r'))
    expect(file.pollable).toBe(false)
    const buf = new Uint8Array(5)
    expect(await file.read(buf)).toBe(5)
    expect(Buffer.from(buf).toString()).toBe('hello')
    expect(Buffer.from(await readAll(file)).toString()).toBe(', file')
    expect(await file.read(buf)).toBe(null)
    expect(await file.read(new Uint8Array(0))).toBe(0)
  })

  it('is not closed by the end of the thread while the pool has it, and is after that', async () => {
    const file = adoptFD(openSync(newFile('hello'), 'r'))
    const calls: string[] = []
    const { disown, adopt, fileRead } = hook
    replace({
      disown: (fd) => {
        calls.push('disown')
        return disown(fd)
      },
      adopt: (...args) => {
        calls.push('adopt')
        return adopt(...args)
      },
      fileRead: (...args) => {
        calls.push('read')
        return fileRead(...args)
      },
    })
    expect(await file.read(new Uint8Array(8))).toBe(5)
    expect(calls).toEqual(['read', 'disown', 'adopt'])
  })

  it('is written at its own position', async () => {
    const path = newFile('0123456789')
    const file = adoptFD(openSync(path, 'r+'))
    expect(await file.write(text('abc'))).toBe(3)
    expect(await file.writev([text('d'), new Uint8Array(0), text('ef')])).toBe(3)
    expect(await file.write(new Uint8Array(0))).toBe(0)
    expect(await file.writev([])).toBe(0)
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe('abcdef6789')
  })

  it('has no deadlines (TestNonpollableDeadline)', async () => {
    const file = adoptFD(openSync(newFile(), 'r'))
    for (const set of [
      () => file.setDeadline(PAST),
      () => file.setReadDeadline(null),
      () => file.setWriteDeadline(PAST),
    ]) {
      expect(set).toThrow(expect.objectContaining({ code: 'ERR_NO_DEADLINE' }))
    }
    expect(() => file.setDeadline(Number.NaN)).toThrow(RangeError)
  })

  it('cannot be waited for', async () => {
    const file = adoptFD(openSync(newFile('x'), 'r+'))
    const error = { code: 'ERR_NOT_POLLABLE', message: 'waiting for unsupported file type' }
    await expect(file.waitRead()).rejects.toMatchObject(error)
    await expect(file.waitWrite()).rejects.toMatchObject(error)
    await expect(file.rawRead(() => false)).rejects.toMatchObject(error)
    await file.rawWrite(() => true)
  })

  it('says of itself that it is a file when it is closed (TestCloseWithBlockingReadByFd)', async () => {
    const file = adoptFD(openSync(newFile('content'), 'r'))
    const read = file.read(new Uint8Array(3))
    const close = file.close()
    expect(await read).toBe(3)
    await close
    await expect(file.read(new Uint8Array(1))).rejects.toMatchObject({
      code: 'ERR_FILE_CLOSED',
      message: 'use of closed file',
    })
  })

  it('reads one after the other, in order', async () => {
    const file = adoptFD(openSync(newFile(pattern(100)), 'r'))
    const bufs = Array.from({ length: 10 }, () => new Uint8Array(10))
    await Promise.all(bufs.map((buf) => file.read(buf)))
    expect(new Uint8Array(Buffer.concat(bufs))).toEqual(pattern(100))
  })

  it('reports what the pool reports, with its errno', async () => {
    const reading = adoptFD(openSync(newFile('x'), 'r'))
    await expect(reading.write(text('y'))).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'write',
      bytesWritten: 0,
    })
    const folder = adoptFD(openSync(dir, 'r'))
    await expect(folder.read(new Uint8Array(1))).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('lets an abort wait for the pool, and loses nothing that was read', async () => {
    const file = adoptFD(openSync(newFile('abc'), 'r'))
    const abort = new AbortController()
    const buf = new Uint8Array(8)
    const read = file.read(buf, { signal: abort.signal })
    abort.abort()
    expect(await read).toBe(3)
    expect(Buffer.from(buf.subarray(0, 3)).toString()).toBe('abc')
  })

  it('may be a device that epoll refuses (TestRead)', async () => {
    const nothing = adoptFD(openSync('/dev/null', 'r+'))
    expect(nothing.pollable).toBe(false)
    expect(await nothing.read(new Uint8Array(8))).toBe(null)
    expect(await nothing.write(pattern(8))).toBe(8)
    const zero = adoptFD(openSync('/dev/zero', 'r'))
    expect(await zero.read(new Uint8Array(8).fill(1))).toBe(8)
  })

  it('is what init(false) makes of anything', async () => {
    const [r, w] = pipe2()
    const reader = new FD(r)
    reader.init(false)
    expect(reader.pollable).toBe(false)
    const writer = adoptFD(w)
    await writer.write(pattern(3))
    expect(await reader.read(new Uint8Array(8))).toBe(3)
    expect(() => reader.setDeadline(PAST)).toThrow('file type does not support deadline')
    await reader.close()
  })
})

describe('a descriptor from elsewhere', () => {
  it.each<[string, () => [number, number]]>([
    ['pipe', () => pipe2()],
    ['socketpair', () => socketpair(AF_UNIX, SOCK_STREAM)],
  ])('that blocks, a %s, waits as any other', async (_name, make) => {
    const [r, w] = make()
    const [reader, writer] = [adoptFD(r), adoptFD(w)]
    expect(fcntl(r, F_GETFL) & O_NONBLOCK).toBe(0)
    const read = watchPromise(reader.read(new Uint8Array(8)))
    await turns(3)
    expect(read.state).toBe('pending')
    await writer.write(pattern(8))
    await turns(3)
    expect(read.value).toBe(8)
  })

  it('is registered once: a second init is refused', () => {
    const [a] = unixPair()
    expect(() => a.init()).toThrow('poll: init of a registered descriptor')
  })

  it('that is not open is refused by init', () => {
    expect(() => new FD(2 ** 20).init()).toThrow(expect.objectContaining({ code: 'EBADF' }))
  })

  it('is registered for reading, writing and hang-up, edge-triggered', async () => {
    const [a] = unixPair()
    const poller = readFileSync(`/proc/self/fdinfo/${epollNumber()}`, 'utf8')
    const line = poller.split('\n').find((l) => Number(/tfd:\s*(\d+)/.exec(l)?.[1]) === a.sysfd)
    // IN|OUT|RDHUP|ET, and ERR|HUP, which the kernel adds.
    expect(/events:\s*(\w+)/.exec(line ?? '')?.[1]).toBe('8000201d')
  })
})

/** The number of the epoll set of this thread. */
function epollNumber(): string {
  for (const number of readdirSync('/proc/self/fdinfo')) {
    try {
      const info = readFileSync(`/proc/self/fdinfo/${number}`, 'utf8')
      if (info.includes('8000201d')) return number
    } catch {
      // The descriptor that listed the directory.
    }
  }
  return 'none'
}

describe('an eventfd', () => {
  it('counts and waits', async () => {
    const fd = adoptFD(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    const buf = new Uint8Array(8)
    const read = watchPromise(fd.read(buf))
    await turns(3)
    expect(read.state).toBe('pending')
    await fd.write(new Uint8Array(new BigUint64Array([5n]).buffer))
    await turns(3)
    expect([read.value, new BigUint64Array(buf.buffer)[0]]).toEqual([8, 5n])
  })

  it('as a semaphore gives one a time', async () => {
    const fd = adoptFD(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE))
    const reads = Array.from({ length: 4 }, () => watchPromise(fd.read(new Uint8Array(8))))
    await turns(3)
    expect(reads.map((read) => read.state)).toEqual(['resolved', 'resolved', 'resolved', 'pending'])
    await fd.close()
  })
})

describe('messages', () => {
  it.each([
    ['datagrams', SOCK_DGRAM, 0],
    ['packets', SOCK_SEQPACKET, null],
  ])('%s: an empty one reads as it is, or as the end', async (_name, type, empty) => {
    const [a, b] = unixPair(type)
    await a.write(new Uint8Array(0))
    await a.write(pattern(3))
    const buf = new Uint8Array(8)
    expect(await b.read(buf)).toBe(empty)
    expect(await b.read(buf)).toBe(3)
  })

  it('keep their limits, and one read takes one', async () => {
    const [a, b] = unixPair(SOCK_SEQPACKET)
    for (const size of [5, 1, 9]) await a.write(pattern(size))
    const sizes: (number | null)[] = []
    for (let i = 0; i < 3; i++) sizes.push(await b.read(new Uint8Array(64)))
    expect(sizes).toEqual([5, 1, 9])
  })
})

describe('a FIFO', () => {
  it('carries bytes, waits, and ends when its last writer goes', async () => {
    const path = join(dir, 'fifo')
    execFileSync('/usr/bin/mkfifo', [path])
    const r = adoptFD(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
    const w = adoptFD(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    expect([r.pollable, w.pollable]).toEqual([true, true])
    const read = watchPromise(r.read(new Uint8Array(8)))
    await turns(3)
    expect(read.state).toBe('pending')
    await w.write(pattern(8))
    await turns(3)
    expect(read.value).toBe(8)
    r.setReadDeadline(PAST)
    expect(await codeOf(r.read(new Uint8Array(8)))).toBe('ERR_DEADLINE_EXCEEDED')
    r.setReadDeadline(null)
    await w.close()
    expect(await r.read(new Uint8Array(8))).toBe(null)
  })

  it('takes a copy of another pipe in two writes (TestCopyPipeIntoTCP)', async () => {
    const [r, w] = pipe2(O_NONBLOCK).map((fd) => adoptFD(fd)) as [FD, FD]
    const [a, b] = unixPair()
    const copy = (async () => {
      const buf = new Uint8Array(16)
      for (let n = await r.read(buf); n !== null; n = await r.read(buf)) {
        await a.write(buf.subarray(0, n))
      }
      await a.close()
    })()
    await w.write(text('hello,'))
    await turns(3)
    await w.write(text(' world'))
    await w.close()
    expect(Buffer.from(await readAll(b)).toString()).toBe('hello, world')
    await copy
  })

  it('writes to a pipe without a reader are EPIPE', async () => {
    const [r, w] = pipe2(O_NONBLOCK).map((fd) => adoptFD(fd)) as [FD, FD]
    await r.close()
    await expect(w.write(pattern(1))).rejects.toMatchObject({ code: 'EPIPE', bytesWritten: 0 })
  })
})

describe('a terminal', () => {
  it('is read and written like a socket (TestRead)', async () => {
    // script(1) opens a terminal and runs its command there; ours is the side of the terminal.
    const program = `const { FD } = poll
      const fd = new FD(0)
      fd.init()
      const buf = new Uint8Array(64)
      const n = await fd.read(buf)
      console.log('pollable ' + fd.pollable + ' read ' + JSON.stringify(Buffer.from(buf.subarray(0, n)).toString()))
      process.exit(0)`
    const ended = await runChild(
      `const { spawn } = await import('node:child_process')
       const child = spawn('script', ['-qec', process.execPath + ' --input-type=module -e "$PROGRAM"', '/dev/null'], { stdio: ['pipe', 'inherit', 'inherit'] })
       child.stdin.write('typed\\n')
       child.once('exit', (code) => process.exit(code ?? 1))`,
      {
        env: {
          PROGRAM: `const poll = await import(process.env.BUNDLE)\n${program}`,
          BUNDLE: bundleURL,
        },
      },
    )
    expect(ended.stderr).toBe('')
    expect(ended.stdout).toContain(String.raw`pollable true read "typed\n"`)
  })

  it('as the controlling side waits and talks', async () => {
    const master = adoptFD(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY))
    expect(master.pollable).toBe(true)
    const read = watchPromise(master.read(new Uint8Array(64)))
    await turns(3)
    expect(read.state).toBe('pending')
    // The terminal echoes what is typed.
    await master.write(text('hi\n'))
    await until(() => read.state !== 'pending')
    expect(read.state).toBe('resolved')
  })
})

describe('standard input', () => {
  it('that is a pipe is read until its end', async () => {
    const ended = await runChild(
      `const fd = new FD(0)
       fd.init()
       const chunks = []
       for (;;) {
         const buf = new Uint8Array(1024)
         const n = await fd.read(buf)
         if (n === null) break
         chunks.push(buf.subarray(0, n))
       }
       console.log(fd.pollable, Buffer.concat(chunks).length)
       await fd.close()`,
      { feed: 'x'.repeat(100_000) },
    )
    expect(ended).toMatchObject({ code: 0, stdout: 'true 100000\n', stderr: '' })
  })

  it('that waits is ended by close (TestCloseWithBlockingReadByNewFile)', async () => {
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { FD } = await import(${JSON.stringify(bundleURL)})
       const fd = new FD(0)
       fd.init()
       setImmediate(() => fd.close())
       await fd.read(new Uint8Array(8)).catch((error) => console.log(error.code))`,
    ])
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    // A child's standard input is a socket when Node starts it.
    expect([code, out]).toEqual([0, 'ERR_NET_CLOSED\n'])
  })
})

describe('the calls of a kind', () => {
  it('are recv and send for sockets, read and write for the rest', async () => {
    const calls = countCalls('recv', 'send', 'read', 'write')
    const [a, b] = unixPair()
    await a.write(pattern(3))
    await readFull(b, 3)
    expect(calls).toMatchObject({ send: 1, read: 0, write: 0 })
    const [r, w] = pipe2(O_NONBLOCK).map((fd) => adoptFD(fd)) as [FD, FD]
    await w.write(pattern(3))
    await readFull(r, 3)
    expect(calls).toMatchObject({ send: 1, write: 1 })
    expect(calls.read).toBeGreaterThan(0)
  })
})
