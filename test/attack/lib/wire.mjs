// @ts-check
// Two network namespaces with a bad wire between them: native/wire.c, and what goes on at its ends.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { compiled } from './compile.mjs'
import { Fault } from './part.mjs'
import { Puppet, within } from './puppet.mjs'

const run = promisify(execFile)

const FOLDER = new URL('..', import.meta.url).pathname
/**
 * How a wire is: probabilities, microseconds, bytes a second.
 * @typedef {Partial<Record<'loss' | 'doubled' | 'late' | 'delay' | 'jitter' | 'rate', number>>} How
 */

/** The addresses of the ends. Each has a second one, which a Multipath TCP connection finds. */
export const NEAR = '10.77.1.1'
export const FAR = '10.77.1.2'

/** The commands that give a side its addresses. */
const setup = (/** @type {1 | 2} */ side) => [
  'link set lo up',
  'link set wire up',
  `addr add 10.77.1.${side}/24 dev wire`,
  `addr add 10.77.2.${side}/24 dev wire`,
  'route add 10.77.9.0/24 dev wire',
  'mptcp limits set subflow 2 add_addr_accepted 2',
  ...(side === 1 ? ['mptcp endpoint add 10.77.2.1 dev wire subflow'] : []),
]

export class Wire {
  #child
  #lines
  /** @type {(readonly string[])[]} the words that enter each namespace */
  #enter = []

  /** @param {number} seed @param {readonly string[]} words */
  constructor(seed, words) {
    this.#child = spawn(compiled('wire'), [String(seed), ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /**
   * A wire that is ready.
   * @param {number} seed
   * @param {How} how
   * @param {...'napi'} words see native/wire.c
   */
  static async open(seed, how, ...words) {
    const wire = new Wire(seed, words)
    const [pid, ...spaces] = (await wire.#line()).split(' ')
    wire.#enter = spaces.map((fd) => ['nsenter', `--net=/proc/${pid}/fd/${fd}`])
    await Promise.all([wire.ip(1, ...setup(1)), wire.ip(2, ...setup(2))])
    await wire.be(how)
    return wire
  }

  /**
   * Runs `ip` on a side, a command after the other.
   * @param {1 | 2} side
   * @param {...string} commands
   */
  async ip(side, ...commands) {
    const [command = '', ...args] = this.#words(side)
    const running = run(command, [...args, 'ip', '-batch', '-'])
    running.child.stdin?.end(`${commands.join('\n')}\n`)
    await running
  }

  /**
   * Runs another command there.
   * @param {1 | 2} side
   * @param {...string} words
   */
  async run(side, ...words) {
    const [command = '', ...args] = [...this.#words(side), ...words]
    await run(command, args)
  }

  /** From now on it takes nothing, and what is sent fills the queue of the device. */
  stop() {
    this.#child.kill('SIGSTOP')
  }

  go() {
    this.#child.kill('SIGCONT')
  }

  /**
   * A program on a side.
   * @param {1 | 2} side
   */
  puppet(side) {
    const program = join(FOLDER, 'programs', 'wire-end.mjs')
    return new Puppet(side === 1 ? 'near' : 'far', this.#words(side), program)
  }

  /** @param {string} line see native/wire.c */
  async say(line) {
    this.#child.stdin.write(`${line}\n`)
    const answer = await this.#line()
    if (answer !== 'ok') throw new Fault(`the wire answers ${line} with ${answer}`)
  }

  /** @param {How} how */
  async be(how) {
    for (const [name, value] of Object.entries(how)) await this.say(`set ${name} ${value}`)
  }

  /** Takes it away; answers what it has counted. */
  async close() {
    this.#child.stdin.end()
    const words = (await this.#line()).split(' ')
    await within('the wire', once(this.#child, 'close'))
    /** @type {Record<string, number>} */
    const counts = {}
    for (let i = 0; i + 1 < words.length; i += 2) counts[words[i] ?? ''] = Number(words[i + 1])
    return counts
  }

  /** @param {1 | 2} side */
  #words(side) {
    return this.#enter[side - 1] ?? []
  }

  async #line() {
    const { value, done } = await within('the wire', this.#lines.next())
    if (done) throw new Fault('the wire has ended')
    return String(value)
  }
}
