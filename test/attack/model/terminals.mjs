// Terminals: each a master and a slave, made by a program of its own, for Node opens none.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { listen } from '@netfd/net'
import { compiled } from '../lib/compile.mjs'

export class Terminals {
  /** @type {import('@netfd/net').UnixConn | null} */
  #maker = null
  /** @type {Promise<unknown>} */
  #ended = Promise.resolve()
  /** One at a time. @type {Promise<unknown>} */
  #turn = Promise.resolve()

  /** @param {string} path where nothing is yet */
  async open(path) {
    const listener = await listen('unix', path)
    const child = spawn(compiled('pty'), [path], { stdio: ['ignore', 'ignore', 'inherit'] })
    this.#ended = once(child, 'exit')
    this.#maker = /** @type {import('@netfd/net').UnixConn} */ (await listener.accept())
    await listener.close()
  }

  /** The descriptors of a new one, which are the caller's.
   * @returns {Promise<{ master: number, slave: number }>}
   */
  make() {
    const made = this.#turn.then(() => this.#make())
    this.#turn = made.catch(() => 0)
    return made
  }

  async #make() {
    await this.#maker?.write('x')
    const [master, slave] = (await this.#maker?.receiveFd())?.fds ?? []
    if (master === undefined || slave === undefined) throw new Error('no terminal was made')
    return { master, slave }
  }

  async close() {
    await this.#maker?.close()
    await this.#ended
  }
}
