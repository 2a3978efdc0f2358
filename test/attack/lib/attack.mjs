// @ts-check
// Runs parts, each in a process of its own, and says in one line what came of it.
import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ENDING_WITH_US } from './program.mjs'

/** @typedef {import('./part.mjs').Part} Part */
/** @typedef {import('./part.mjs').Message} Message */
/** @typedef {Part & { name: string, file: string }} Found */
/** @typedef {{ seed: number, seconds: number, short: boolean }} Share */

/**
 * The parts of a folder: each of its modules but the command.
 * @param {string} folder
 * @returns {Promise<Found[]>}
 */
export const partsOf = async (folder) => {
  const files = readdirSync(folder).filter((file) => /^(?!run\.)[\w-]+\.mjs$/.test(file))
  return await Promise.all(
    files.sort().map(async (name) => {
      const file = pathToFileURL(join(folder, name)).href
      /** @type {{ part: Part }} */
      const { part } = await import(file)
      return { ...part, name: name.slice(0, -'.mjs'.length), file }
    }),
  )
}

/** All parts together take no longer in their short form, in seconds. */
const SHORT = 45

/**
 * How many seconds a part gets.
 * @param {Found} part
 * @param {readonly Found[]} all
 * @param {{ short: boolean, alone: boolean, seconds?: number | undefined }} how
 */
export const shareOf = (part, all, { short, alone, seconds }) => {
  if (seconds !== undefined) return seconds
  if (!short) return alone ? (part.alone ?? part.seconds) : part.seconds
  const whole = all.reduce((sum, each) => sum + each.seconds, 0)
  return Math.max(0.5, (part.seconds / whole) * SHORT)
}

/** Shows one line, rewritten on a terminal, and now and then elsewhere. */
const line = () => {
  const quiet = 20_000
  let shown = Date.now()
  return {
    /** @param {string} text */
    show: (text) => {
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${text.slice(0, 110)}`)
      else if (Date.now() - shown >= quiet) {
        shown = Date.now()
        console.log(text)
      }
    },
    clear: () => {
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    },
  }
}

/** @param {Record<string, number | string>} figures */
const inWords = (figures) =>
  Object.entries(figures)
    .map(([what, value]) => `${value} ${what}`)
    .join(', ')

/**
 * Removes the folders of commands that were killed, and had no time to: each has the number of its process.
 * @param {string} [place]
 */
export const removeLeft = (place = tmpdir()) => {
  for (const name of readdirSync(place)) {
    const [, pid] = /^netfd-attack-(\d+)-\w{6}$/.exec(name) ?? []
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    // Two commands may do it at once.
    rmSync(join(place, name), { recursive: true, force: true })
  }
}

/**
 * How the process of a part is started: the words before `node`, then it, its flags and what it runs.
 * @param {Found} part
 * @param {string} folder
 * @param {Share} share
 */
const commandOf = async (part, folder, { seed, seconds, short }) => {
  const child = new URL('./child.mjs', import.meta.url).pathname
  const before = (await part.before?.()) ?? []
  const args = [part.file, folder, String(seed), String(seconds), short ? 'short' : 'long']
  return [...ENDING_WITH_US, ...before, process.execPath, ...(part.flags ?? []), child, ...args]
}

/**
 * @typedef {object} Ended
 * @property {Record<string, number | string>} [figures]
 * @property {string} [fault]
 */

/**
 * Runs it in a group of processes of its own, which ends with it.
 * @param {Found} part
 * @param {Share} share
 * @param {(text: string) => void} show
 * @returns {Promise<Ended>}
 */
const runChild = async (part, share, show) => {
  const folder = mkdtempSync(join(tmpdir(), `netfd-attack-${process.pid}-`))
  const path = join(folder, 'case')
  const [command = '', ...args] = await commandOf(part, folder, share)
  const kept = openSync(path, 'w+')
  const child = spawn(command, args, {
    detached: true,
    // What it makes for a time goes with its folder, however it ends.
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', kept],
  })
  closeSync(kept)
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The whole group has gone.
    }
  }
  process.once('exit', kill)
  /** @type {Ended} */
  let ended = {}
  let output = ''
  let doing = ''
  child.on('message', (/** @type {Message} */ message) => {
    if ('progress' in message) doing = message.progress
    else ended = message
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-20_000)
    })
  }
  const began = Date.now()
  const limit = (2 * share.seconds + (part.beside ?? 60)) * 1000
  const ticker = setInterval(() => {
    show(`${Math.round((Date.now() - began) / 1000)} s  ${doing}`)
    if (Date.now() - began < limit) return
    ended.fault ??= `has no end: killed after ${limit / 1000} s`
    kill()
  }, 250)
  const [code, signal] = await /** @type {Promise<[number | null, string | null]>} */ (
    new Promise((resolve) => {
      child.on('error', (error) => {
        output += error.message
        resolve([1, null])
      })
      child.on('exit', (...how) => {
        // What it left behind holds our ends of its streams.
        kill()
        resolve(how)
      })
    })
  )
  clearInterval(ticker)
  process.off('exit', kill)
  const tried = readFileSync(path, 'utf8').trim()
  rmSync(folder, { recursive: true })
  if (code === 0 && ended.figures !== undefined) return ended
  const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`
  const lines = [ended.fault ?? how, tried && `at: ${tried}`, doing && `doing: ${doing}`, output]
  return { fault: lines.filter((text) => text !== '').join('\n') }
}

/**
 * Runs one part and says how it went.
 * @param {Found} part
 * @param {Share} share
 * @returns {Promise<boolean>} whether it held
 */
export const runPart = async (part, share) => {
  const { show, clear } = line()
  const title = `${part.name}  seed ${share.seed}`
  console.log(`· ${title}: ${part.what}`)
  const began = Date.now()
  const ended = await runChild(part, share, (text) => show(`· ${title}  ${text}`)).catch(
    (/** @type {Error} */ error) => ({ fault: error.message, figures: {} }),
  )
  clear()
  const took = `${((Date.now() - began) / 1000).toFixed(1)} s`
  if (ended.fault === undefined) {
    console.log(`✓ ${title}  ${took}: ${inWords(ended.figures ?? {})}`)
    return true
  }
  const form = share.short ? ` --seconds ${share.seconds} --short` : ` --seconds ${share.seconds}`
  const again = `npm run attack -- ${part.name} --seed ${share.seed}${form}`
  console.log(`✗ ${title}  ${took}: ${ended.fault}\n  again: ${again}\n`)
  return false
}
