// Programs that tests start: a file beside the tests, bundled with the sources, in a process of its own.
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, afterEach } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const binding = new URL('../../syscall/src/binding.ts', import.meta.url).href

/** A directory that is gone after the tests of the file. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-net-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  return dir
}

/** Bundles `name`, a path from this folder, with the sources it imports; the path of the program, gone after the tests. */
export function program(name: string): string {
  const outfile = join(scratch(), basename(name).replace(/\.ts$/, '.mjs'))
  // Called as a program: as a module it would leave a process with descriptors of its own behind.
  execFileSync(createRequire(import.meta.url).resolve('esbuild/bin/esbuild'), [
    join(here, name),
    `--outfile=${outfile}`,
    '--bundle',
    '--format=esm',
    '--platform=node',
    '--target=node20',
    '--log-level=warning',
    // The loader looks for the addon beside its own source, wherever the bundle lies.
    `--define:import.meta.url=${JSON.stringify(binding)}`,
  ])
  return outfile
}

/** The URL of a program, for a Worker. */
export const urlOf = (path: string): URL => pathToFileURL(path)

/** Whether a command is installed. */
export function installed(command: string): boolean {
  const dirs = (process.env.PATH ?? '').split(delimiter)
  return dirs.some((dir) => existsSync(join(dir, command)))
}

/** How a process ended, and all that it printed. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const running = new Set<Running>()

afterEach(async () => {
  const left = [...running]
  running.clear()
  for (const process of left) process.kill()
  await Promise.allSettled(left.map((process) => process.ended))
})

/** A process that prints lines. It ends with the test at the latest. */
export class Running {
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  #stdout = ''
  #stderr = ''

  constructor(command: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string) {
    const [file = '', ...args] = command
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: 'pipe', cwd })
    this.#child = child
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
    // A test that does not wait for the end is told of a failed start by the missing line.
    this.ended.catch(() => undefined)
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      this.#stdout += `${line}\n`
    })
    this.#lines = lines[Symbol.asyncIterator]()
    running.add(this)
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** The next line that it prints; an error with what it printed on stderr when there is none. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (!done) return value
    const { code, stderr } = await this.ended
    throw new Error(`the program ended with ${code}: ${stderr}`)
  }

  /** Sends it a line. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Closes its stdin. */
  hush(): void {
    this.#child.stdin?.end()
  }

  /** Ends it. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal)
  }
}

/** Runs a command to its end; the test fails when it ends badly. */
export async function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Promise<Ending> {
  const ending = await new Running(command, env, cwd).ended
  if (ending.code !== 0) {
    throw new Error(
      `${command.join(' ')} ended with ${ending.code ?? ending.signal}: ${ending.stderr}`,
    )
  }
  return ending
}
