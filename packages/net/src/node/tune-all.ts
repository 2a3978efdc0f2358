// Options of the kernel on every socket that Node connects from now on.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { checkFunction, checkOptions, checkType } from '../arguments.js'
import type { TuneOptions } from './options.js'
import { checkTune, TUNE } from './options.js'
import { applyTo } from './tune.js'

/** What a socket is connected to. */
export interface TuneTarget {
  /** The peer's IP address. */
  readonly remoteAddress: string
  /** The peer's port. */
  readonly remotePort: number
  /** The socket itself. */
  readonly socket: Socket
}

/** Which sockets {@link tuneAll} tunes, and how. */
export interface TuneAllOptions extends TuneOptions {
  /** Whether a connected socket is wanted; all are when left out. */
  match?: ((to: TuneTarget) => boolean) | undefined
  /** Whether sockets that Node accepts are tuned too; `tuneSocket(server)` costs less. False when left out. */
  servers?: boolean | undefined
  /** Called for each socket whose options were refused; a process warning, once, when left out. */
  onError?: ((error: Error, socket: Socket) => void) | undefined
}

const CLIENT = 'net.client.socket'
const SERVER = 'net.server.socket'

/** Ends {@link tuneAll}: sockets that are connected keep their options. */
class Tuning implements Disposable {
  readonly #o: TuneAllOptions
  readonly #connected: (this: Socket) => void
  readonly #began = (message: unknown) => this.begins((message as { socket: Socket }).socket)
  readonly #accepted = (message: unknown) => this.#tune((message as { socket: Socket }).socket)
  #open = true
  #warned = false

  constructor(o: TuneAllOptions) {
    this.#o = o
    const tune = (socket: Socket) => this.#tune(socket)
    this.#connected = function (this: Socket) {
      tune(this)
    }
    if (publishes()) subscribe(CLIENT, this.#began)
    else wrap(this)
    if (o.servers === true) subscribe(SERVER, this.#accepted)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    unsubscribe(CLIENT, this.#began)
    unsubscribe(SERVER, this.#accepted)
    unwrap(this)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The socket connects: with several addresses it has a descriptor for each until one is connected. */
  begins(socket: Socket): void {
    // It may have tried before, and failed.
    socket.off('connect', this.#connected)
    socket.prependOnceListener('connect', this.#connected)
  }

  /** Throws nothing: it runs among the listeners of a program that knows nothing of it. */
  #tune(socket: Socket): void {
    const { remoteAddress, remotePort } = socket
    // One of another family, or one that is closed already.
    if (!this.#open || remoteAddress === undefined || remotePort === undefined) return
    try {
      const { match } = this.#o
      if (match?.({ remoteAddress, remotePort, socket }) === false) return
      applyTo(socket, this.#o)
    } catch (error) {
      this.#failed(error as Error, socket)
    }
  }

  #failed(error: Error, socket: Socket): void {
    const { onError } = this.#o
    if (onError !== undefined) {
      process.nextTick(onError, error, socket)
    } else if (!this.#warned) {
      this.#warned = true
      process.emitWarning(`tuneAll: ${error.message}`, { code: 'NETFD_TUNE' })
    }
  }
}

let published: boolean | undefined

/** Whether the channel tells of a socket however it is connected. It is tried: versions differ. */
function publishes(): boolean {
  if (published !== undefined) return published
  const probe = new Socket()
  let told = false
  const listener = (message: unknown) => {
    told ||= (message as { socket: Socket }).socket === probe
  }
  subscribe(CLIENT, listener)
  try {
    // It looks up for ever, and sends nothing.
    probe.connect({ host: 'probe.invalid', port: 1, lookup: () => undefined })
  } finally {
    unsubscribe(CLIENT, listener)
    probe.destroy()
  }
  published = told
  return told
}

const wrapping = new Set<Tuning>()
let original: Socket['connect'] | null = null

/** Takes the place of `connect` where no channel tells of it. */
const connecting = function (this: Socket, ...args: Parameters<Socket['connect']>): Socket {
  for (const tuning of wrapping) tuning.begins(this)
  return (original as Socket['connect']).apply(this, args)
} as Socket['connect']

function wrap(tuning: Tuning): void {
  wrapping.add(tuning)
  if (original !== null) return
  original = Socket.prototype.connect
  Socket.prototype.connect = connecting
}

/** The last one puts it back, unless it has been wrapped since: then it goes on as if it were not there. */
function unwrap(tuning: Tuning): void {
  if (!wrapping.delete(tuning) || wrapping.size > 0) return
  if (Socket.prototype.connect !== connecting || original === null) return
  Socket.prototype.connect = original
  original = null
}

/**
 * Sets options of the kernel on every TCP socket that Node connects from now on, TLS included: for clients
 * that take neither a socket nor a stream. They are set at `'connect'`, before other listeners run. `match`
 * is asked first, when the address is known; what it answers but false is yes. `close()` or `using` ends it.
 *
 * What the kernel refuses, or `match` throws, goes to `onError`, and never into the client. Throws TypeError or
 * RangeError for wrong options. Deno's sockets have no descriptor, and stay as they are, and so
 * do all on the host backend.
 *
 * ```ts
 * import { tuneAll } from '@netfd/net/node'
 * using tuning = tuneAll({
 *   userTimeout: 20_000,
 *   match: ({ remotePort }) => remotePort === 6379,
 * })
 * console.assert(typeof tuning.close === 'function')
 * ```
 */
export function tuneAll(o: TuneAllOptions): Disposable & { close(): void } {
  checkOptions('tuneAll', o, [...TUNE, 'match', 'servers', 'onError'])
  if (o === undefined) throw new TypeError('tuneAll needs options to set')
  checkTune(o)
  if (o.match !== undefined) checkFunction('match', o.match)
  if (o.onError !== undefined) checkFunction('onError', o.onError)
  if (o.servers !== undefined) checkType('servers', o.servers, 'boolean')
  return new Tuning({ ...o })
}
