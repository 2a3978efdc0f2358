// Another process of the same program, with which one talks in messages.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A child process that was started with a channel for messages. */
export class Helper {
  /** Resolves to the exit code when the process is gone; null when a signal ended it. */
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  readonly #gone: AbortSignal

  constructor(child: ChildProcess) {
    const gone = new AbortController()
    this.#child = child
    this.#gone = gone.signal
    this.ended = once(child, 'exit')
      .then(([code]) => code as number | null)
      // It could not be started.
      .catch(() => null)
      .finally(() => gone.abort())
  }

  /** The next message; rejects when the process ends without one. */
  async word(): Promise<string> {
    try {
      const [message] = await once(this.#child, 'message', { signal: this.#gone })
      return String(message)
    } catch (error) {
      throw new Error('a process of this example ended early', { cause: error })
    }
  }

  say(message: string): void {
    this.#child.send(message)
  }

  /** Ends the process, if it runs, and waits for that. */
  async stop(): Promise<void> {
    this.#child.kill()
    await this.ended
  }
}
