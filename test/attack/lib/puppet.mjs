// @ts-check
// A process that does what it is told, and says what that came to.
import { spawn } from 'node:child_process'
import { Fault } from './part.mjs'

/** How long any one thing may take on a machine that is busy, in milliseconds. */
const PATIENCE = 180_000

/**
 * The promise, or a fault when it takes too long.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @param {number} [ms]
 * @returns {Promise<T>}
 */
export const within = async (what, promise, ms = PATIENCE) => {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Fault(`${what} has no end: waited for ${ms} ms`)), ms)
  })
  try {
    return /** @type {T} */ (await Promise.race([promise, late]))
  } finally {
    clearTimeout(timer)
  }
}

/** @typedef {{ id: number, value?: unknown, error?: string }} Answer */

export class Puppet {
  #child
  #name
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  #asked = new Map()
  #next = 0
  #output = ''
  /** @type {Promise<string>} how it ended: `0`, or another exit code, or a signal */
  #ended

  /**
   * @param {string} name for faults
   * @param {readonly string[]} before the words before `node`
   * @param {string} program a module that calls `obey`
   * @param {readonly string[]} [flags] of Node
   */
  constructor(name, before, program, flags = []) {
    const [command = '', ...args] = [...before, process.execPath, ...flags, program]
    this.#name = name
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-4000)
      })
    }
    this.#child.on('message', (/** @type {Answer} */ { id, value, error }) => {
      const { resolve, reject } = this.#asked.get(id) ?? {}
      this.#asked.delete(id)
      if (error === undefined) resolve?.(value)
      else reject?.(new Fault(`${name}: ${error}`))
    })
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(String(error)))
      this.#child.on('exit', (code, signal) => resolve(String(signal ?? code)))
    })
    void this.#ended.then((how) => {
      for (const { reject } of this.#asked.values()) reject(this.#fault(`ended by ${how}`))
    })
  }

  /**
   * Has it do something; answers what that came to.
   * @param {string} command
   * @param {...unknown} args
   * @returns {Promise<any>}
   */
  do(command, ...args) {
    const id = this.#next++
    const asked = new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#child.send({ id, command, args }, (error) => {
        if (error !== null) reject(this.#fault(String(error)))
      })
    })
    return within(`${this.#name}: ${command}`, asked)
  }

  /** Kills it, and waits until it is gone. What it was doing has no outcome. */
  async kill() {
    this.#asked.clear()
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** Has it put away all it has. It must end by itself then, with nothing left. */
  async end() {
    const left = /** @type {string[]} */ (await this.do('end'))
    if (left.length > 0) throw this.#fault(`descriptors left: ${left.join(', ')}`)
    this.#child.disconnect()
    const how = await within(`${this.#name}: its end`, this.#ended)
    if (how !== '0') throw this.#fault(`ended by ${how}`)
  }

  /** @param {string} what */
  #fault(what) {
    return new Fault(`${this.#name}: ${what}\n${this.#output}`)
  }
}
