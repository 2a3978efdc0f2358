// @ts-check
// One part in a process of its own: what it finds goes to the command over the channel that started it.
import { writeSync } from 'node:fs'
import { seeded } from './random.mjs'

/** @typedef {import('./part.mjs').Message} Message */

const [file = '', folder = '', seed = '0', seconds = '1', form] = process.argv.slice(2)

/** The number of the file that keeps what is tried now: the command opened it. */
const CASE = 4

/** @param {Message} message */
const tell = (message) =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve(undefined)
    process.send(message, resolve)
  })

const PROGRESS_MS = 200
let told = 0

/** @param {string} text */
const progress = (text) => {
  if (Date.now() - told < PROGRESS_MS) return
  told = Date.now()
  void tell({ progress: text })
}

/** @param {string} text */
const at = (text) => {
  writeSync(CASE, text.slice(0, 250).padEnd(250), 0)
}

/** @param {unknown} error */
const textOf = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/** @param {unknown} error */
const fail = async (error) => {
  await tell({ fault: textOf(error) })
  // An exit waits for threads of the pool, which the part may have left waiting for it.
  process.kill(process.pid, 'SIGKILL')
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
// Without its command a part would run to its end unseen.
process.on('disconnect', () => process.exit(1))

const main = async () => {
  /** @type {{ part: import('./part.mjs').Part }} */
  const { part } = await import(file)
  const end = Date.now() + Number(seconds) * 1000
  const figures = await part.run({
    seed: Number(seed),
    seconds: Number(seconds),
    short: form === 'short',
    over: () => Date.now() >= end,
    progress,
    at,
    folder,
    random: seeded(Number(seed)),
  })
  await tell({ figures })
  process.exit(0)
}

main().catch(fail)
