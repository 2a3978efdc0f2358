// What a caller gives as a signal. A call that waits for something that only looks like one would wait
// without end, so it is looked at before the call begins, and nothing of the caller's runs afterwards.
import { isProxy } from 'node:util/types'

/** What a call that may wait takes. */
export interface CallOptions {
  /** Ends this one call with CanceledError (`'ABORT_ERR'`); nothing is closed and no byte is lost. */
  signal?: AbortSignal | undefined
}

/** An object that an event is handed to. */
interface Listener {
  handleEvent(): void
}

// Taken once. A property of the one signal, or what a program puts in their place, is never asked.
const { AbortController, AbortSignal } = globalThis
const { addEventListener, removeEventListener } = AbortSignal.prototype
const getter = <T>(key: 'aborted' | 'reason') =>
  Object.getOwnPropertyDescriptor(AbortSignal.prototype, key)?.get as (this: AbortSignal) => T
const aborted = getter<boolean>('aborted')
const reason = getter<unknown>('reason')

/** Whether it is aborted. The signal must have come out of `signalOf`. */
export const wasAborted = (signal: AbortSignal): boolean => aborted.call(signal)

/** Why it was aborted. */
export const reasonOf = (signal: AbortSignal): unknown => reason.call(signal)

/** Has `listener.handleEvent` called at the abort. */
export function addListener(signal: AbortSignal, listener: Listener): void {
  addEventListener.call(signal, 'abort', listener)
}

/** Undoes `addListener`. */
export function removeListener(signal: AbortSignal, listener: Listener): void {
  removeEventListener.call(signal, 'abort', listener)
}

/**
 * The signal of a call's options, to be waited for; undefined when there is none. Throws TypeError for
 * what is no AbortSignal, and whatever a getter of the options throws.
 */
export function signalOf(o: { signal?: unknown } | null | undefined): AbortSignal | undefined {
  const signal = o?.signal
  if (signal === undefined) return undefined
  if (typeof signal !== 'object' || signal === null || isProxy(signal)) throw notSignal()
  return signal instanceof AbortSignal ? checked(signal) : mirrorOf(signal)
}

const notSignal = (): TypeError => new TypeError('signal must be an AbortSignal')

/** Refuses an heir of AbortSignal that is none itself. */
function checked(signal: AbortSignal): AbortSignal {
  try {
    aborted.call(signal)
  } catch {
    throw notSignal()
  }
  return signal
}

/** The signals of other realms and makers, such as jsdom, each with one of ours that follows it. */
const mirrors = new WeakMap<object, AbortController>()

function mirrorOf(signal: object): AbortSignal {
  const proto = signalProto(signal)
  if (proto === null) throw notSignal()
  const off: unknown = Object.getOwnPropertyDescriptor(proto, 'aborted')?.get?.call(signal)
  if (typeof off !== 'boolean') throw notSignal()
  let mirror = mirrors.get(signal)
  if (mirror === undefined) {
    mirror = new AbortController()
    const ours = mirror
    // It stays for as long as the signal lives: one for each signal, however many calls have it.
    if (!off) {
      proto.addEventListener.call(signal as AbortSignal, 'abort', () => follow(ours, signal))
    }
    mirrors.set(signal, mirror)
  }
  if (off) follow(mirror, signal)
  return mirror.signal
}

function follow(mirror: AbortController, signal: { reason?: unknown }): void {
  let why: unknown
  try {
    why = signal.reason
  } catch (error) {
    why = error
  }
  mirror.abort(why)
}

/** No class of signals has more ancestors; a proxy could have them without end. */
const MOST_ANCESTORS = 8

/** The prototype that makes an object a signal: it says so, and has the getter. */
function signalProto(signal: object): AbortSignal | null {
  let proto: object | null = signal
  for (let i = 0; i < MOST_ANCESTORS && proto !== null; i++) {
    proto = Object.getPrototypeOf(proto) as object | null
    const tag = proto && Object.getOwnPropertyDescriptor(proto, Symbol.toStringTag)?.value
    if (tag === 'AbortSignal') return proto as AbortSignal
  }
  return null
}
