// A view that is drawn again and again: in place on a terminal, one below the other in a pipe.
import { clearScreenDown, moveCursor } from 'node:readline'
import type { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'

/** Draws frames on a stream. */
export class Screen {
  readonly #stream: WriteStream
  #height = 0

  constructor(stream: WriteStream = process.stdout) {
    this.#stream = stream
  }

  /** Replaces the frame before by this one. */
  draw(frame: string): void {
    const stream = this.#stream
    if (stream.isTTY) {
      moveCursor(stream, 0, -this.#height)
      clearScreenDown(stream)
      // A line that wraps, or a frame that scrolls, could not be taken back.
      // A terminal that was not told its size says 0.
      const lines = frame.split('\n').slice(0, (stream.rows || Number.POSITIVE_INFINITY) - 1)
      this.#height = lines.length
      const columns = stream.columns || Number.POSITIVE_INFINITY
      stream.write(`${lines.map((line) => cut(line, columns)).join('\n')}\n`)
    } else {
      stream.write(`${frame}\n`)
    }
  }
}

/** A line that has room; one that must be cut loses its colours, which take no room themselves. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length > columns ? plain.slice(0, columns) : line
}
