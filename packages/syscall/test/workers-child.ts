// Starts eight workers at a time, lets them be busy and ends them at different moments; prints what is
// left open when all are gone.
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Orders } from './worker-busy.js'

const [, , program = '', file = '', rounds = '1'] = process.argv
const AT_ONCE = 8
const ends = ['terminated', 'exit', 'throw', 'return'] as const

const turn = () => new Promise((resolve) => setImmediate(resolve))

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [`${name} ${readlinkSync(`/proc/self/fd/${name}`)}`]
    } catch {
      return []
    }
  })
}

/** One worker from start to end; `moment` says after how many turns or calls it is terminated. */
async function life(end: Orders['end'], moment: number): Promise<number> {
  const worker = new Worker(program, { workerData: { end, file } satisfies Orders })
  let calls = 0
  worker.on('message', (n: number) => {
    calls = n
  })
  worker.on('error', (error) => {
    if (end !== 'throw') throw error
  })
  const gone = once(worker, 'exit')
  if (end === 'terminated') {
    // A third is terminated while it starts, the others with some calls behind them.
    if (moment % 3 === 0) for (let i = 0; i < moment; i++) await turn()
    else while (calls < moment) await turn()
    await worker.terminate()
  }
  await gone
  return calls
}

let total = 0
const round = async (seed: number): Promise<void> => {
  const lives = Array.from({ length: AT_ONCE }, (_, i) => {
    const end = ends[(seed + i) % 2 === 0 ? 0 : (i + seed) % ends.length] ?? 'terminated'
    return life(end, (seed * 7 + i * 3) % 40)
  })
  for (const calls of await Promise.all(lives)) total += calls
}

// The host opens some descriptors for its first worker and keeps them.
await round(0)
const before = descriptors()
for (let seed = 1; seed <= Number(rounds); seed++) await round(seed)
const left = descriptors().filter((one) => !before.includes(one))
console.log(JSON.stringify({ left, busy: total > 0 }))
