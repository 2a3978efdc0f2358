// `for await` over the lines of a reader: a loop that can be left while it waits.
import type { Abortable } from '@netfd/poll/internal'
import { offAbort, onAbort, reasonOf, wasAborted } from '@netfd/poll/internal'
import { Loop } from '../iterate.js'

/** Reads the next line, or null at the end. */
type ReadLine = (signal: AbortSignal) => Promise<string | null>

/** The lines of a reader until the end, or until the loop is left, which loses no byte. */
export class LinesOf extends Loop<string | null, string> {
  readonly #read: ReadLine
  readonly #end: LoopEnd

  constructor(read: ReadLine, signal: AbortSignal | undefined) {
    super()
    this.#read = read
    this.#end = new LoopEnd(signal)
  }

  protected ask(): Promise<string | null> {
    this.#end.begin()
    return this.#read(this.#end.signal)
  }

  protected value(line: string | null): string | null {
    return line
  }

  protected stop(): void {
    this.#end.leave()
  }

  /** What the caller's own signal ends fails; what `stop` ends does not. */
  protected override again(error: unknown): boolean {
    if (this.#end.left) return false
    throw error
  }

  protected override over(): void {
    this.#end.over()
  }
}

/** Ends the call that a loop waits for: when it is left, and when the caller's signal is aborted. */
class LoopEnd implements Abortable {
  left = false
  readonly #given: AbortSignal | undefined
  readonly #controller = new AbortController()
  #begun = false

  constructor(given: AbortSignal | undefined) {
    this.#given = given
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  begin(): void {
    if (this.#given === undefined || this.#begun) return
    this.#begun = true
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
