// @ts-check
// Calls of the addon's entries with arguments at random, and what is to hold of each.
import { read, writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { native } from '@netfd/syscall/internal'
import { Descriptors, low, OURS, openNow, outside } from './descriptors.mjs'
import {
  anything,
  someBytes,
  someControl,
  someInts,
  someList,
  someNumber,
  Thrown,
  told,
} from './hostile.mjs'
import { Fault } from './part.mjs'
import { below, pick, seeded } from './random.mjs'
import { signatures } from './signatures.mjs'

/** @typedef {import('./signatures.mjs').Signature} Signature */
/** @typedef {import('./signatures.mjs').Parameter} Parameter */
/** @typedef {import('./part.mjs').Run} Run */
/** @typedef {(...args: unknown[]) => unknown} Entry */

/** How many threads the pool has. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4)

const entries = /** @type {Record<string, Entry>} */ (/** @type {unknown} */ (native))
const c = native.constants()
const CONSTANTS = Object.values(c)

/** Parameters that are descriptors, and numbers that are none. Of a name that is in neither we know nothing. */
const DESCRIPTOR = /^(fd|fdIn|fdOut|epfd|out|file)$/
const NUMBER =
  /^(flags|events|slot|generation|timeout|offset|length|nameLength|size|count|start|op|domain|type|protocol|initial|backlog|how|cmd|arg|index|level|optname|on|alive|watcher)$/

/** Calls that bring descriptors beside their data: their `adopt` is for those. */
const RECEIVES = /^(tryR|r)ecvm/

/** What descriptors are sent through. */
const CARRIERS = /^a unix pair/

/** No call waits this long, in ms: the loop stands still for as long. */
const MOST_WAIT = 1

/**
 * Options that make a close wait, that bring a descriptor as their value, or have the kernel write to an address
 * that the value holds.
 * @param {readonly unknown[]} args
 */
const harms = ([, level, option]) =>
  (level === c.SOL_SOCKET && (option === c.SO_LINGER || option === c.SO_PEERPIDFD)) ||
  (level === c.IPPROTO_TCP && option === TCP_ZEROCOPY_RECEIVE)

const TCP_ZEROCOPY_RECEIVE = 35

/** One batch: its descriptors, and what its calls made. */
class Batch {
  random
  fds
  /** Watchers by the entry that closes them. @type {Map<string, number[]>} */
  watchers = new Map()
  /** @type {Promise<void>[]} */
  jobs = []
  /** How many descriptors came with messages. */
  received = 0

  /**
   * @param {number} seed
   * @param {Awaited<ReturnType<typeof outside>>} made
   */
  constructor(seed, made) {
    this.random = seeded(seed)
    this.fds = new Descriptors(this.random, made)
  }

  /** @param {Parameter} parameter @param {Signature} of @returns {unknown} */
  #number({ name, type }, of) {
    const { random } = this
    if (DESCRIPTOR.test(name)) {
      const carries = of.parameters.some((one) => one.name === 'control')
      return this.fds.any(carries && random() < 0.6 ? CARRIERS : undefined)
    }
    if (!NUMBER.test(name))
      throw new Error(`${of.name}: what is ${name}? Say it in ${import.meta.url}`)
    if (type === '0 | 1') return below(random, 2)
    if (name === 'watcher') {
      const ids = this.watchers.get(of.name.replace(/Ref$/, 'Close')) ?? []
      return ids.length > 0 && random() < 0.8 ? pick(random, ids) : below(random, 100_000)
    }
    const kind = random()
    if (kind < 0.5) return pick(random, [0, 0, 1, 2, 4, 8, 16, 64, 1024, 65_536])
    return kind < 0.9 ? pick(random, CONSTANTS) : someNumber(random)
  }

  /** @param {Parameter} parameter @param {Signature} of @param {unknown[]} args @returns {unknown} */
  #fitting(parameter, of, args) {
    const { random } = this
    const { type } = parameter
    if (type.startsWith('number |')) {
      return pick(random, [someNumber(random), random() < 0.5, 'cubic', someBytes(random)])
    }
    if (type === 'number' || type === '0 | 1') return this.#number(parameter, of)
    if (type === 'boolean') return random() < 0.5
    if (type === 'string') return pick(random, ['lo', 'eth0', 'x'.repeat(20), 'l\0o'])
    if (parameter.name === 'control' && random() < 0.7) {
      return someControl(random, () => this.fds.any())
    }
    if (type === 'Uint8Array') return someBytes(random)
    if (type === 'Int32Array') return someInts(random)
    if (type === 'readonly Uint8Array[]') return someList(random, args)
    if (type === 'readonly Uint8Array[] | Uint8Array') {
      return random() < 0.5 ? someList(random, args) : someBytes(random)
    }
    if (type.includes('=>')) return () => undefined
    throw new Error(`${of.name}: what is a ${type}? Say it in ${import.meta.url}`)
  }

  /**
   * Arguments for one call, most of which fit.
   * @param {Signature} of
   */
  arguments(of) {
    const { random } = this
    /** @type {unknown[]} */
    const args = []
    const wild = random() < 0.5 ? 0 : 0.3
    for (const parameter of of.parameters) {
      args.push(random() < wild ? anything(random, args) : this.#fitting(parameter, of, args))
    }
    if (random() < 0.1) args.length = below(random, args.length + 1)
    if (random() < 0.02) args.push(...new Array(20).fill(null))
    this.#spare(of, args)
    return args
  }

  /**
   * Takes out what a caller may not do either: use descriptors of Node's, or wait on the event loop.
   * @param {Signature} of
   * @param {unknown[]} args
   */
  #spare({ name, parameters }, args) {
    for (const [i, parameter] of parameters.entries()) {
      const value = args[i]
      if (typeof value !== 'number') continue
      if (DESCRIPTOR.test(parameter.name) && value > -1 && value < OURS) args[i] = this.fds.any()
      if (parameter.name === 'timeout' && (value < 0 || value > MOST_WAIT)) args[i] = MOST_WAIT
      if (parameter.name === 'optname' && harms(args)) args[i] = c.SO_KEEPALIVE
    }
    // A try call never waits; but with `toPipe` its caller vouches for one side.
    const tries = name.startsWith('try') && typeof args[4] !== 'boolean'
    const on = tries && this.random() < 0.3 ? 0 : 1
    for (const arg of args) {
      if (typeof arg === 'number' && this.fds.has(arg)) native.setNonblock(arg, on)
    }
  }

  /**
   * One call, with everything about it in what is thrown.
   * @param {Signature} of
   * @param {(what: string) => void} at
   * @returns {boolean} whether the arguments were taken
   */
  step(of, at) {
    const args = this.arguments(of)
    const words = args.map((arg) => this.fds.kindOf(arg) ?? told(arg))
    const what = `${of.name}(${words.join(', ')})`
    at(what)
    try {
      return this.#call(of, args)
    } catch (error) {
      throw new Fault(`${what}: ${error instanceof Error ? error.stack : error}`)
    }
  }

  /** Whether no more can be open or under way: each job keeps two descriptors. */
  get full() {
    return this.jobs.length > 200 || this.fds.size > 400
  }

  /** @param {() => void} step of the pool */
  async rest(step) {
    step()
    await Promise.all(this.jobs.splice(0))
    if (this.fds.size <= 400) return
    this.fds.closeAll()
    this.fds.makeAll()
  }

  /**
   * Calls, and keeps what that made.
   * @param {Signature} of
   * @param {unknown[]} args
   */
  #call(of, args) {
    const before = RECEIVES.test(of.name) ? low() : null
    let result
    try {
      result = entries[of.name]?.(...args)
    } catch (error) {
      const ours =
        error instanceof TypeError || error instanceof RangeError || error instanceof Thrown
      if (ours) return false
      throw error
    }
    if (result instanceof Promise) {
      if (of.name === 'closePool') this.#closed(args[0])
      this.jobs.push(result.then((late) => judge(of, late)))
      return true
    }
    judge(of, result)
    if (before !== null) this.#received(before)
    if (typeof result === 'number' && result >= 0) this.#made(of, args, result)
    return true
  }

  /** @param {unknown} fd */
  #closed(fd) {
    if (typeof fd !== 'number' || !this.fds.has(fd)) return
    this.fds.gone(fd)
    // Another gets the number while jobs with the old one are under way.
    if (this.random() < 0.7) this.fds.make()
  }

  /** @param {Signature} of @param {unknown[]} args @param {number} result */
  #made({ name, parameters }, args, result) {
    if (name === 'close') this.#closed(args[0])
    const places = parameters.map((parameter) => parameter.name)
    // What a message brings is adopted, and the result is its length.
    if (places.includes('adopt') && !RECEIVES.test(name)) {
      const pair = args[places.indexOf('pair')]
      const made = pair instanceof Int32Array ? [...pair.subarray(0, 2)] : [result]
      for (const fd of made) this.fds.keep(fd, `what ${name} made`)
    }
    if (name === 'getsockopt') this.#pidfd(args, result)
    if (name === 'fcntl' && args[1] === c.F_DUPFD_CLOEXEC) this.fds.keep(result, 'a duplicate')
    if (/Open$/.test(name)) {
      const closer = name.replace(/Open$/, 'Close')
      this.watchers.set(closer, [...(this.watchers.get(closer) ?? []), result])
    }
    if (/^(watch|thread)Close$/.test(name)) {
      const ids = this.watchers.get(name) ?? []
      this.watchers.set(
        name,
        ids.filter((id) => id !== args[0]),
      )
    }
  }

  /** Puts descriptors under way in each pair, for calls at random to take. */
  send() {
    for (const fd of this.fds.all(CARRIERS)) {
      const control = someControl(this.random, () => this.fds.any())
      native.sendmsg(fd, [new Uint8Array(4)], Number(c.MSG_DONTWAIT), control)
    }
  }

  /** Keeps what came with a message: the kernel gave it the lowest numbers. @param {readonly number[]} before */
  #received(before) {
    for (const fd of low()) {
      if (before.includes(fd)) continue
      this.fds.keep(fd, 'what a message brought')
      this.received++
    }
  }

  /** The one option whose value is a descriptor. @param {unknown[]} args @param {number} result */
  #pidfd([, level, option, out], result) {
    if (level !== c.SOL_SOCKET || option !== c.SO_PEERPIDFD) return
    this.fds.keep(out instanceof Int32Array ? (out[0] ?? 0) : result, 'a process')
  }

  /** Closes all, and waits for what is under way. @param {() => void} step of the pool */
  async end(step) {
    for (const [closer, ids] of this.watchers) for (const id of ids) entries[closer]?.(id)
    this.fds.closeAll()
    step()
    await Promise.all(this.jobs)
    // libuv frees a handle in the turn after it was closed.
    await turn()
    await turn()
  }
}

