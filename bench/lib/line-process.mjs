// @ts-check
// A child process that is spoken to in lines: text goes in, one JSON object per line comes back.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** How long a line may take, in milliseconds; the children have shorter limits of their own. */
const PATIENCE_MS = 90_000

/** @typedef {Record<string, unknown>} Answer */

export class LineProcess {
  #child
  #lines
  #errors = ''
  /** @type {Promise<unknown[]>} */
  #gone
  #command

  /**
   * @param {readonly string[]} command
   * @param {object} [options]
   * @param {number} [options.core] it is pinned to
   * @param {readonly string[]} [options.before] what stands before the command, as a priority does
   * @param {Record<string, string>} [options.env]
   */
  constructor(command, { core, before = [], env = {} } = {}) {
    const pinned = core === undefined ? [] : ['taskset', '-c', `${core}`]
    const [file = '', ...args] = [...before, ...pinned, ...command]
    this.#command = command.join(' ')
    this.#child = spawn(file, args, { env: { ...process.env, ...env } })
    this.#gone = once(this.#child, 'close')
    this.#child.stderr.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-4000)
    })
    // A write to a child that has just died: next() reports the death with what it said.
    this.#child.stdin.on('error', () => undefined)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid() {
    const { pid } = this.#child
    if (pid === undefined) throw new Error(`${this.#command} could not be started`)
    return pid
  }

  /** @param {string} line */
  send(line) {
    this.#child.stdin.write(`${line}\n`)
  }

  /**
   * The next line that the child prints.
   * @returns {Promise<Answer>} rejects when the child ends instead, or takes too long
   */
  async next() {
    /** @type {NodeJS.Timeout | undefined} */
    let timer
    const late = new Promise((_, reject) => {
      const error = new Error(`${this.#command} has not answered for ${PATIENCE_MS / 1000} s`)
      timer = setTimeout(() => {
        this.#child.kill('SIGKILL')
        reject(error)
      }, PATIENCE_MS)
    })
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late])
      if (done) throw new Error(await this.#death())
      return JSON.parse(value)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * @param {string} line
   * @returns {Promise<Answer>}
   */
  ask(line) {
    this.send(line)
    return this.next()
  }

  async #death() {
    const [code, signal] = await this.#gone
    return `${this.#command} ended (${signal ?? code}): ${this.#errors.trim()}`
  }

  /**
   * What became of the child, when it has ended without being told to.
   * @returns {Promise<string | null>}
   */
  async obituary() {
    const { exitCode, signalCode } = this.#child
    return exitCode === null && signalCode === null ? null : this.#death()
  }

  /** Ends its stdin, which every child takes as the order to go; kills it if it does not. */
  async stop() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    this.#child.stdin.end()
    await this.#gone
    clearTimeout(timer)
  }
}
