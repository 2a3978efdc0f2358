import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  bytes,
  fileWith,
  nonblockingPair,
  own,
  ownBoth,
  release,
  resizable,
  tcpPair,
  text,
  thrown,
} from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

/** All there is to read now, as text. */
function drain(fd: number): string {
  const room = new Uint8Array(4096)
  return text(room.subarray(0, Math.max(0, raw.read(fd, room))))
}

describe('read, write, recv and send', () => {
  const transfers = [
    ['read and write', sys.read, sys.write],
    ['recv and send', sys.recv, sys.send],
  ] as const

  it.each(transfers)('%s move the part that offset and length name', (_name, read, write) => {
    const [a, b] = nonblockingPair()
    const out = bytes('0123456789')
    expect(write(a, out)).toBe(10)
    expect(write(a, out, 8)).toBe(2)
    expect(write(a, out, 3, 4)).toBe(4)
    expect(write(a, out, 10)).toBe(0)
    const room = new Uint8Array(24).fill(0x2e)
    expect(read(b, room, 4, 11)).toBe(11)
    expect(read(b, room, 18)).toBe(5)
    expect(text(room)).toBe('....01234567898...93456.')
  })

  it.each(transfers)('%s refuse a part that is not inside the buffer', (_name, read, write) => {
    const [a] = nonblockingPair()
    const buf = new Uint8Array(8)
    for (const call of [read, write]) {
      expect(() => call(a, buf, 9)).toThrow(RangeError)
      expect(() => call(a, buf, 0, 9)).toThrow(RangeError)
      expect(() => call(a, buf, 4, 5)).toThrow(RangeError)
      expect(() => call(a, buf, -1)).toThrow(RangeError)
      expect(() => call(a, buf, 0.5)).toThrow(RangeError)
    }
  })

  it('use the memory of a subarray where it lies', () => {
    const [a, b] = nonblockingPair()
    const whole = bytes('abcdef')
    sys.write(a, whole.subarray(2, 4))
    const room = new Uint8Array(6).fill(0x2e)
    expect(sys.read(b, room.subarray(1, 5))).toBe(2)
    expect(text(room)).toBe('.cd...')
  })

  it('take a Buffer, and memory that can be resized', () => {
    const [a, b] = nonblockingPair()
    sys.write(a, Buffer.from('pool'))
    const memory = resizable(2)
    const room = new Uint8Array(memory)
    expect(sys.read(b, room)).toBe(2)
    memory.resize(64)
    expect(sys.read(b, room, 2)).toBe(2)
    expect(text(room.subarray(0, 4))).toBe('pool')
  })

  it('see no more of memory that was resized or transferred than there is', () => {
    const [a] = nonblockingPair()
    const memory = resizable(64)
    const view = new Uint8Array(memory, 32, 32)
    memory.resize(16)
    expect(raw.write(a, view)).toBe(0)
    const gone = new Uint8Array(8)
    structuredClone(gone, { transfer: [gone.buffer] })
    expect(() => raw.write(a, gone)).toThrow(/transferred/)
  })

  it.each([
    ['shared memory', new Uint8Array(new SharedArrayBuffer(8))],
    ['a Uint8ClampedArray', new Uint8ClampedArray(8)],
    ['an Int8Array', new Int8Array(8)],
    ['a Float64Array', new Float64Array(8)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a proxy of a Uint8Array', new Proxy(new Uint8Array(8), {})],
    ['a list of numbers', [1, 2, 3]],
    ['a string', 'bytes'],
    ['null', null],
  ])('refuse %s, alone or in a list', (_what, value) => {
    const [a] = nonblockingPair()
    const buf = value as Uint8Array
    for (const call of [raw.read, raw.write, raw.recv, raw.send]) {
      expect(() => call(a, buf)).toThrow(TypeError)
    }
    for (const call of [raw.readv, raw.writev, raw.sendmsg, raw.recvmsg]) {
      expect(() => call(a, [buf])).toThrow(TypeError)
      expect(() => call(a, buf as unknown as Uint8Array[])).toThrow(TypeError)
    }
  })

  it('refuse an Int32Array of shared memory for an answer', () => {
    const ring = new Int32Array(new SharedArrayBuffer(12))
    const epfd = own(sys.epollCreate1())
    expect(() => raw.epollWait(epfd, ring)).toThrow(/not shared/)
    expect(() => raw.pipe2(0, ring)).toThrow(/not shared/)
  })

  it('read gives 0 at the end of a file and of a stream', () => {
    const file = fileWith('end')
    const room = new Uint8Array(8)
    expect([sys.read(file, room), sys.read(file, room)]).toEqual([3, 0])
    const [a, b] = nonblockingPair()
    release(a)
    expect(sys.read(b, room)).toBe(0)
    expect(sys.recv(b, room)).toBe(0)
  })

  it('nothing to read is EAGAIN: a number of the raw entry, an error of the other', () => {
    const [a] = nonblockingPair()
    const room = new Uint8Array(8)
    expect(raw.recv(a, room)).toBe(-sys.EAGAIN)
    expect(thrown(() => sys.recv(a, room))).toMatchObject({
      code: 'EAGAIN',
      syscall: 'recv',
      timeout: true,
    })
  })

  it('recv takes flags: MSG_PEEK leaves the bytes', () => {
    const [a, b] = nonblockingPair()
    sys.send(a, bytes('hi'))
    const room = new Uint8Array(8)
    expect(sys.recv(b, room, 0, 8, sys.MSG_PEEK)).toBe(2)
    expect(sys.recv(b, room, undefined, undefined, 0)).toBe(2)
    expect(raw.recv(b, room)).toBe(-sys.EAGAIN)
  })

  it('send takes flags: MSG_OOB is read with MSG_OOB', () => {
    const [a, b] = tcpPair()
    sys.send(a, bytes('!'), 0, 1, sys.MSG_OOB)
    const epfd = own(sys.epollCreate1())
    sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, b, sys.EPOLLPRI)
    expect(sys.epollWait(epfd, new Int32Array(3), -1)).toBe(1)
    const room = new Uint8Array(8)
    expect(sys.recv(b, room, 0, 8, sys.MSG_OOB)).toBe(1)
    expect(text(room.subarray(0, 1))).toBe('!')
  })

  it('a send to a peer that has gone is EPIPE, and the process lives', () => {
    const [a, b] = nonblockingPair()
    release(b)
    const calls: [name: string, call: () => unknown][] = [
      ['send', () => sys.send(a, new Uint8Array(1))],
      ['sendmsg', () => sys.sendmsg(a, [new Uint8Array(1)])],
    ]
    for (const [syscall, call] of calls) {
      expect(thrown(call)).toMatchObject({ code: 'EPIPE', syscall })
    }
  })

  it('nothing that finds its peer gone raises SIGPIPE', async () => {
    let signals = 0
    const once = new Promise<void>((resolve) => {
      const heard = () => {
        signals++
        resolve()
      }
      process.on('SIGPIPE', heard)
      onTestFinished(() => void process.off('SIGPIPE', heard))
    })
    const [a, b] = nonblockingPair()
    release(b)
    const [r, w] = ownBoth(sys.pipe2(sys.O_NONBLOCK))
    release(r)
    const [from, to] = ownBoth(sys.pipe2(sys.O_NONBLOCK))
    sys.write(to, bytes('text'))
    const file = fileWith('text')
    const one = bytes('1')
    const answers = [
      ...[raw.send(a, one), raw.trySend(a, one)],
      ...[raw.sendmsg(a, [one]), raw.trySendmsg(a, [one])],
      ...[raw.sendto(a, one), raw.trySendto(a, one)],
      ...[
        raw.sendmmsgv(a, [one], 0, 1),
        raw.sendmmsg(a, one, 1, 0, 1, new Int32Array([1, 0, 0, 0])),
      ],
      ...[raw.write(a, one), raw.write(w, one)],
      ...[raw.writev(a, [one]), raw.writev(w, [one]), raw.tryWritev(w, [one])],
      ...[raw.splice(from, a, 4), raw.trySplice(from, a, 4)],
      ...[raw.sendfile(a, file, 0, 4), await raw.sendfilePool(a, file, 0, 4)],
    ]
    expect(new Set(answers)).toEqual(new Set([-sys.EPIPE]))
    // One that another has sent is heard, and those that a call had raised would have been before it.
    process.kill(process.pid, 'SIGPIPE')
    await once
    await new Promise((resolve) => setImmediate(resolve))
    expect(signals).toBe(1)
  })
})

