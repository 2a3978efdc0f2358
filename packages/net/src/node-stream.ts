// The streams of node:stream, and those that behave as they do: what both ends of a transfer need of them.

// Taken once: a test runner may put another one in its place, which stands still.
const { nextTick } = process

/** What is asked of a stream besides its bytes. A stream of a library may lack any of the optional ones. */
export interface NodeStream {
  on(event: string, listener: (...args: never[]) => void): unknown
  removeListener(event: string, listener: (...args: never[]) => void): unknown
  readonly destroyed?: boolean
  readonly closed?: boolean
  readonly errored?: Error | null
}

/** Whether it tells of events. */
export const isEmitter = (end: object): end is NodeStream =>
  typeof (end as NodeStream).on === 'function' &&
  typeof (end as NodeStream).removeListener === 'function'

/** Listens to one stream for as long as a transfer lasts. */
export class Listening {
  /** Why the stream failed, once it has. */
  error: Error | null = null
  readonly #stream: NodeStream
  readonly #events: readonly string[]
  #told = false
  #heard: (() => void) | null = null
  readonly #hear = (): void => {
    const heard = this.#heard
    this.#heard = null
    heard?.()
  }
  readonly #fail = (error: Error): void => {
    this.#told = true
    this.fail(error)
  }

  constructor(stream: NodeStream, events: readonly string[]) {
    this.#stream = stream
    this.#events = events
    this.error = stream.errored ?? null
    for (const event of events) stream.on(event, this.#hear)
    stream.on('error', this.#fail)
  }

  /** The next event, or a failure. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve
    })
  }

  /** Wakes who waits, as an event would. */
  wake(): void {
    this.#hear()
  }

  /** The stream has failed; the first error is the one that counts. */
  fail(error: Error): void {
    this.error ??= error
    this.#hear()
  }

  /** Takes every listener away. */
  leave(): void {
    for (const event of this.#events) this.#stream.removeListener(event, this.#hear)
    this.#stream.removeListener('error', this.#fail)
    if (this.error !== null && !this.#told) absorb(this.#stream)
  }
}

/**
 * A stream that has failed may say so later, when it has closed its file: the transfer, which was
 * rejected with that error, listens no more, and it would end the process.
 */
function absorb(stream: NodeStream): void {
  const done = (): void => {
    stream.removeListener('error', done)
    stream.removeListener('close', done)
  }
  stream.on('error', done)
  stream.on('close', done)
  // One that is closed has the error of its next tick behind it, if it has any.
  if (stream.closed !== false) nextTick(done)
}

/** A failure as Node words it. */
export function streamError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/** It was destroyed or its peer went away, and no error says why. */
export const prematureClose = (): Error =>
  streamError('ERR_STREAM_PREMATURE_CLOSE', 'Premature close')
