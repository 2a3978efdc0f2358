// Runs an example as a person would: built, in a process of its own, stopped by a signal.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** How a program ended, and all that it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a program may be given. */
export interface StartOptions {
  /** Written to its standard input, which then ends. Left out: the input stays open. */
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

const built = (name: string): string => {
  const path = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
  if (existsSync(path)) return path
  throw new Error(`${path} is not there: the examples are tested as built, run npm run build`)
}

// A test says itself when it wants colours, whatever the runner's own terminal has.
const environment = { PATH: process.env.PATH ?? '' }

/** A running program. It is killed when the test ends. */
export class Program {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcessWithoutNullStreams
  #stdout = ''
  #stderr = ''

  constructor(command: string, args: readonly string[], o: StartOptions = {}) {
    const { input, env } = o
    this.#child = spawn(command, args, { env: { ...environment, ...env } })
    const { stdout, stderr, stdin } = this.#child
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    if (input !== undefined) stdin.end(input)
    this.ended = this.#watch()
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      await this.ended
    })
  }

  async #watch(): Promise<Ended> {
    const [code] = (await once(this.#child, 'close')) as [number | null]
    return { code, stdout: this.#stdout, stderr: this.#stderr }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Waits until it has printed something on standard output. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (let over = false; ; ) {
      const match = pattern.exec(this.#stdout)
      if (match !== null) return match
      if (over) throw new Error(`it ended without ${pattern}:\n${this.#stdout}${this.#stderr}`)
      const more = new AbortController()
      const { signal } = more
      const data = once(this.#child.stdout, 'data', { signal }).then(() => false)
      const end = this.ended.then(() => true)
      over = await Promise.race([data, end])
      more.abort()
      await data.catch(() => undefined)
    }
  }

  /** Writes to its standard input; null ends that. */
  type(text: string | null): void {
    if (text === null) this.#child.stdin.end()
    else this.#child.stdin.write(text)
  }

  /** Writes a line to its standard input and waits until it prints that line. */
  async say(line: string): Promise<void> {
    this.type(`${line}\n`)
    await this.until(new RegExp(`^${line}\n`, 'm'))
  }

  /** The address that a server says it listens on. */
  async address(): Promise<string> {
    const [, address = ''] = await this.until(/listening on (\S+?),?\s/)
    return address
  }

  /** Stops it where it is, until `resume`. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  /** Lets it go on. */
  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Asks it to end, and waits for that. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
    this.#child.kill(signal)
    return await this.ended
  }
}

/** Starts an example. */
export const start = (name: string, args: readonly string[] = [], o?: StartOptions): Program =>
  new Program(process.execPath, [built(name), ...args], o)

/** Runs an example to its end. */
export const run = (name: string, args: readonly string[] = [], o?: StartOptions): Promise<Ended> =>
  start(name, args, { input: '', ...o }).ended

/** Runs an example in a terminal of its own, to its end; both outputs come as one. */
export const runInTerminal = async (
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const command = [process.execPath, built(name), ...args].join(' ')
  const o = { input: '', env: { TERM: 'xterm-256color', ...env } }
  return await new Program('script', ['-qec', command, '/dev/null'], o).ended
}