describe('readv and writev', () => {
  it('join and scatter buffers, empty ones among them', () => {
    const [a, b] = nonblockingPair()
    const parts = ['ab', '', 'cde', '', 'f'].map(bytes)
    expect(sys.writev(a, parts)).toBe(6)
    const rooms = [new Uint8Array(0), new Uint8Array(1), new Uint8Array(0), new Uint8Array(8)]
    expect(sys.readv(b, rooms)).toBe(6)
    expect(rooms.map((room) => text(room).replaceAll('\0', ''))).toEqual(['', 'a', '', 'bcdef'])
  })

  it.each([
    [0, 0, 'abcdef'],
    [0, 1, 'bcdef'],
    [0, 2, 'cdef'],
    [1, 0, 'cdef'],
    [1, 2, 'ef'],
    [2, 1, 'f'],
    [3, 0, ''],
  ])('writev goes on from entry %d at byte %d', (start, offset, expected) => {
    const [a, b] = nonblockingPair()
    expect(sys.writev(a, ['ab', 'cd', 'ef'].map(bytes), start, offset)).toBe(expected.length)
    expect(drain(b)).toBe(expected)
  })

  it('readv goes on from an entry at a byte', () => {
    const [a, b] = nonblockingPair()
    sys.write(a, bytes('xyz'))
    const rooms = [new Uint8Array(2), new Uint8Array(3).fill(0x2e)]
    expect(sys.readv(b, rooms, 1, 1)).toBe(2)
    expect(rooms.map((room) => [...room])).toEqual([
      [0, 0],
      [0x2e, 0x78, 0x79],
    ])
  })

  it('sendmsg goes on from an entry at a byte', () => {
    const [a, b] = nonblockingPair()
    expect(sys.sendmsg(a, ['ab', 'cd'].map(bytes), 0, undefined, 1, 1)).toBe(1)
    expect(drain(b)).toBe('d')
  })

  it('leave out the bytes of the first entry alone, and nothing of those behind it', () => {
    const [a, b] = nonblockingPair()
    const parts = ['abc', 'def', 'ghi'].map(bytes)
    expect(sys.writev(a, parts, 0, 2)).toBe(7)
    expect(sys.sendmsg(a, parts, 0, undefined, 1, 1)).toBe(5)
    const rooms = [2, 4, 8].map((size) => new Uint8Array(size).fill(0x2e))
    expect(sys.readv(b, rooms, 0, 1)).toBe(12)
    expect(rooms.map(text)).toEqual(['.c', 'defg', 'hiefghi.'])
  })

  it.each([
    ['a start behind the end', 3, 0],
    ['an offset behind the first buffer', 0, 3],
    ['an offset without a buffer', 2, 1],
    ['a negative start', -1, 0],
  ])('refuse %s', (_what, start, offset) => {
    const [a] = nonblockingPair()
    expect(() => raw.writev(a, ['ab', 'cd'].map(bytes), start, offset)).toThrow(RangeError)
  })

  it('take 1024 of 1025 entries: the rest is for the next call', () => {
    const [a, b] = nonblockingPair()
    const parts = Array.from({ length: 1025 }, (_, i) => Uint8Array.of(i & 0xff))
    expect(sys.writev(a, parts)).toBe(1024)
    expect(sys.writev(a, parts, 1024)).toBe(1)
    const rooms = parts.map(() => new Uint8Array(1))
    expect(sys.readv(b, rooms)).toBe(1024)
    expect(sys.readv(b, rooms, 1024)).toBe(1)
    expect(rooms).toEqual(parts)
  })

  it('count an empty list and a list of empty buffers as nothing', () => {
    const [a] = nonblockingPair()
    for (const parts of [[], [new Uint8Array(0)]]) {
      expect(sys.writev(a, parts)).toBe(0)
      expect(sys.readv(a, parts)).toBe(0)
    }
  })

  it('pass on what a getter throws', () => {
    const [a] = nonblockingPair()
    const boom = new Error('from a getter')
    const parts = Object.defineProperty([new Uint8Array(1)], 1, {
      get: () => {
        throw boom
      },
    })
    expect(thrown(() => raw.writev(a, parts))).toBe(boom)
    expect(thrown(() => raw.sendmsg(a, parts))).toBe(boom)
  })

  const detach = (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] })

  it('notice a getter that detaches a buffer it was given before', () => {
    const [a] = nonblockingPair()
    const first = new Uint8Array(1 << 20).fill(1)
    const parts = Object.defineProperty([first], 1, {
      get: () => {
        detach(first.buffer)
        return new Uint8Array(1)
      },
    })
    expect(() => raw.writev(a, parts)).toThrow(/transferred/)
  })

  it.each([3, 64, 65, 1024, 1030])('take %i buffers, the first 1024 of them a call', (count) => {
    const fd = fileWith('')
    const list = Array.from({ length: count }, (_, i) => Uint8Array.of(i % 251))
    expect(sys.writev(fd, list)).toBe(Math.min(count, 1024))
    // From the last but one, whose byte is done with.
    expect(sys.writev(fd, list, count - 2, 1)).toBe(1)
    const written = [...list.slice(0, 1024), ...list.slice(-1)]
    expect(readFileSync(`/proc/self/fd/${fd}`)).toEqual(Buffer.concat(written))
  })

  it('are called from their own getters, sixty deep, and keep their lists apart', () => {
    const fd = fileWith('')
    const write = (depth: number): number => {
      const list = Array.from({ length: 1000 }, () => Uint8Array.of(depth))
      if (depth < 60)
        Object.defineProperty(list, 500, { get: () => [write(depth + 1), list[0]][1] })
      return sys.writev(fd, list)
    }
    expect(write(1)).toBe(1000)
    const got = readFileSync(`/proc/self/fd/${fd}`)
    const levels = Array.from({ length: 60 }, (_, i) => 60 - i)
    expect(got).toEqual(Buffer.concat(levels.map((depth) => Buffer.alloc(1000, depth))))
  })

  it('sendmsg notices a getter that detaches its control data', () => {
    const [a] = nonblockingPair()
    const control = new Uint8Array(1 << 20)
    const parts = Object.defineProperty([], 0, {
      get: () => {
        detach(control.buffer)
        return new Uint8Array(1)
      },
    })
    expect(() => raw.sendmsg(a, parts, 0, control)).toThrow(/transferred/)
  })
})