/** Lower than any negated errno of the kernel's. */
const LOWEST = -4095

/**
 * @param {Signature} of
 * @param {unknown} result
 */
const judge = ({ name, answer }, result) => {
  if (typeof result === 'string' && answer.includes('string')) return
  // The value of an option may be any.
  const least = name === 'getsockopt' ? -(2 ** 31) : LOWEST
  if (typeof result === 'number' && Number.isInteger(result) && result >= least) return
  throw new Fault(`answered ${String(result)}`)
}

/**
 * Keeps every thread of the pool waiting in a read of its own. `step` frees one thread, which does all that is
 * queued, and then waits again; `end` frees all.
 */
const busyPool = () => {
  const ends = new Int32Array(2)
  native.pipe2(Number(c.O_CLOEXEC), ends)
  const [from = -1, to = -1] = ends
  const byte = new Uint8Array(1)
  let over = false
  const again = () => {
    if (!over) read(from, new Uint8Array(1), 0, 1, null, again)
  }
  for (let i = 0; i < THREADS; i++) again()
  return {
    step: () => writeSync(to, byte),
    end: () => {
      over = true
      for (let i = 0; i < THREADS; i++) writeSync(to, byte)
    },
  }
}

const BATCH = 4000

/**
 * Makes what stays, so that nothing else is left when a batch is over: the helper thread of this environment.
 */
