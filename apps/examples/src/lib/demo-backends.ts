// Servers that come and go, and clients, so that a load balancer has something to do.
import { setTimeout as sleep } from 'node:timers/promises'
import type { TCPConn } from '@netfd/net'
import { dial, listen, serve } from '@netfd/net'

/** How long one server is away, and how long all are there after that, in ms. */
const AWAY = 4_000
const THERE = 3_000

/** How many messages a client sends on one connection, how large they are, and how long it rests after each. */
const MESSAGES = 100
const SIZE = 4_096
const REST = 10

async function echo(conn: TCPConn): Promise<void> {
  for await (const piece of conn) await conn.write(piece)
}

/** An echo server on that address, until `stop` aborts; resolves when it listens. */
async function backend(
  address: string,
  stop: AbortSignal,
): Promise<{ at: string; done: Promise<void> }> {
  const listener = await listen('tcp', address)
  // With no grace: as a server that crashes.
  const o = { signal: stop, grace: 0, onError: () => undefined }
  return { at: `${listener.addr}`, done: serve(listener, echo, o) }
}

/** A server that is stopped when its turn comes, and started again. */
class Turn {
  readonly address: string
  #end: AbortController
  #done: Promise<void>

  private constructor(address: string, end: AbortController, done: Promise<void>) {
    this.address = address
    this.#end = end
    this.#done = done
  }

  static async begin(): Promise<Turn> {
    const end = new AbortController()
    const { at, done } = await backend('127.0.0.1:0', end.signal)
    return new Turn(at, end, done)
  }

  async stop(): Promise<void> {
    this.#end.abort()
    await this.#done
  }

  async again(): Promise<void> {
    this.#end = new AbortController()
    this.#done = (await backend(this.address, this.#end.signal)).done
  }
}

/** Three servers, of which one is away at times; `run` goes on until `stop` aborts. */
export async function demoBackends(): Promise<{
  addresses: string[]
  run: (stop: AbortSignal) => Promise<void>
}> {
  const turns = await Promise.all([Turn.begin(), Turn.begin(), Turn.begin()])
  const rest = (ms: number, signal: AbortSignal) =>
    sleep(ms, undefined, { signal }).catch(() => undefined)
  const run = async (stop: AbortSignal) => {
    for (let i = 0; !stop.aborted; i = (i + 1) % turns.length) {
      await rest(THERE, stop)
      const turn = turns[i]
      if (stop.aborted || turn === undefined) break
      await turn.stop()
      await rest(AWAY, stop)
      await turn.again()
    }
    await Promise.all(turns.map((turn) => turn.stop()))
  }
  return { addresses: turns.map(({ address }) => address), run }
}

/** In a function of its own: esbuild, up to 0.27, has an error come out of each later turn of a loop with `using`. */
async function converse(address: string, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(SIZE)
  await using conn = await dial('tcp', address, { signal: stop })
  for (let i = 0; i < MESSAGES; i++) {
    await conn.write(buf, { signal: stop })
    await conn.readFull(buf, { signal: stop })
    await sleep(REST)
  }
}

/** A client that connects, asks some times, and begins anew, whatever happens to it. */
export async function demoClient(address: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await converse(address, stop)
    } catch {
      // Its server has gone, or the balancer: another one will do.
      await sleep(REST)
    }
  }
}