describe('sendmsg and recvmsg', () => {
  const little = endianness() === 'LE'

  /** struct cmsghdr with SCM_RIGHTS and one descriptor: a long, two ints, an int, and padding. */
  function rights(fd: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(24))
    view.setBigUint64(0, 20n, little)
    view.setInt32(8, sys.SOL_SOCKET, little)
    view.setInt32(12, sys.SCM_RIGHTS, little)
    view.setInt32(16, fd, little)
    return new Uint8Array(view.buffer)
  }

  it('pass a descriptor, which arrives with FD_CLOEXEC', () => {
    const [a, b] = nonblockingPair()
    const file = fileWith('passed on')
    expect(sys.sendmsg(a, [bytes('x')], 0, rights(file))).toBe(1)
    const control = new Uint8Array(64)
    const got = sys.recvmsg(b, [new Uint8Array(8)], 0, control)
    expect(got).toEqual({ bytes: 1, controlLength: 24, flags: 0, nameLength: 0 })
    const fd = own(new DataView(control.buffer).getInt32(16, little))
    expect(fd).not.toBe(file)
    expect(sys.fcntl(fd, sys.F_GETFD)).toBe(sys.FD_CLOEXEC)
    expect(drain(fd)).toBe('passed on')
  })

  it('tell that control data was cut, and the descriptor does not leak', () => {
    const [a, b] = nonblockingPair()
    sys.sendmsg(a, [bytes('x')], 0, rights(a))
    const { bytes: n, flags } = sys.recvmsg(b, [new Uint8Array(8)])
    expect(n).toBe(1)
    expect(flags & sys.MSG_CTRUNC).toBe(sys.MSG_CTRUNC)
  })

  it('tell that a datagram was cut', () => {
    const [a, b] = ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM))
    sys.sendmsg(a, [bytes('longer')])
    const room = new Uint8Array(3)
    const { bytes: n, flags } = sys.recvmsg(b, [room])
    expect(n).toBe(3)
    expect(flags & sys.MSG_TRUNC).toBe(sys.MSG_TRUNC)
    expect(text(room)).toBe('lon')
  })

  it('fill several buffers from one message', () => {
    const [a, b] = nonblockingPair()
    sys.sendmsg(a, ['ab', 'cd'].map(bytes))
    const rooms = [new Uint8Array(3), new Uint8Array(3)]
    expect(sys.recvmsg(b, rooms).bytes).toBe(4)
    expect(rooms.map((room) => [...room])).toEqual([
      [0x61, 0x62, 0x63],
      [0x64, 0, 0],
    ])
  })

  it('refuse control data that makes no sense', () => {
    const [a] = nonblockingPair()
    const broken = rights(a).fill(0xff, 0, 8)
    expect(thrown(() => sys.sendmsg(a, [bytes('x')], 0, broken)).code).toBe('EINVAL')
  })
})