const makeHelper = () => {
  const event = native.eventfd(0)
  const own = new Int32Array(1)
  const watcher = native.threadOpen(
    event,
    () => undefined,
    own,
    () => undefined,
  )
  if (watcher < 0) throw new Error(`threadOpen: errno ${-watcher}`)
  native.threadClose(watcher)
  native.close(event)
}

/**
 * @param {readonly string[]} before
 * @param {string} title
 */
const compare = (before, title) => {
  const now = openNow()
  const lost = before.filter((one) => !now.includes(one))
  const left = now.filter((one) => !before.includes(one))
  if (lost.length > 0) throw new Fault(`${title} closed what is not ours: ${lost.join('; ')}`)
  if (left.length > 0) throw new Fault(`${title} left open: ${left.join('; ')}`)
}

/**
 * As many batches as there is time for.
 * @param {Run} run
 */
export const attackNative = async ({ seed, over, at, progress, folder }) => {
  process.chdir(folder)
  // A file that has its full size answers EFBIG then, instead of ending the process.
  process.on('SIGXFSZ', () => undefined)
  const made = await outside(folder)
  const all = signatures(native)
  makeHelper()
  const pool = busyPool()
  const before = openNow()
  let [calls, refused, received, batches] = [0, 0, 0, 0]
  while (!over() || batches === 0) {
    const batch = new Batch(seed + batches, made)
    for (let i = 0; i < BATCH && !over(); i++) {
      const name = `${batches}.${i}`
      if (!batch.step(pick(batch.random, all), (what) => at(`${name} ${what}`))) refused++
      calls++
      if (i % 200 === 0) {
        pool.step()
        batch.send()
        await turn()
      }
      if (batch.full) await batch.rest(pool.step)
    }
    await batch.end(pool.step)
    received += batch.received
    compare(before, `batch ${batches}`)
    batches++
    progress(`${calls} calls, ${batches} batches`)
  }
  pool.end()
  return { calls, refused, entries: all.length, batches, 'descriptors in messages': received }
}
