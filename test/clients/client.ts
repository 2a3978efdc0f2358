// What a client's tests say about it: how it is opened in each form, the work it does, and a request that
// waits. Nothing here is a test runner's: the same work runs on every runtime.
import type { ConnectOptions, Form as Wanted } from '@netfd/net/node'

/** Where a server is. */
export interface Where {
  readonly host: string
  readonly port: number
  readonly securePort: number
  /** The certificate to trust. */
  readonly ca: string
  /** Ends the server without a word to its clients. */
  kill(): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
}

/**
 * How a client comes by its connections: a socket of Node's that netfd hands over, a Duplex of netfd's, its
 * own sockets with `tuneAll`, or its own and nothing else.
 */
export type Form = 'socket' | 'duplex' | 'tuned' | 'stock'

/** Does a piece of work to its end, and throws if anything about it is wrong. */
export type Work = (to: Where, form: Form) => Promise<void>

/** A client that is connected and idle. */
export interface Held {
  /** Sends a request, and settles as that does. */
  ask(): Promise<unknown>
  /** Gives the client up, whatever it waits for. */
  end(): Promise<void> | void
}

/** Connects a client, and has it do something. */
export type Hold = (to: Where, form: Form) => Promise<Held>

/** One client. */
export interface Client {
  /** The name of its package. */
  readonly name: string
  /** Those that there is a connector for. Work is done in each, and as stock where it says so. */
  readonly forms: readonly Exclude<Form, 'stock'>[]
  readonly works: Readonly<Record<string, Work>>
  /** Requests that wait while a cable is pulled, by what is special about them. */
  readonly holds: Readonly<Record<string, Hold>>
}

/** The forms that are tested. */
export const offered = ({ forms }: Client): readonly Form[] => forms

/** What sent data may wait for its acknowledgement, in ms. */
export const USER_TIMEOUT = 2_000

/** The options of a connector in a form; undefined for a client as it comes. */
export function connectorOptions(form: Form): (ConnectOptions & { form: Wanted }) | undefined {
  return form === 'socket' || form === 'duplex' ? { form, userTimeout: USER_TIMEOUT } : undefined
}

/** The same for connectors that have Duplexes alone. */
export const duplexOptions = (form: Form) =>
  form === 'duplex' ? { userTimeout: USER_TIMEOUT } : undefined

/** The size of the results that are streamed, in bytes. */
export const LARGE = 64 * 1024 * 1024

/** Does something while the server is down, which comes again whatever comes of it. */
export async function whileDown(to: Where, work: () => Promise<void>): Promise<void> {
  await to.kill()
  try {
    await work()
  } finally {
    await to.start()
  }
}

/** Whether an error, or one behind it, has that code; some clients put one of their own over it. */
export function hasCode(error: unknown, code: string): boolean {
  const seen = new Set<unknown>()
  const queue = [error]
  for (const at of queue) {
    if (!(at instanceof Error) || seen.has(at)) continue
    seen.add(at)
    if ((at as NodeJS.ErrnoException).code === code || at.message.includes(code)) return true
    queue.push(at.cause, ...(at instanceof AggregateError ? at.errors : []))
  }
  return false
}

/** Waits until a client says that nothing listens there. */
export const refusal = (client: {
  on(event: 'error', heard: (error: Error) => void): unknown
}): Promise<void> =>
  new Promise((resolve) => {
    client.on('error', (error) => {
      if (hasCode(error, 'ECONNREFUSED')) resolve()
    })
  })

/** Throws unless what rejected did so because nothing listens there. */
export async function isRefused(asked: Promise<unknown>): Promise<void> {
  const error = await asked.then(
    () => 'nothing',
    (error: unknown) => error,
  )
  if (!hasCode(error, 'ECONNREFUSED')) throw new Error('it was not refused', { cause: error })
}
