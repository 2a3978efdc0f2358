import { describe, expect, it } from 'vitest'
import { bytes, loopback, own, ownBoth, text, thrown } from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

const SIZE = 16
const CAPACITY = 4

/** Room for four messages, with all that lies beside the slab. */
const room = (control = 0) => ({
  slab: new Uint8Array(SIZE * CAPACITY),
  meta: new Int32Array(4 * CAPACITY).fill(-1),
  names: new Uint8Array(32 * CAPACITY).fill(0xff),
  control: new Uint8Array(control * CAPACITY),
})

type Room = ReturnType<typeof room>

function udp(): [number, Uint8Array] {
  const fd = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
  sys.bind(fd, loopback('inet4'))
  return [fd, sys.getsockname(fd)]
}

const unixPair = () =>
  ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))

const receive = (fd: number, { slab, meta, names, control }: Room, count = CAPACITY, flags = 0) =>
  raw.recvmmsg(fd, slab, SIZE, count, meta, names, control, flags)

const metaOf = ({ meta }: Room, i: number) => [...meta.subarray(4 * i, 4 * i + 4)]
const textOf = ({ slab, meta }: Room, i: number) =>
  text(slab.subarray(SIZE * i, SIZE * i + (meta[4 * i] ?? 0)))
const nameOf = ({ names }: Room, i: number) => names.subarray(32 * i, 32 * i + 32)

/** Writes texts into a room, to be sent to this address. */
function fill(into: Room, texts: readonly string[], to?: Uint8Array): void {
  for (const [i, one] of texts.entries()) {
    into.slab.set(bytes(one), SIZE * i)
    into.meta.set([one.length, 0, to?.length ?? 0, 0], 4 * i)
    if (to !== undefined) into.names.set(to, 32 * i)
  }
}

