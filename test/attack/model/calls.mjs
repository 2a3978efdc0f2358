// A call is made, and how it ends is held against the model: with a value that can be, or with a documented
// code that something in the program explains.
import { getEventListeners } from 'node:events'
import { terminalKind } from './world.mjs'

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').End} End */
/** @typedef {import('./world.mjs').Call} Call */

/**
 * The error of a call, as far as the model looks at it.
 * @typedef {Error & { code?: string, timeout?: boolean, bytesWritten?: number, bytesRead?: number, bytesAToB?: number, bytesBToA?: number, op?: string }} Failure
 */

/**
 * @typedef {object} Made
 * @property {string} name
 * @property {End} end
 * @property {'r' | 'w'} side
 * @property {AbortSignal | undefined} [signal]
 * @property {boolean} [exclusive]
 * @property {boolean} [renews] whether it waits more than once, each time for as long as is set then
 * @property {End} [other] the other end of a relay
 * @property {boolean} [both] whether it relays both ways
 * @property {number} [idle] after how many ms without a byte it ends; 0 for never
 * @property {() => number} [moved] when a byte has moved last
 * @property {boolean} [waits] whether it waits for what the other end sends
 * @property {readonly string[]} [codes] more codes that are right
 * @property {import('./world.mjs').Subject} subject what is called: its end may have another one by now
 * @property {(o: { signal?: AbortSignal }) => unknown} make
 * @property {(value: unknown) => void} done
 * @property {(error: Failure) => void} [failed]
 */

const OF_THE_PEER = new Set(['ECONNRESET', 'EPIPE', 'ENOTCONN'])
const OF_TIME = new Set(['ETIMEDOUT', 'ERR_DEADLINE_EXCEEDED'])
const OF_CLOSE = new Set(['ERR_NET_CLOSED', 'ERR_FILE_CLOSED'])

/** The directions that a call uses.
 * @param {Made} made
 */
const sidesOf = ({ end, side, other, both = false }) => [
  ...[end[side], ...(other === undefined ? [] : [other.r])],
  ...(both && other !== undefined ? [end.r, other.w] : []),
]

/** Why a call may have failed so, or undefined when nothing in the program explains it.
 * @param {string} code
 * @param {Made} made
 * @param {Call} [call]
 */
const explained = (code, made, call) => {
  const { end, signal, other, codes, subject } = made
  const ends = other === undefined ? [end] : [end, other]
  if (OF_CLOSE.has(code)) {
    return (
      end.subject !== subject || ends.some(({ closed, away, moved }) => closed || away || moved)
    )
  }
  if (OF_TIME.has(code)) {
    const least = call?.least ?? Number.POSITIVE_INFINITY
    const sides = [...sidesOf(made), ...(other === undefined ? [] : [other.w])]
    return sides.some(({ hadDeadline }) => hadDeadline) || least < 1e9
  }
  if (code === 'ABORT_ERR') return signal?.aborted === true
  if (OF_THE_PEER.has(code)) return ends.some(({ link }) => link.disturbed)
  if (code === 'EIO') return ends.some(({ link }) => link.disturbed && terminalKind(link.kind))
  return codes?.includes(code) === true
}

/** Whether the time of a call was over before it was.
 * @param {Made} made
 * @param {Call | undefined} call
 */
const early = (made, call) => {
  if (call === undefined || sidesOf(made).some(({ hadDeadline }) => hadDeadline)) return undefined
  const { idle = 0, moved = () => call.began } = made
  const since = performance.now() - (idle === call.least ? moved() : call.began)
  return since < call.least ? `timed out after ${since} of ${call.least} ms` : undefined
}

/** What is wrong with an error, or undefined.
 * @param {Failure} error
 * @param {Made} made
 * @param {Call} [call]
 */
const wrongWith = (error, made, call) => {
  if (!(error instanceof Error)) return `rejected with ${String(error)}`
  const { code, message } = error
  if (typeof code !== 'string') return `rejected without a code: ${error.stack}`
  if (!explained(code, made, call))
    return `rejected with ${code}, which nothing explains: ${message}`
  const time = OF_TIME.has(code)
  if (error.timeout !== undefined && error.timeout !== time) return `timeout is wrong: ${message}`
  return time ? early(made, call) : undefined
}