describe('splice', () => {
  it('moves bytes from a socket through a pipe to a socket', () => {
    const [a, b] = tcpPair()
    const [c, d] = tcpPair()
    const [r, w] = ownBoth(sys.pipe2(sys.O_NONBLOCK))
    sys.write(a, bytes('through the pipe'))
    expect(sys.splice(b, w, 1 << 20, sys.SPLICE_F_MOVE)).toBe(16)
    expect(sys.splice(r, c, 7, sys.SPLICE_F_MORE)).toBe(7)
    expect(sys.splice(r, c, 1 << 20)).toBe(9)
    const room = new Uint8Array(32)
    expect(sys.recv(d, room, 0, 16, sys.MSG_WAITALL)).toBe(16)
    expect(text(room.subarray(0, 16))).toBe('through the pipe')
  })

  it('says EAGAIN, 0 at the end, and EINVAL where no end is a pipe', () => {
    const [a, b] = tcpPair()
    const [r, w] = ownBoth(sys.pipe2(sys.O_NONBLOCK))
    expect(raw.splice(r, a, 10, sys.SPLICE_F_NONBLOCK)).toBe(-sys.EAGAIN)
    expect(thrown(() => sys.splice(a, b, 10))).toMatchObject({ code: 'EINVAL', syscall: 'splice' })
    release(a)
    expect(sys.splice(b, w, 10)).toBe(0)
  })
})

