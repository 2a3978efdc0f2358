// A progress bar for a terminal; a pipe or a file gets none.
import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'

const WIDTH = 30

/** How often a person can see a change, in ms. */
const FRAME = 50

/** A bar that fills up as `step` is called `total` times. */
export class ProgressBar {
  readonly #total: number
  readonly #stream: WriteStream
  #done = 0
  #drawn = 0

  constructor(total: number, stream: WriteStream = process.stderr) {
    this.#total = total
    this.#stream = stream
  }

  step(): void {
    this.#done++
    if (!this.#stream.isTTY || Date.now() - this.#drawn < FRAME) return
    this.#drawn = Date.now()
    const share = this.#done / this.#total
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
    cursorTo(this.#stream, 0)
    this.#stream.write(`${bar} ${String(Math.floor(share * 100)).padStart(3)} % of ${this.#total}`)
  }

  /** Takes the bar away. */
  clear(): void {
    if (!this.#stream.isTTY) return
    cursorTo(this.#stream, 0)
    clearLine(this.#stream, 0)
  }
}
