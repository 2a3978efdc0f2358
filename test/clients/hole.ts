// A cable that is pulled while requests are in flight: nothing comes back, and nothing says so.
import { inspect } from 'node:util'
import type { Client, Form, Held, Where } from './client.js'
import { hasCode, offered } from './client.js'
import { tune } from './tuning.js'

/** What one request came to. */
export interface Outcome {
  readonly client: string
  readonly hold: string
  readonly form: Form
  /** The code of the error, or of one behind it; a sentence if it was another. */
  readonly code: string
  /** Whether the client as it comes still waited at that moment. */
  readonly stockPending: boolean
}

/** Pulls the plug, or plugs it in again. */
export interface Plug {
  pull(): void | Promise<void>
  plug(): void | Promise<void>
}

interface Asked {
  readonly client: Client
  readonly hold: string
  readonly form: Form
  /** What it came to before the cable was pulled: a client, or why there is none. */
  readonly held: Held | string
  settled: boolean
}

/** What has not come to an end by then waits for ever, in ms: many times what it takes. */
const LIMIT = 20_000

/** The value, or a sentence if it does not come. */
async function within<T>(pending: Promise<T>): Promise<T | string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, LIMIT, 'still waits')
  })
  try {
    return await Promise.race([pending, late])
  } catch (error) {
    return `rejected with ${inspect(error)}`
  } finally {
    clearTimeout(timer)
  }
}

/** Turns of the event loop: a pool marks a connection as idle in a later one. */
async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Connects every client in every form; the addresses are those of the form. */
async function holdAll(clients: readonly Client[], at: (form: Form) => Where): Promise<Asked[]> {
  const all = clients.flatMap((client) =>
    Object.entries(client.holds).flatMap(([hold, open]) =>
      [...offered(client), 'stock' as const].map(async (form) => {
        tune(form, at(form))
        const held = await within(open(at(form), form))
        return { client, hold, form, held, settled: false }
      }),
    ),
  )
  return await Promise.all(all)
}

/**
 * Has every client send a request into a pulled cable. Answers when all but those that are as they come have
 * settled.
 */
export async function underPulledCable(
  clients: readonly Client[],
  at: (form: Form) => Where,
  plug: Plug,
): Promise<Outcome[]> {
  const all = await holdAll(clients, at)
  // A client's sockets may be unref'd, and a runtime must not end while they are waited for.
  const alive = setInterval(() => undefined, 1_000)
  try {
    await turns(50)
    await plug.pull()
    const asked = all.map((one) => ({
      one,
      // One that is as it comes waits for as long as it likes.
      result: one.form === 'stock' ? settle(one) : within(settle(one)),
    }))
    const bridged = asked.filter(({ one }) => one.form !== 'stock')
    return await Promise.all(
      bridged.map(async ({ one, result }) => {
        const code = await result
        const stock = all.find(
          ({ client, hold, form }) =>
            client === one.client && hold === one.hold && form === 'stock',
        )
        const { client, hold, form } = one
        return { client: client.name, hold, form, code, stockPending: stock?.settled === false }
      }),
    )
  } finally {
    clearInterval(alive)
    await plug.plug()
    // What still waits is told at once when the server's process ends.
    await at('stock').kill()
    await Promise.all(all.map(async ({ held }) => typeof held === 'string' || (await held.end())))
    await at('stock').start()
  }
}

async function settle(one: Asked): Promise<string> {
  if (typeof one.held === 'string') return one.held
  try {
    await one.held.ask()
    return 'resolved'
  } catch (error) {
    return hasCode(error, 'ETIMEDOUT') ? 'ETIMEDOUT' : `rejected with ${inspect(error)}`
  } finally {
    one.settled = true
  }
}
