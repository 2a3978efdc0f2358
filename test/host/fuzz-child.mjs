// A program of fuzz.test.ts: runs the programs of its standard input, one connection each, on the backend of this
// process, and prints what came of every step.
import { text } from 'node:stream/consumers'
import { dial, listen } from '@netfd/net'

/** @typedef {import('./steps.js').Step} Step */
/** @typedef {import('@netfd/net').TCPConn} TCPConn */

const PAST = 1

/** @param {Promise<unknown>} call */
const outcome = async (call) => {
  try {
    return await call
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code
  }
}

/** One end, and what is known of it: a call is made where its outcome follows from what was done before. */
class End {
  /** @param {TCPConn} conn */
  constructor(conn) {
    this.conn = conn
    this.pending = 0
    this.ended = false
    this.gone = false
  }
}

/** Everything up to the end, or what it ended with.
 * @param {TCPConn} conn
 */
const drained = async (conn) => {
  const buf = new Uint8Array(65_536)
  while ((await conn.read(buf)) !== null);
  return 'end'
}

/** @param {End} end @param {number} n */
const receive = async ({ conn, pending, ended }, n) => {
  if (ended && pending === 0) return await outcome(drained(conn))
  if (pending > 0) return await outcome(conn.readFull(new Uint8Array(Math.min(n, pending))))
  conn.setReadDeadline(PAST)
  const late = await outcome(conn.read(new Uint8Array(1)))
  conn.setReadDeadline(null)
  return late
}

/** @param {TCPConn} conn */
const abandoned = async (conn) => {
  const abort = new AbortController()
  const reading = outcome(conn.read(new Uint8Array(1), { signal: abort.signal }))
  abort.abort()
  return await reading
}

/** @param {Step} step @param {End} end @param {End} peer */
const run = async ({ op, n }, end, peer) => {
  if (end.gone) return await outcome(end.conn.read(new Uint8Array(1)))
  if (peer.gone) {
    // Where one side had ended before, an end and a reset that come together are told apart by Linux alone: see
    // capabilities.mjs.
    const untold = op === 'write' || peer.ended || end.ended
    return untold ? 'not tried' : await outcome(drained(end.conn))
  }
  switch (op) {
    case 'write': {
      const wrote = await outcome(end.conn.write(new Uint8Array(n)))
      if (wrote === n) peer.pending += n
      return wrote
    }
    case 'read': {
      const read = await receive(end, n)
      if (typeof read === 'number') end.pending -= read
      return read
    }
    case 'abort':
      return end.pending > 0 || end.ended ? 'not tried' : await abandoned(end.conn)
    case 'closeWrite':
      // Once both have, it depends on whether the last end has come already.
      if (end.ended && peer.ended) return 'not tried'
      peer.ended = true
      return await outcome((async () => end.conn.closeWrite())())
    default:
      end.gone = true
      return await outcome(op === 'close' ? end.conn.close() : end.conn.reset())
  }
}

const listener = await listen('tcp', '127.0.0.1:0')

/** @param {readonly Step[]} steps */
const talk = async (steps) => {
  const address = String(listener.addr)
  const [a, b] = await Promise.all([dial('tcp', address), listener.accept()])
  const ends = [new End(/** @type {TCPConn} */ (a)), new End(b)]
  const outcomes = []
  for (const step of steps) {
    const [end, peer] = step.at === 0 ? ends : [...ends].reverse()
    outcomes.push(await run(step, /** @type {End} */ (end), /** @type {End} */ (peer)))
  }
  for (const { conn } of ends) await conn[Symbol.asyncDispose]()
  return outcomes
}

const results = []
for (const program of JSON.parse(await text(process.stdin))) results.push(await talk(program))
await listener.close()
console.log(JSON.stringify(results))
