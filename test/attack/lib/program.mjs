// @ts-check
// A program as a child: what it printed, and how it ended.
import { spawn } from 'node:child_process'

/** The words before a program that is not to outlive this thread, even where that is killed and the program is busy. */
export const ENDING_WITH_US = ['setpriv', '--pdeathsig', 'KILL']

/**
 * @typedef {object} Ended
 * @property {number | null} code
 * @property {string | null} signal
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Starts a command. It is killed when it has no end within `patience` ms, by SIGKILL.
 * @param {readonly string[]} words
 * @param {{ env?: NodeJS.ProcessEnv, stdin?: number | 'ignore', patience?: number }} [o]
 */
export const start = (words, { env = process.env, stdin = 'ignore', patience = 30_000 } = {}) => {
  const [command = '', ...args] = [...ENDING_WITH_US, ...words]
  const child = spawn(command, args, { env, stdio: [stdin, 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  /** @type {(() => void)[]} */
  const waiting = []
  const tell = () => {
    for (const wake of waiting.splice(0)) wake()
  }
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text
    tell()
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  let over = false
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  /** @type {Promise<Ended>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      over = true
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
      tell()
    })
  })
  return {
    ended,
    /** @param {NodeJS.Signals} signal */
    kill: (signal) => child.kill(signal),
    /** Waits until it has printed this, or has ended. @param {string} text */
    printed: async (text) => {
      while (!stdout.includes(text) && !over) {
        await new Promise((resolve) => waiting.push(() => resolve(undefined)))
      }
    },
  }
}

/** The last line of what it printed, read as JSON. @param {Ended} ended */
export const answer = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null')

/** A program of test/attack/programs. @param {string} name */
export const program = (name) => new URL(`../programs/${name}.mjs`, import.meta.url).pathname
