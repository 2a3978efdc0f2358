// A server of another make in a process of its own, which dies with this one.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import type { Place } from './place.js'
import type { User } from './users.js'
import { become } from './users.js'

/** What it takes to run one. */
export interface Recipe {
  readonly place: Place
  readonly user: User
  readonly command: readonly string[]
  readonly port: number
  /** The port for TLS, where that is one of its own. */
  readonly securePort?: number
  /** The line by which it says that it serves; without one, a connection is tried. */
  readonly ready?: RegExp
  /** What ends it at once, whatever its clients do. */
  readonly killSignal: NodeJS.Signals
  readonly cwd?: string
}

const LINES = 40
const TRIES = 500
const BETWEEN = 20

/** A server that can be killed, and started again on its port. Disposing of it kills it. */
export class Server implements AsyncDisposable {
  readonly address: string
  readonly other: string
  readonly port: number
  readonly securePort: number
  readonly #recipe: Recipe
  #child: ChildProcess | null = null
  #ended: Promise<void> = Promise.resolve()

  private constructor(recipe: Recipe) {
    this.#recipe = recipe
    this.port = recipe.port
    this.securePort = recipe.securePort ?? recipe.port
    this.address = recipe.place.address
    this.other = recipe.place.other
  }

  /** Starts one, and waits until it serves. */
  static async start(recipe: Recipe): Promise<Server> {
    const server = new Server(recipe)
    await server.start()
    return server
  }

  /** Starts it, after a `kill`. */
  async start(): Promise<void> {
    const { place, user, command, killSignal, cwd } = this.#recipe
    const [file = '', ...args] = place.exec(...dieWithUs(killSignal, user), ...command)
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()))
    try {
      await this.#serves(child)
    } catch (error) {
      await this.kill()
      throw error
    }
  }

  /** Ends it without a word to its clients. */
  async kill(): Promise<void> {
    this.#child?.kill(this.#recipe.killSignal)
    await this.#ended
    this.#child = null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #serves(child: ChildProcess): Promise<void> {
    const { ready, command } = this.#recipe
    const said: string[] = []
    return new Promise((resolve, reject) => {
      const heard = (text: string) => {
        said.push(...text.trimEnd().split('\n'))
        said.splice(0, said.length - LINES)
        if (ready?.test(text)) resolve()
      }
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', heard)
      child.once('error', reject)
      child.once('close', (code, signal) => {
        reject(new Error(`${command[0]} ended with ${code ?? signal}:\n${said.join('\n')}`))
      })
      if (ready === undefined) resolve(this.#answers(child))
    })
  }

  /** Waits until the port takes a connection. */
  async #answers(child: ChildProcess): Promise<void> {
    for (let i = 0; i < TRIES && child.exitCode === null; i++) {
      if (await taken(this.address, this.port)) return
      await new Promise((resolve) => setTimeout(resolve, BETWEEN))
    }
    throw new Error(`${this.#recipe.command[0]} does not listen on ${this.address}:${this.port}`)
  }
}

/**
 * The start of a command line that runs the rest as that user, and has the kernel end it when this process
 * ends: a worker of vitest may be killed, and then no hook runs.
 */
function dieWithUs(signal: NodeJS.Signals, user: User): string[] {
  return ['setpriv', '--pdeathsig', signal.slice(3), ...become(user)]
}

/** Whether something listens there. */
function taken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** A port that is free at that place. */
export async function portAt(place: Place, usual: number): Promise<number> {
  const port = place.port(usual)
  if (port !== 0) return port
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, place.address, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('a listener has a port')
  return address.port
}
