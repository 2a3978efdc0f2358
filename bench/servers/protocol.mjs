// @ts-check
// What every JavaScript peer shares: its arguments, and the line protocol with the harness.
// A peer prints {"port":N}, which is its process where it listens on a local socket, answers a line `gc` with its heap, a line `allocated` with the bytes that it
// has allocated since the last such line, a line {"dial":PORT,"count":N} with the latencies of N dials,
// and ends when its stdin does.
import process from 'node:process'

/**
 * @typedef {object} Args
 * @property {string} mode
 * @property {number} target the port that `proxy` connects to
 * @property {number} bytes what `source` sends
 * @property {number} buffer the size of one read
 * @property {boolean} deadline whether every read gets a deadline
 * @property {string | null} path where it listens on a local socket in place of a port
 * @property {readonly string[]} form in place of netfd's loop of reads and writes, if any
 */

/** @typedef {(port: number, count: number) => Promise<number[]>} DialMany microseconds, one each */

/** How far ahead a read deadline lies, in milliseconds. */
export const DEADLINE_MS = 30_000

const FORMS = ['--write-to', '--buffered', '--both-buffered']

/** @returns {Args} */
export const parseArgs = () => {
  const [mode = 'echo', ...rest] = process.argv.slice(2)
  /** @type {(name: string, fallback: number) => number} */
  const number = (name, fallback) => {
    const at = rest.indexOf(name)
    return at < 0 ? fallback : Number(rest[at + 1])
  }
  return {
    mode,
    target: number('--target', 0),
    bytes: number('--bytes', 2 ** 30),
    buffer: number('--buffer', 65_536),
    deadline: rest.includes('--deadline'),
    path: rest.includes('--unix') ? `/tmp/netfd-bench-${process.pid}.sock` : null,
    form: rest.filter((arg) => FORMS.includes(arg)),
  }
}

/** A promise that a callback resolves. */
export const deferred = () => {
  /** @type {() => void} */
  let resolve = () => undefined
  /** @type {Promise<void>} */
  const promise = new Promise((r) => {
    resolve = r
  })
  return { promise, resolve }
}

/**
 * Runs `step` count times, one after the other, and gives the time of each in microseconds.
 * @param {number} count
 * @param {() => Promise<() => Promise<void>>} step dials; what it returns closes the connection
 * @returns {Promise<number[]>}
 */
export const timeEach = async (count, step) => {
  const times = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const close = await step()
    times.push((performance.now() - start) * 1000)
    await close()
  }
  return times
}

/** @param {unknown} answer */
const print = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)

/** @param {number[]} times */
const summary = (times) => {
  const sorted = times.toSorted((a, b) => a - b)
  /** @type {(share: number) => number} */
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return { requests: times.length, p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}

/**
 * Prints the port and serves the harness's lines until stdin ends, which ends the process.
 * @param {number} port
 * @param {object} hooks
 * @param {() => number | null} hooks.gc collects, then gives heap bytes
 * @param {() => number} [hooks.allocated] bytes since its last call, where the runtime tells
 * @param {DialMany} hooks.dial
 */
export const serveHarness = (port, { gc, allocated, dial }) => {
  /** @param {string} line */
  const answer = async (line) => {
    if (line === 'gc') return print({ heapUsed: gc() })
    if (line === 'allocated') return print({ allocated: allocated?.() ?? null })
    const { dial: target, count } = JSON.parse(line)
    return print(summary(await dial(target, count)))
  }
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) answer(line).catch(fail)
  })
  process.stdin.on('end', () => process.exit(0))
  print({ port })
}

/**
 * Ends the process with the error: a peer that goes on after one would be measured all the same.
 * @param {unknown} error
 * @returns {never}
 */
export const fail = (error) => {
  console.error(error)
  process.exit(1)
}

/**
 * Node's and Deno's collector behind --expose-gc. Two passes: the first may only run finalizers.
 * @returns {number}
 */
export const collectV8 = () => {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('start with --expose-gc')
  gc()
  gc()
  return process.memoryUsage().heapUsed
}
