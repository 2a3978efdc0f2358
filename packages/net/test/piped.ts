// Other people's programs as the other end: bytes go in, bytes come out.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { afterEach } from 'vitest'

const left = new Set<Piped>()

afterEach(async () => {
  const all = [...left]
  left.clear()
  for (const piped of all) piped.kill()
  await Promise.allSettled(all.map((piped) => piped.ended))
})

/** A process that ends with the test at the latest. */
export class Piped {
  /** What it has written by its end. Rejects where it ends badly. */
  readonly ended: Promise<Buffer>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #out: Buffer[] = []
  #said = ''
  #waiting: (() => void)[] = []

  constructor(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [file = '', ...args] = command
    const child = spawn(file, args, { env: { ...process.env, ...env } })
    this.#child = child
    child.stdout.on('data', (piece: Buffer) => {
      this.#out.push(piece)
      this.#tell()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
      this.#tell()
    })
    // A program that is gone takes nothing, which is no failure of its own.
    child.stdin.on('error', () => undefined)
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        this.#tell()
        if (code === 0) resolve(Buffer.concat(this.#out))
        else reject(new Error(`${command.join(' ')} ended with ${code ?? signal}: ${this.#said}`))
      })
    })
    this.ended.catch(() => undefined)
    left.add(this)
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Resolves once what it says on stderr has `what`; rejects where it ends before. */
  async says(what: RegExp): Promise<void> {
    await this.#until(() => what.test(this.#said))
  }

  /** The first `length` bytes that it writes. */
  async first(length: number): Promise<Buffer> {
    await this.#until(() => this.#out.reduce((sum, { length: n }) => sum + n, 0) >= length)
    return Buffer.concat(this.#out).subarray(0, length)
  }

  /** Gives it bytes, and more may come. */
  give(bytes: Uint8Array | string): void {
    this.#child.stdin.write(bytes)
  }

  /** Gives it bytes, which are the last. */
  end(bytes: Uint8Array | string = ''): void {
    this.#child.stdin.end(bytes)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      const more = new Promise<void>((resolve) => this.#waiting.push(resolve))
      // It may have ended before this was asked, and then says no more.
      await Promise.race([more, this.ended])
      if (!done() && this.#child.exitCode !== null) await this.ended
    }
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const tell of waiting) tell()
  }
}
