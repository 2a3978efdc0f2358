// Go: bufio/bufio.go. What a buffered reader refuses to go on with.
import { NetError } from '@netfd/net'

/**
 * A line or record that is longer than the caller allows; `code` is `ERR_LINE_TOO_LONG`. Nothing of it is taken: a
 * next call with more room gets the whole. Go: `bufio.ErrTooLong`.
 *
 * ```ts
 * import { pipe } from '@netfd/net'
 * import { bufReader, LineTooLongError } from '@netfd/net/bufio'
 * const [a, b] = pipe()
 * await a.write('hello\n')
 * const reader = bufReader(b)
 * const error: unknown = await reader.readLine({ max: 4 }).catch((error: unknown) => error)
 * console.assert(error instanceof LineTooLongError && error.max === 4)
 * console.assert((await reader.readLine({ max: 5 })) === 'hello')
 * await Promise.all([a.close(), b.close()])
 * ```
 */
export class LineTooLongError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'LineTooLongError'
  }

  /** Always `'ERR_LINE_TOO_LONG'`. */
  override readonly code = 'ERR_LINE_TOO_LONG'
  /** How many bytes were allowed. */
  readonly max: number

  constructor(max: number) {
    super(`line too long: more than ${max} bytes`)
    this.max = max
  }
}
