// @ts-check
// Values that no argument of a call expects.
import { SCM_RIGHTS, SOL_SOCKET } from '@netfd/syscall'
import { below, pick } from './random.mjs'

/** What a getter of ours throws. */
export class Thrown extends Error {}

const fail = () => {
  throw new Thrown()
}

/** @typedef {() => number} Random */
/** @typedef {ArrayBuffer & { resize(size: number): void }} Resizable */
/** @typedef {SharedArrayBuffer & { grow(size: number): void }} Growable */

/** @type {(size: number) => Resizable} */
const resizable = (size) => Reflect.construct(ArrayBuffer, [size, { maxByteLength: 4 * size }])
/** @type {(size: number) => Growable} */
const growable = (size) => Reflect.construct(SharedArrayBuffer, [size, { maxByteLength: 4 * size }])

/** @param {unknown} view */
const detach = (view) => {
  if (!ArrayBuffer.isView(view) || view.byteLength === 0) return
  const { buffer } = view
  try {
    if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] })
  } catch {
    // Memory of WebAssembly is not to be transferred.
  }
}

/** Any byte but a slash, so that a path made of them stays in this folder. */
const SLASH = 0x2f

/**
 * Fills it with random bytes, or nearly all zeros.
 * @param {Random} random
 * @param {Uint8Array} bytes
 */
const fill = (random, bytes) => {
  const whole = Math.min(bytes.length, 256)
  const family = below(random, 12)
  for (let i = 0; i < whole; i++) {
    const byte = random() < 0.5 ? 0 : below(random, 256)
    bytes[i] = byte === SLASH ? 0 : byte
  }
  if (whole > 1 && random() < 0.7) bytes.set([family, 0])
  return bytes
}

const SIZES = [0, 1, 2, 3, 4, 8, 12, 15, 16, 28, 64, 110, 128, 129, 4096, 65_536]

class Posing extends Uint8Array {
  /** @override */
  get length() {
    return 2 ** 30
  }
  /** @override */
  get byteLength() {
    return 2 ** 30
  }
  /** @override */
  get byteOffset() {
    return 2 ** 30
  }
}

/** @typedef {{ buffer: ArrayBuffer, grow(pages: number): void }} Memory */

/** The memory of a WebAssembly module, which the types of Node lack. @type {(shared: boolean) => Memory} */
const memoryOf = (shared) => {
  const { Memory } = Reflect.get(globalThis, 'WebAssembly')
  return new Memory({ initial: 1, maximum: 50, shared })
}

const wasm = memoryOf(false)
const sharedWasm = memoryOf(true)

/** Bytes of every kind. @type {readonly ((random: Random) => Uint8Array)[]} */
const BYTES = [
  (random) => fill(random, Buffer.allocUnsafe(pick(random, SIZES))),
  (random) => fill(random, new Uint8Array(resizable(64), below(random, 64))),
  () => new Uint8Array(growable(64)),
  () => new Uint8Array(new SharedArrayBuffer(64)),
  (random) => new Uint8Array(wasm.buffer, below(random, 65_536)),
  (random) => new Uint8Array(sharedWasm.buffer, below(random, 65_536)),
  () => {
    const view = new Uint8Array(16)
    detach(view)
    return view
  },
  () => {
    const memory = resizable(64)
    const view = new Uint8Array(memory, 32)
    memory.resize(8)
    return view
  },
  () => {
    const memory = resizable(64)
    const view = new Uint8Array(memory)
    memory.resize(256)
    return view
  },
  () => {
    const memory = growable(64)
    const view = new Uint8Array(memory)
    memory.grow(256)
    return view
  },
  () => {
    // What looked at the memory before it grew is detached.
    const view = new Uint8Array(wasm.buffer, 0, 64)
    if (wasm.buffer.byteLength < 40 * 65_536) wasm.grow(1)
    return view
  },
  () => new Posing(4),
  () => Object.setPrototypeOf(new Uint8Array(16), null),
  () => Object.freeze(new Uint8Array(0)),
]

/** @param {Random} random */
export const someBytes = (random) =>
  random() < 0.5 ? fill(random, new Uint8Array(pick(random, SIZES))) : pick(random, BYTES)(random)

/**
 * Control data with descriptors in it, some of which are none, in a message whose length may lie. Of a caller
 * that receives, it is room.
 * @param {Random} random
 * @param {() => number} fd
 */
export const someControl = (random, fd) => {
  // 253 is the most that the kernel takes.
  const count = random() < 0.02 ? pick(random, [253, 254]) : below(random, 4)
  const bytes = new Uint8Array(CONTROL_HEAD + 4 * count + pick(random, [0, 0, 4, 64]))
  const view = new DataView(bytes.buffer)
  const length = random() < 0.8 ? CONTROL_HEAD + 4 * count : someNumber(random)
  view.setUint32(0, length, true)
  view.setInt32(8, random() < 0.95 ? SOL_SOCKET : someNumber(random), true)
  view.setInt32(12, random() < 0.95 ? SCM_RIGHTS : someNumber(random), true)
  for (let i = 0; i < count; i++) {
    view.setInt32(CONTROL_HEAD + 4 * i, random() < 0.95 ? fd() : pick(random, NO_FD), true)
  }
  return bytes
}

