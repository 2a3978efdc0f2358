// Clients of a server that is restarted again and again: they would see an error, or an answer that is wrong.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once, setMaxListeners } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { dial } from '@netfd/net'
import { live } from './live.js'
import { LineReader } from './reader.js'
import { count } from './units.js'

/** How many keep their connection. */
const CLIENTS = 50
/** Between two restarts, in ms. */
const BETWEEN = 1_000
/** Between two questions of a client, in ms. */
const PAUSE = 5

/** Starts servers, the next one while the last one serves, and asks them. */
export class RestartDemo {
  readonly #program: string
  #address: string
  readonly #seen = { pids: '', restarts: 0, handed: 0, answers: 0, errors: 0 }
  #pid = 0
  #child: ChildProcess | null = null

  constructor(program: string, address: string) {
    this.#program = program
    this.#address = address
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    // Each client listens to it.
    setMaxListeners(0, signal)
    await this.#start()
    using _line = live(() => this.#view())
    const clients = Array.from({ length: CLIENTS }, (_, i) => this.#stay(i, signal))
    await Promise.all([this.#restart(signal), this.#comeAndGo(signal), ...clients])
    await this.#end()
    console.log(this.#view())
  }

  async #end(): Promise<void> {
    if (this.#child === null || this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
  }

  #view(): string {
    const { pids, restarts, handed, answers, errors } = this.#seen
    const given = `${count(restarts, 'restart')}  ${count(handed, 'connection')} handed over`
    return `process ${pids}  ${given}  ${count(answers, 'answer')}  ${count(errors, 'error')}`
  }

  /** The next server. Resolves once it serves; the one before it has ended then, or is about to. */
  async #start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, this.#address], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('a server has failed')))
    failed.catch(() => undefined)
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [said] = (await Promise.race([once(lines, 'line'), failed])) as [string]
    const [, address = '', conns = '0'] = /^listening on (\S+)(?:.* with (\d+) )?/.exec(said) ?? []
    this.#address = address
    this.#seen.handed += Number(conns)
    this.#seen.pids = this.#pid === 0 ? `${child.pid}` : `${this.#pid} → ${child.pid}`
    this.#pid = child.pid ?? 0
    this.#child = child
  }

  async #restart(signal: AbortSignal): Promise<void> {
    while (await pause(BETWEEN, signal)) {
      await this.#start()
      this.#seen.restarts++
    }
  }

  /** One that keeps its connection. Each question comes in two pieces, so that one is often read ahead. */
  async #stay(id: number, signal: AbortSignal): Promise<void> {
    await this.#count(signal, async () => {
      await using conn = await dial('tcp', this.#address)
      const lines = new LineReader(conn)
      for (let n = 0; !signal.aborted; n++) {
        await conn.write(`client ${id}, `)
        await pause(PAUSE, signal)
        await conn.write(`question ${n}\n`)
        // Not with the signal: a client that leaves before its answer has come resets the connection.
        this.#check(await lines.line(), `client ${id}, question ${n}`)
      }
    })
  }

  /** One that dials again and again. */
  async #comeAndGo(signal: AbortSignal): Promise<void> {
    for (let n = 0; await pause(PAUSE, signal); n++) {
      await this.#count(signal, async () => {
        await using conn = await dial('tcp', this.#address)
        await conn.write(`${n}\n`)
        this.#check(await new LineReader(conn).line(), `${n}`)
      })
    }
  }

  #check(answer: string | null, want: string): void {
    if (!answer?.endsWith(`: ${want}`)) throw new Error(`${answer} for ${want}`)
    this.#seen.answers++
  }

  /** Ctrl-C reaches the server too: what fails then is no error. */
  async #count(signal: AbortSignal, task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (error) {
      if (signal.aborted) return
      this.#seen.errors++
      console.error((error as Error).message)
    }
  }
}

/** Whether the time has passed without the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal }).catch(() => false)
