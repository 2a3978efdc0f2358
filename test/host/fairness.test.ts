// What the host backend does between two turns of the event loop, beside connections that are never idle. It is
// counted, not timed: netfd's own reads are held to the budget of packages/poll/src/budget.ts, and what the runtime
// takes ahead of them is bounded for each connection.
import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { hook } from '@netfd/poll/testing'
import { expect, it, onTestFinished } from 'vitest'
import { listening, track } from '../../packages/net/test/support.js'
import { BUDGET_BYTES } from '../../packages/poll/src/budget.js'
import { root } from '../../tools/step.mjs'

const GIB = 1 << 30
/** What a connection takes before its reader: 64 KiB, and one read of the runtime. */
const AHEAD = 128 * 1024

/** The most that came to a count between two turns. */
class Worst {
  worst = 0
  turns = 0
  #since = 0
  #armed = false

  add(bytes: number): void {
    this.#since += bytes
    this.worst = Math.max(this.worst, this.#since)
    if (this.#armed) return
    this.#armed = true
    setImmediate(() => {
      this.#armed = false
      this.#since = 0
      this.turns++
    })
  }
}

/** Counts what the runtime hands out of its sockets. */
function countData(count: Worst): void {
  const watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    const { emit } = socket
    socket.emit = (event: string | symbol, ...rest: unknown[]): boolean => {
      if (event === 'data') count.add((rest[0] as Uint8Array).length)
      return Reflect.apply(emit, socket, [event, ...rest]) as boolean
    }
  }
  subscribe('net.server.socket', watch)
  onTestFinished(() => void unsubscribe('net.server.socket', watch))
}

it.each([1, 16])('1 GiB over %i connections leaves the loop its turns', async (connections) => {
  const [ahead, read] = [new Worst(), new Worst()]
  countData(ahead)
  const { recv } = hook
  hook.recv = (...args) => {
    const n = recv(...args)
    if (n > 0) read.add(n)
    return n
  }
  onTestFinished(() => void Object.assign(hook, { recv }))
  const listener = await listening()
  const each = String(GIB / connections)
  const child = spawn(process.execPath, [
    join(root, 'test/host/fairness-child.mjs'),
    ...[String(listener.addr.port), String(connections), each],
  ])
  const exited = once(child, 'exit')
  let total = 0
  const drain = async (): Promise<void> => {
    const conn = track(await listener.accept())
    const buf = new Uint8Array(1 << 18)
    for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) total += n
    await conn.close()
  }
  await Promise.all(Array.from({ length: connections }, drain))
  await exited
  expect(total).toBe(GIB)
  expect(read.turns).toBeGreaterThan(GIB / (BUDGET_BYTES + connections * AHEAD))
  expect(read.worst).toBeLessThanOrEqual(BUDGET_BYTES + AHEAD)
  // Readers take it within the runtime's callbacks until the budget is spent; what comes then fills their queues.
  expect(ahead.worst).toBeLessThanOrEqual(BUDGET_BYTES + connections * AHEAD)
})