/** How many bytes an error says were moved: a whole number of what could be.
 * @param {World} world
 * @param {string} name
 * @param {'bytesWritten' | 'bytesRead' | 'bytesAToB' | 'bytesBToA'} field
 * @param {Failure} error
 * @param {number} most
 */
export const counted = (world, name, field, error, most) => {
  const n = error[field]
  if (n !== undefined && Number.isInteger(n) && n >= 0 && n <= most) return n
  world.problem(`${name}: ${field} of ${error.code} is ${n}, of at most ${most}`)
  return 0
}

/** A time of less is waited for, in ms. */
const SOON = 1000

/** A receiver takes more beside so many bytes that are not read. Beside more it may have no window for another
 * byte, which then waits at the sender and wakes no one. */
const WITH_ROOM = 32_768

/** Of a terminal, which keeps 4095. */
const TERMINAL_ROOM = 2048

/** What the other end had sent, or null where a wait that begins now need not wake for more.
 * @param {End} end
 */
const sentBefore = ({ link, r, from }) => {
  const writer = link.ends.find(({ into }) => into === from && into !== null)
  if (r.calls.size > 0 || writer === undefined || writer.w.calls.size > 0) return null
  const room = terminalKind(link.kind) ? TERMINAL_ROOM : WITH_ROOM
  if (from !== null && from.total - from.bytes > room) return null
  return link.sent(from)
}

/** Makes a call, and looks at how it ends.
 * @param {World} world
 * @param {Made} made
 */
export const start = (world, made) => {
  const { name, end, signal, exclusive = false, other, idle = 0, waits, make, done, failed } = made
  world.operations++
  const relay = other !== undefined
  const renews = made.renews === true || exclusive || relay
  const sides = sidesOf(made)
  const own = sides.map(({ timeout }) => timeout).filter((ms) => ms > 0)
  const least = Math.min(...own, idle > 0 ? idle : Number.POSITIVE_INFINITY)
  const timed = (least < SOON && !renews) || (idle > 0 && idle < SOON)
  const before = waits === true ? sentBefore(end) : null
  const began = performance.now()
  /** @type {Call} */
  const call = {
    ...{ name, exclusive, relay, renews, signal, done: Promise.resolve() },
    ...{ began, least, timed, before },
  }
  for (const one of sides) one.calls.add(call)
  world.calls.add(call)
  call.done = attempt(make, signal)
    .then(
      (value) => done(value),
      (/** @type {Failure} */ error) => {
        const wrong = wrongWith(error, made, call)
        if (wrong !== undefined) world.problem(`${name}: ${wrong}`)
        failed?.(error)
      },
    )
    .catch((/** @type {Error} */ error) => world.problem(`${name}: ${error.stack}`))
    .finally(() => {
      for (const one of sides) one.calls.delete(call)
      world.calls.delete(call)
    })
  return call
}

/** What a call throws is as wrong or right as what it rejects with.
 * @param {Made['make']} make
 * @param {AbortSignal | undefined} signal
 */
const attempt = async (make, signal) => await make(signal === undefined ? {} : { signal })

/** A setter or a sync call; tells whether it was done.
 * @param {World} world
 * @param {string} name
 * @param {End} end
 * @param {readonly string[]} codes
 * @param {() => void} f
 */
export const now = (world, name, end, codes, f) => {
  const { subject } = end
  if (subject === null) return false
  world.operations++
  try {
    f()
    return true
  } catch (thrown) {
    const error = /** @type {Failure} */ (thrown)
    const wrong = wrongWith(error, { name, end, subject, side: 'w', codes, make: f, done: f })
    if (wrong !== undefined) world.problem(`${name}: ${wrong}`)
    return false
  }
}

/** Listeners that settled calls have left on their signals.
 * @param {World} world
 */
export const listenersLeft = ({ controllers, shared }) =>
  [...controllers, shared].reduce(
    (sum, { signal }) => sum + getEventListeners(signal, 'abort').length,
    0,
  )
