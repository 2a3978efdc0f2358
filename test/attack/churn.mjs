// @ts-check
// Worker threads that are ended at random in the middle of everything they do.
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { close } from '@netfd/syscall'
import { Conversation } from './lib/conversation.mjs'
import { Fault } from './lib/part.mjs'
import { below, pick } from './lib/random.mjs'
import { Services } from './lib/services.mjs'
import { descriptors } from './model/left.mjs'

const program = new URL('./programs/churn-worker.mjs', import.meta.url)

const JOBS =
  'dial resolve accept splice sendFile detach adopt pipes read write deadline leave'.split(' ')

/** The threads of one round, and the jobs of one thread, at most. */
const THREADS = 3
const AT_ONCE = 6

/** How long a thread may live after it has begun, in ms. */
const LIFE = 60

/** How long what a thread had may take to go, in ms. */
const PATIENCE = 20_000

/** Node loses the file of a module that it reads when a thread ends. */
const MODULE = /\.m?js$/

/** How many descriptors are open, but for those. */
const openNow = () =>
  [...descriptors()].reduce((sum, [kind, n]) => sum + (MODULE.test(kind) ? 0 : n), 0)

/** @typedef {import('./lib/part.mjs').Run} Run */

/** What one run has for all its threads. */
class Churn {
  threads = 0
  done = 0
  inHand = 0
  #services = new Services()
  #open = 0

  /** @param {Run} run */
  constructor(run) {
    this.run = run
    const path = join(run.folder, 'file')
    writeFileSync(path, new Uint8Array(3_000_000))
    this.file = openSync(path, 'r')
  }

  async start() {
    await this.#services.open()
    // Threads leave things of Node's own behind the first time.
    for (let i = 0; i < 3; i++) await this.#thread(LIFE)
    await this.#services.idle(PATIENCE, this.inHand)
    await readdir('/')
    this.#open = openNow()
  }

  /** Some threads, and then nothing of them is left. */
  async round() {
    const { random } = this.run
    const before = this.inHand
    const count = 1 + below(random, THREADS)
    const lives = Array.from({ length: count }, () => below(random, 4) > 0 && below(random, LIFE))
    await Promise.all(lives.map((life) => this.#thread(life)))
    await this.#services.idle(PATIENCE, this.inHand - before)
    await this.#nothingLeft()
  }

  /** How long it lives after it has begun; false when it does not even begin.
   * @param {number | false} life
   */
  async #thread(life) {
    const { random } = this.run
    const jobs = Array.from({ length: 1 + below(random, AT_ONCE) }, () => pick(random, JOBS))
    const lent = jobs.includes('adopt') ? await this.#services.lend() : []
    const shared = new Int32Array(new SharedArrayBuffer(8))
    const { port } = this.#services
    const workerData = { port, jobs, lent, shared, file: this.file }
    const worker = new Worker(program, { workerData })
    /** @type {unknown} */
    let failed
    worker.on('error', (error) => {
      failed = error
    })
    try {
      await this.#live(worker, life)
    } finally {
      await worker.terminate()
      for (const fd of lent) close(fd)
    }
    if (failed !== undefined) throw new Fault(`a thread with ${jobs}: ${failed}`)
    this.threads++
    this.done += shared[1] ?? 0
    this.inHand += shared[0] ?? 0
    this.#open += shared[0] ?? 0
  }

  /** @param {Worker} worker @param {number | false} life */
  async #live(worker, life) {
    if (life === false) {
      await wait(below(this.run.random, 30))
      return
    }
    /** @type {string[]} */
    const said = []
    await new Promise((resolve) => {
      worker.on('message', (text) => {
        if (text === 'begun') resolve(undefined)
        else said.push(text)
      })
      worker.on('exit', resolve)
    })
    await wait(life)
    if (said.length > 0) throw new Fault(`a job failed: ${said.join('\n')}`)
  }

  async #nothingLeft() {
    const late = performance.now() + PATIENCE
    let now = openNow()
    for (; now > this.#open; now = openNow()) {
      if (performance.now() > late) {
        const what = [...descriptors()].map(([kind, n]) => `${n} ${kind}`).join(', ')
        throw new Fault(`${now} descriptors are open, and were ${this.#open}: ${what}`)
      }
      await readdir('/')
    }
    // A number in hand was given away in time.
    this.#open = now
  }

  async close() {
    closeSync(this.file)
    await this.#services.close()
  }
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'worker threads ended at random while they dial, accept, transfer, resolve and adopt',
  seconds: 45,
  run: async (run) => {
    const churn = new Churn(run)
    const conversation = await Conversation.open()
    await churn.start()
    while (!run.over()) {
      await churn.round()
      conversation.check()
      run.progress(`${churn.threads} threads, ${churn.done} jobs done`)
    }
    const bytes = await conversation.close()
    await churn.close()
    const { threads, done, inHand } = churn
    return { threads, jobs: done, MB: Math.round(bytes / 1e6), numbers: inHand }
  },
}