describe('sendfile', () => {
  it('sends from an offset and leaves the position of the file alone', () => {
    const file = fileWith('0123456789')
    const [a, b] = nonblockingPair()
    expect(sys.sendfile(a, file, 4, 3)).toBe(3)
    expect(sys.sendfile(a, file, 8, 100)).toBe(2)
    expect(sys.sendfile(a, file, 10, 100)).toBe(0)
    expect(drain(b)).toBe('45689')
    expect(drain(file)).toBe('0123456789')
  })

  it('sends from offset 0 wherever the position of the file is', () => {
    const file = fileWith('0123456789')
    const [a, b] = nonblockingPair()
    expect(sys.read(file, new Uint8Array(6))).toBe(6)
    expect(sys.sendfile(a, file, 0, 3)).toBe(3)
    expect(drain(b)).toBe('012')
    expect(drain(file)).toBe('6789')
  })

  it('moves the position of the file when there is no offset', () => {
    const file = fileWith('0123456789')
    const [a, b] = nonblockingPair()
    expect(sys.sendfile(a, file, null, 4)).toBe(4)
    expect(sys.sendfile(a, file, null, 4)).toBe(4)
    expect(drain(b)).toBe('01234567')
    expect(drain(file)).toBe('89')
  })

  it('runs on the thread pool too', async () => {
    const file = fileWith('0123456789')
    const [a, b] = nonblockingPair()
    expect(await raw.sendfilePool(a, file, 2, 3)).toBe(3)
    expect(await raw.sendfilePool(a, file, -1, 2)).toBe(2)
    expect(drain(b)).toBe('23401')
    expect(drain(file)).toBe('23456789')
    expect(await raw.sendfilePool(file, a, 0, 1)).toBe(-sys.ESPIPE)
  })

  it('says EAGAIN when the peer does not read', () => {
    const file = fileWith(new Uint8Array(1 << 20))
    const [a] = nonblockingPair()
    let moved = 0
    let n = 0
    while (n >= 0) {
      moved += n
      n = raw.sendfile(a, file, moved, 1 << 20)
    }
    expect(n).toBe(-sys.EAGAIN)
    expect(moved).toBeGreaterThan(0)
  })
})

describe('closePool', () => {
  it('closes on the thread pool and tells how it went', async () => {
    const fd = sys.eventfd(0)
    expect(await raw.closePool(fd)).toBe(0)
    expect(raw.close(fd)).toBe(-sys.EBADF)
    expect(await raw.closePool(fd)).toBe(-sys.EBADF)
  })
})