/** A size_t and two ints. */
const CONTROL_HEAD = 16

/** -100 is AT_FDCWD. */
const NO_FD = [-1, -100, 2 ** 31 - 1, -(2 ** 31), 900_000]

/** @param {Random} random @returns {unknown} */
export const someInts = (random) => {
  const length = pick(random, [0, 1, 2, 3, 3, 4, 384, 1000])
  if (random() < 0.3) return new Int32Array(new SharedArrayBuffer(4 * length))
  if (random() < 0.1) return new Int32Array(resizable(64), 0, 4)
  if (random() < 0.05) return new Int32Array(growable(64))
  const ints = new Int32Array(length)
  if (random() < 0.05) detach(ints)
  return ints
}

/**
 * A list of bytes, at times with a getter that changes what the call was given.
 * @param {Random} random
 * @param {unknown[]} args of the same call
 */
export const someList = (random, args) => {
  /** @type {unknown[]} */
  const list = Array.from({ length: pick(random, [0, 1, 2, 3]) }, () => someBytes(random))
  // More than one call takes.
  if (random() < 0.02) list.push(...new Array(1025).fill(someBytes(random)))
  if (random() < 0.7) return list
  const views = [...list]
  /** @type {readonly (() => unknown)[]} */
  const getters = [
    fail,
    () => {
      // Not through the list: this very getter would be called, without end.
      for (const arg of [...args, ...views]) detach(arg)
      return new Uint8Array(16)
    },
    () => {
      list.length = 1
      return new Uint8Array(16)
    },
    () => {
      list.push(...new Array(100).fill(new Uint8Array(1)))
      return new Uint8Array(16)
    },
    () => {
      if (wasm.buffer.byteLength < 40 * 65_536) wasm.grow(1)
      return new Uint8Array(wasm.buffer)
    },
  ]
  const get = pick(random, getters)
  const index = random() < 0.5 ? 0 : list.length
  Object.defineProperty(list, index, { get, configurable: true, enumerable: true })
  return random() < 0.2 ? Object.freeze(list) : list
}

const NUMBERS = [
  ...[
    0,
    -0,
    1,
    2,
    3,
    -1,
    -2,
    1.5,
    5e-324,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ],
  ...[127, 128, 255, 256, 1023, 1024, 1025, 65_535, 65_536],
  ...[2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 2 ** 63, 2 ** 64, 1.7e308],
]

/** @param {Random} random */
export const someNumber = (random) => pick(random, NUMBERS)

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

/** A proxy whose every trap throws. */
const furious = () => new Proxy([], new Proxy({}, { get: () => fail }))

/** A number that is open in no process of ours. */
const FAR = 900_000

/** @type {readonly ((random: Random) => unknown)[]} */
const OTHERS = [
  () => undefined,
  () => null,
  (random) => random() < 0.5,
  someNumber,
  () => 10n,
  () => 2n ** 64n,
  () => Symbol('s'),
  () => '',
  () => '1',
  () => 'lo',
  () => 'lo\0',
  () => 'a\0b',
  () => 'x'.repeat(100_000),
  () => '\ud800',
  () => ({}),
  () => Object.create(null),
  () => Object(FAR),
  () => ({ valueOf: () => FAR, toString: () => String(FAR) }),
  () => ({ valueOf: fail, toString: fail, [Symbol.toPrimitive]: fail }),
  () => ({ length: 4, 0: new Uint8Array(4) }),
  () => () => undefined,
  () => new Proxy(() => undefined, {}),
  () => [],
  () => Object.freeze([new Uint8Array(4)]),
  () => new Array(2 ** 32 - 1),
  revoked,
  furious,
  () => new Proxy([new Uint8Array(4)], {}),
  () => new Proxy(new Uint8Array(4), {}),
  () => new Float64Array(4),
  () => new BigInt64Array(4),
  () => new Uint8ClampedArray(4),
  () => new DataView(resizable(16)),
  () => new DataView(new ArrayBuffer(16)),
  () => new ArrayBuffer(16),
  () => new SharedArrayBuffer(16),
  () => wasm.buffer,
  someBytes,
  someInts,
]

/**
 * Any value; no function among them throws, for those are called from the event loop.
 * @param {Random} random
 * @param {unknown[]} args of the same call
 */
export const anything = (random, args) =>
  random() < 0.1 ? someList(random, args) : pick(random, OTHERS)(random)

/**
 * A value in a few words.
 * @param {unknown} value
 * @returns {string}
 */
export const told = (value) => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 12))
  if (typeof value === 'symbol' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return `${value}`.slice(0, 20)
  try {
    if (Array.isArray(value)) return `[${value.length}]`
    if (ArrayBuffer.isView(value)) return `${Object.prototype.toString.call(value).slice(8, -1)}`
  } catch {
    return 'a proxy'
  }
  return 'an object'
}