describe('recvmmsg', () => {
  it('brings what there is, with who sent it, and then says EAGAIN', () => {
    const [a, from] = udp()
    const [b, to] = udp()
    for (const one of ['one', '', 'longer than the room']) {
      sys.sendto(a, bytes(one), 0, one.length, 0, to)
    }
    const into = room()
    expect(receive(b, into)).toBe(3)
    expect([0, 1, 2].map((i) => textOf(into, i))).toEqual(['one', '', 'longer than the '])
    expect([0, 1, 2, 3].map((i) => metaOf(into, i))).toEqual([
      [3, 0, 16, 0],
      [0, 0, 16, 0],
      [16, sys.MSG_TRUNC, 16, 0],
      [-1, -1, -1, -1],
    ])
    const whole = new Uint8Array(32)
    whole.set(from)
    for (const i of [0, 1, 2]) expect(nameOf(into, i)).toEqual(whole)
    expect(nameOf(into, 3).every((byte) => byte === 0xff)).toBe(true)
    expect(receive(b, into)).toBe(-sys.EAGAIN)
  })

  it('takes no more than are asked for, and never waits though O_NONBLOCK is off', () => {
    const [a, b] = ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM))
    for (const one of ['1', '2', '3']) sys.send(a, bytes(one))
    const into = room()
    expect([receive(b, into, 2), receive(b, into, 2), receive(b, into, 2)]).toEqual([
      2,
      1,
      -sys.EAGAIN,
    ])
    expect(textOf(into, 0)).toBe('3')
  })

  it('needs no names and no control data', () => {
    const [b, to] = udp()
    sys.sendto(b, bytes('x'), 0, 1, 0, to)
    const into = room()
    expect(raw.recvmmsg(b, into.slab, SIZE, CAPACITY, into.meta)).toBe(1)
    expect(metaOf(into, 0)).toEqual([1, 0, 0, 0])
  })

  it('puts control data of each message in its place', () => {
    const [b, to] = udp()
    sys.setsockopt(b, sys.IPPROTO_IP, sys.IP_RECVTTL, true)
    for (const hops of [11, 22]) {
      sys.sendmsg(b, bytes('x'), 0, sys.ttl(hops), 0, 0, to)
    }
    const into = room(64)
    // Where it is depends on the slab, and not on how many are asked for.
    expect(receive(b, into, 2)).toBe(2)
    const hops = [0, 1].map((i) => {
      const control = into.control.subarray(64 * i, 64 * i + (into.meta[4 * i + 3] ?? 0))
      return sys.parseSocketControlMessage(control).map(sys.parseTTL)
    })
    expect(hops).toEqual([[11], [22]])
  })

  it('has room for the names of unix sockets when there are 128 bytes for each', () => {
    const path = `\0netfd-mmsg-${process.pid}-${'x'.repeat(60)}`
    const unixgram = (name: string): number => {
      const fd = own(sys.socket(sys.AF_UNIX, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC))
      sys.bind(fd, { family: 'unix', path: name })
      return fd
    }
    const b = unixgram('')
    sys.sendto(unixgram(path), bytes('x'), 0, 1, 0, sys.getsockname(b))
    const { slab, meta } = room()
    const names = new Uint8Array(128 * CAPACITY)
    expect(raw.recvmmsg(b, slab, SIZE, CAPACITY, meta, names)).toBe(1)
    expect(sys.decodeSockaddr(names, meta[2])).toEqual({ family: 'unix', path })
  })

  it.each([
    ['no message', 0],
    ['more than there is room for', CAPACITY + 1],
  ])('refuses to take %s', (_, count) => {
    const [b] = udp()
    expect(() => receive(b, room(), count)).toThrow(RangeError)
  })

  it('refuses more than 128 messages, a size of 0, and room that is too small or uneven', () => {
    const [b] = udp()
    const { slab, meta, names, control } = room(8)
    const many = new Uint8Array(200)
    const take =
      (...args: unknown[]) =>
      () =>
        (raw.recvmmsg as (...all: unknown[]) => number)(b, ...args)
    const wrong = [
      take(many, 1, 129, new Int32Array(800)),
      take(slab, 0, 1, meta),
      take(slab, slab.length + 1, 1, meta),
      take(new Uint8Array(0), 1, 1, meta),
      take(slab, 2 ** 31, 1, meta),
      take(slab, SIZE, 1, meta.subarray(1)),
      take(slab, SIZE, 1, meta, names.subarray(1)),
      take(slab, SIZE, 1, meta, names.subarray(CAPACITY)),
      take(slab, SIZE, 1, meta, new Uint8Array(132 * CAPACITY)),
      take(slab, SIZE, 1, meta, names, control.subarray(1)),
      take(slab, SIZE, 1, meta, names, control, sys.MSG_WAITALL),
      take(slab, SIZE, 1, meta, names, control, sys.MSG_WAITFORONE),
      take(slab, SIZE, 1, meta, names, control, sys.MSG_PEEK),
      take(slab, SIZE, 1, meta, names, control, -1),
    ]
    for (const call of wrong) expect(call).toThrow(RangeError)
    expect(take(slab, SIZE, 1, meta, names)()).toBe(-sys.EAGAIN)
    expect(take(many, 1, 128, new Int32Array(800))()).toBe(-sys.EAGAIN)
  })
})

