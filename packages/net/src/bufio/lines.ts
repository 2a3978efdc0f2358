// `for await` over the lines of a reader: a loop that can be left while it waits.
import type { Abortable } from '@netfd/poll/internal'
import { offAbort, onAbort, reasonOf, wasAborted } from '@netfd/poll/internal'
import { leavable } from '../iterate.js'

/** Reads the next line, or null at the end. */
type ReadLine = (signal: AbortSignal) => Promise<string | null>

/** The lines of a reader until the end, or until the loop is left, which loses no byte. */
export function eachLine(
  readLine: ReadLine,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const end = new LoopEnd(signal)
  return leavable(lines(readLine, end), () => end.leave())
}

async function* lines(read: ReadLine, end: LoopEnd): AsyncGenerator<string, void, undefined> {
  end.begin()
  try {
    for (;;) {
      const line = await read(end.signal)
      if (line === null) return
      yield line
    }
  } catch (error) {
    if (!end.left) throw error
  } finally {
    end.over()
  }
}

/** Ends the call that a loop waits for: when it is left, and when the caller's signal is aborted. */
class LoopEnd implements Abortable {
  left = false
  readonly #given: AbortSignal | undefined
  readonly #controller = new AbortController()

  constructor(given: AbortSignal | undefined) {
    this.#given = given
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  begin(): void {
    if (this.#given === undefined) return
    if (wasAborted(this.#given)) this.aborted()
    else onAbort(this.#given, this)
  }

  aborted(): void {
    this.#controller.abort(reasonOf(this.#given as AbortSignal))
  }

  leave(): void {
    this.left = true
    this.#controller.abort()
  }

  over(): void {
    if (this.#given !== undefined) offAbort(this.#given, this)
  }
}
