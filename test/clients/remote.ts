// The work of the clients on another runtime, in a process of that.
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Command, Place, Reply } from './child.js'
import type { Form, Where } from './client.js'
import type { Outcome, Plug } from './hole.js'
import type { Runner } from './runner.js'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** A piece of which nothing is heard for so long, in ms, has failed: its client waits for ever. */
const LIMIT = 10_000
/** The same for requests into a pulled cable, which have a limit of their own. */
const PULLED_LIMIT = 50_000

type Wish = Command extends infer C ? (C extends Command ? Omit<C, 'id'> : never) : never

const sent = ({ host, port, securePort, ca }: Where): Place => ({ host, port, securePort, ca })

/** What the pieces may ask for while they run. */
interface Hands {
  kill?(): Promise<void>
  start?(): Promise<void>
  pull?(): Promise<void> | void
  plug?(): Promise<void> | void
}

/** Starts `command`, a runtime with its arguments, when there is something to do. */
export class Remote implements Runner {
  readonly #command: readonly string[]
  readonly #dir = mkdtempSync(join(folder, 'build-'))
  readonly #replies = new Map<number, (reply: { value?: unknown; error?: string }) => void>()
  #child: ChildProcess | null = null
  #ids = 0
  #hands: Hands = {}

  constructor(command: readonly string[]) {
    this.#command = command
    // Called as a program: as a module it would leave a process with descriptors of its own behind.
    execFileSync(createRequire(import.meta.url).resolve('esbuild/bin/esbuild'), [
      ...[join(folder, 'child.ts'), `--outfile=${join(this.#dir, 'child.js')}`, '--bundle'],
      ...['--format=esm', '--platform=node', '--log-level=warning'],
      // The packages are taken as a user has them.
      ...['--packages=external', '--tsconfig-raw={}'],
    ])
  }

  async work(client: { name: string }, form: Form, name: string, to: Where): Promise<void> {
    const hands = { kill: () => to.kill(), start: () => to.start() }
    await this.#do({ do: 'work', client: client.name, form, name, to: sent(to) }, hands)
  }

  async hole(
    clients: readonly { name: string }[],
    at: (form: Form) => Where,
    plug: Plug,
  ): Promise<Outcome[]> {
    const forms = ['socket', 'duplex', 'tuned', 'stock'] as const
    const places = Object.fromEntries(forms.map((form) => [form, sent(at(form))]))
    const { kill, start } = at('stock')
    const hands = { kill, start, pull: () => plug.pull(), plug: () => plug.plug() }
    const names = clients.map(({ name }) => name)
    const wish = { do: 'hole', clients: names, at: places as Record<Form, Place> } as const
    return (await this.#do(wish, hands)) as Outcome[]
  }

  async close(): Promise<void> {
    await this.#end()
    rmSync(this.#dir, { recursive: true })
  }

  async #do(wish: Wish, hands: Hands): Promise<unknown> {
    this.#hands = hands
    if (this.#child === null) this.#start()
    const id = this.#ids++
    const replied = new Promise<{ value?: unknown; error?: string }>((resolve) => {
      this.#replies.set(id, resolve)
    })
    this.#say({ ...wish, id } as Command)
    const limit = setTimeout(() => void this.#end(), wish.do === 'hole' ? PULLED_LIMIT : LIMIT)
    const { value, error } = await replied
    clearTimeout(limit)
    if (error !== undefined) throw new Error(error)
    return value
  }

  #start(): void {
    const [file = '', ...args] = this.#command
    const command = [...args, join(this.#dir, 'child.js')]
    const child = spawn(file, command, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => void this.#hear(JSON.parse(line)))
    child.once('close', () => {
      this.#child = null
      for (const reply of this.#replies.values()) reply({ error: 'the runtime has ended' })
      this.#replies.clear()
    })
  }

  #say(command: Command): void {
    this.#child?.stdin?.write(`${JSON.stringify(command)}\n`)
  }

  async #hear(reply: Reply): Promise<void> {
    if (!('ask' in reply)) {
      this.#replies.get(reply.id)?.(reply)
      this.#replies.delete(reply.id)
      return
    }
    await this.#hands[reply.ask]?.()
    this.#say({ id: reply.id, do: 'asked' })
  }

  async #end(): Promise<void> {
    const child = this.#child
    if (child === null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  }
}