describe('sendmmsg', () => {
  it('sends what recvmmsg left, to where it came from', () => {
    const [a, from] = udp()
    const [b, to] = udp()
    const out = room()
    fill(out, ['one', 'two', '', 'four'], to)
    expect(sys.sendmmsg(a, out.slab, SIZE, 0, 4, out.meta, out.names)).toBe(4)
    const into = room()
    expect(receive(b, into)).toBe(4)
    expect(sys.sendmmsg(b, into.slab, SIZE, 1, 3, into.meta, into.names, into.control)).toBe(3)
    const back = room()
    expect(receive(a, back)).toBe(3)
    expect([0, 1, 2].map((i) => textOf(back, i))).toEqual(['two', '', 'four'])
    expect(sys.decodeSockaddr(nameOf(back, 0), 16)).toEqual(sys.decodeSockaddr(to))
    expect(from).not.toEqual(to)
  })

  it('goes to the peer of a connected socket, whatever the lengths of names say', () => {
    const [a, b] = unixPair()
    const out = room()
    fill(out, ['one', 'two'])
    out.meta[2] = 999
    expect(raw.sendmmsg(a, out.slab, SIZE, 0, 2, out.meta)).toBe(2)
    expect(receive(b, room())).toBe(2)
  })

  it('sends control data with each message', () => {
    const [b, to] = udp()
    sys.setsockopt(b, sys.IPPROTO_IP, sys.IP_RECVTTL, true)
    const out = room(24)
    fill(out, ['x', 'y'], to)
    out.control.set(sys.ttl(11))
    out.control.set(sys.ttl(22), 24)
    out.meta[3] = 24
    expect(raw.sendmmsg(b, out.slab, SIZE, 0, 2, out.meta, out.names, out.control)).toBe(2)
    const into = room(64)
    expect(receive(b, into)).toBe(2)
    const hops = [0, 64].map((at) =>
      sys.parseSocketControlMessage(into.control.subarray(at, at + 24)).map(sys.parseTTL),
    )
    // The second has control data, of which none is to be sent.
    expect(hops).toEqual([[11], [64]])
  })

  it('stops where one fails, and tells why when it is called again from there', () => {
    const [b, to] = udp()
    const out = room()
    fill(out, ['one', 'two', 'three'], to)
    // Port 0.
    out.names.set([0, 0], 32 + 2)
    const send = (start: number) =>
      raw.sendmmsg(b, out.slab, SIZE, start, 3 - start, out.meta, out.names)
    expect([send(0), send(1), send(2)]).toEqual([1, -sys.EINVAL, 1])
    expect(receive(b, room())).toBe(2)
  })

  it('never waits, though O_NONBLOCK is off, and tells how many went', () => {
    const [a] = ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM))
    const slab = new Uint8Array(SIZE * 128)
    const meta = new Int32Array(4 * 128)
    let sent = 0
    let n = 0
    for (let i = 0; n >= 0 && i < 1000; i++) {
      n = raw.sendmmsg(a, slab, SIZE, 0, 128, meta)
      sent += Math.max(n, 0)
    }
    expect(n).toBe(-sys.EAGAIN)
    expect(sent).toBeGreaterThan(0)
  })

  it('refuses lengths that do not fit, and then sends nothing', () => {
    const [b, to] = udp()
    const wrong: [at: number, value: number][] = [
      [0, -1],
      [0, SIZE + 1],
      [2, 1],
      [2, -1],
      [2, 33],
      [3, -1],
      [3, 25],
    ]
    for (const [at, value] of wrong) {
      const out = room(24)
      fill(out, ['one', 'two'], to)
      out.meta[4 + at] = value
      const send = () => raw.sendmmsg(b, out.slab, SIZE, 0, 2, out.meta, out.names, out.control)
      expect(send).toThrow(RangeError)
    }
    expect(receive(b, room())).toBe(-sys.EAGAIN)
  })

  it('refuses to begin or to end beyond the room', () => {
    const [b] = udp()
    const { slab, meta } = room()
    for (const [start, count] of [
      [0, 0],
      [4, 1],
      [3, 2],
      [-1, 1],
      [2 ** 31 - 1, 1],
    ] as const) {
      expect(() => raw.sendmmsg(b, slab, SIZE, start, count, meta)).toThrow(RangeError)
    }
  })
})

