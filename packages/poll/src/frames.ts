// Which frames the stack of an error shows: the caller's, and none of ours.
//
// A call that fails after a wait fails inside the poller, whose frames say nothing about it, and the caller's
// have gone long ago. So such an error has no frames, unless NETFD_TRACE=1 asks for the place of each call.

/** Asked once: reading the environment costs as much as opening a socket. */
export const tracing = process.env.NETFD_TRACE === '1'

/** A call of the program stands behind more of our own functions than the ten that V8 shows. */
const FRAMES = 50

/** What `make` answers; the errors that it makes have so many frames. */
function limited<T>(frames: number, make: () => T): T {
  const limit = Error.stackTraceLimit
  // Under --frozen-intrinsics it may be that it cannot be set, and stays what it is.
  Reflect.set(Error, 'stackTraceLimit', frames)
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

/** What `make` answers; the errors that it makes have no frames, which are most of what an error costs. */
export const bare = <T>(make: () => T): T => limited(0, make)

/** Gives an error the frames of now, from the caller of `entry` on. */
export function showFrames(error: Error, entry: (...args: never[]) => unknown): void {
  // A caller's own error, which a callback threw, has its frames already and may not be written to.
  if (typeof error.stack !== 'string' || error.stack.includes('\n    at ')) return
  Error.captureStackTrace(error, entry)
}

/** The frames of now, as text, from the caller of so many callers on. */
export function framesNow(callers: number): string {
  const { stack } = limited(FRAMES, () => new Error('here'))
  // A program may have Error.prepareStackTrace answer anything.
  if (typeof stack !== 'string') return String(stack)
  return stack
    .split('\n')
    .slice(callers + 4)
    .join('\n')
}

const places = new WeakMap<object, string>()

/** Remembers where a call was made that has to wait. */
export function rememberPlace(call: object): void {
  places.set(call, framesNow(2))
}

/** Shows it in the error that the call fails with. */
export function showPlace(error: Error, call: object): void {
  const place = places.get(call)
  if (place === undefined || typeof error.stack !== 'string') return
  places.delete(call)
  Reflect.set(error, 'stack', `${error.stack}\n${place}`)
}