describe('sendmmsgv', () => {
  it('sends each buffer as a message, to one address', () => {
    const [b, to] = udp()
    const bufs = ['zero', 'one', '', 'three'].map(bytes)
    expect(sys.sendmmsgv(b, bufs, 1, 3, to)).toBe(3)
    const into = room()
    expect(receive(b, into)).toBe(3)
    expect([0, 1, 2].map((i) => textOf(into, i))).toEqual(['one', '', 'three'])
  })

  it('goes to the peer of a connected socket without an address', () => {
    const [a, b] = unixPair()
    expect(sys.sendmmsgv(a, [bytes('x')], 0, 1)).toBe(1)
    expect(receive(b, room())).toBe(1)
  })

  it('notices a getter that detaches another buffer or the address', () => {
    const [b, to] = udp()
    for (const victim of [to.slice(), bytes('victim')]) {
      const bufs = Object.defineProperty([victim], 1, {
        get: () => {
          structuredClone(victim.buffer, { transfer: [victim.buffer as ArrayBuffer] })
          return bytes('x')
        },
      })
      const name = victim.length === to.length ? victim : to
      expect(() => raw.sendmmsgv(b, bufs, 0, 2, name)).toThrow(/transferred/)
    }
    expect(receive(b, room())).toBe(-sys.EAGAIN)
  })

  it('refuses what is no list, no message, and more than 128 or than there are', () => {
    const [b, to] = udp()
    const bufs = new Array<Uint8Array>(130).fill(bytes('x'))
    for (const [start, count] of [
      [0, 0],
      [0, 129],
      [129, 2],
      [130, 1],
      [131, 1],
    ] as const) {
      expect(() => raw.sendmmsgv(b, bufs, start, count, to)).toThrow(RangeError)
    }
    expect(() => raw.sendmmsgv(b, bytes('x') as never, 0, 1, to)).toThrow(TypeError)
    expect(() => raw.sendmmsgv(b, ['x'] as never, 0, 1, to)).toThrow(TypeError)
    expect(raw.sendmmsgv(b, bufs, 2, 128, to)).toBe(128)
  })
})

describe('a connected socket that is refused', () => {
  it('loses the error of a batch: each call says that one went', () => {
    const [a] = udp()
    const gone = sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC)
    sys.bind(gone, loopback('inet4'))
    sys.connect(a, sys.getsockname(gone))
    sys.close(gone)
    const bufs = ['1', '2', '3'].map(bytes)
    // The trap of sendmmsg(2): what stopped it is gone when it is called again.
    expect([0, 1, 2].map((start) => raw.sendmmsgv(a, bufs, start, 3 - start))).toEqual([1, 1, 1])
  })
})

describe('descriptors that come in a batch', () => {
  it('have FD_CLOEXEC and are in the control data of their message', () => {
    const [a, b] = unixPair()
    for (let i = 0; i < 3; i++) sys.sendmsg(a, bytes('x'), 0, sys.unixRights(a, b))
    const into = room(sys.cmsgSpace(8))
    expect(receive(b, into)).toBe(3)
    const space = sys.cmsgSpace(8)
    const fds = [0, 1, 2].flatMap((i) =>
      sys
        .parseSocketControlMessage(into.control.subarray(space * i, space * (i + 1)))
        .flatMap(sys.parseUnixRights),
    )
    for (const fd of fds) own(fd)
    expect(fds).toHaveLength(6)
    for (const fd of fds) expect(sys.fcntl(fd, sys.F_GETFD)).toBe(sys.FD_CLOEXEC)
    expect([0, 1, 2].map((i) => metaOf(into, i)[1])).toEqual([0, 0, 0])
  })

  it('are installed as far as there is room, and the rest is closed', () => {
    const [a, b] = unixPair()
    sys.sendmsg(a, bytes('x'), 0, sys.unixRights(a, a, a))
    const into = room(sys.cmsgSpace(4))
    expect(receive(b, into)).toBe(1)
    expect(metaOf(into, 0)[1]).toBe(sys.MSG_CTRUNC)
    const control = into.control.subarray(0, into.meta[3])
    const fds = sys.parseSocketControlMessage(control).flatMap(sys.parseUnixRights)
    for (const fd of fds) own(fd)
    // The padding has room for one more.
    expect(fds).toHaveLength(2)
  })
})

it('the throwing forms say which call failed', () => {
  const { slab, meta } = room()
  const call = (run: () => unknown) => thrown(run).message
  expect(call(() => sys.recvmmsg(2 ** 30, slab, SIZE, 1, meta))).toMatch(/^recvmmsg: bad file/)
  expect(call(() => sys.sendmmsg(2 ** 30, slab, SIZE, 0, 1, meta.fill(0)))).toMatch(/^sendmmsg: /)
  expect(call(() => sys.sendmmsgv(2 ** 30, [slab], 0, 1))).toMatch(/^sendmmsg: bad file/)
})
