// `for await` over connections and listeners: a loop that can be left while it waits.
//
// An async generator that is asked to end does so when it next yields: `return` would wait for the read
// that is under way, which a silent peer never ends, and what that reads would be lost. A stream that
// is destroyed (`Readable.from(conn).destroy()`) asks in just that way.

/** Makes `return` and `throw` call `stop` first, which ends the call that the generator waits for. */
export function leavable<T>(
  loop: AsyncGenerator<T, void, undefined>,
  stop: () => void,
): AsyncGenerator<T, void, undefined> {
  const { return: end, throw: fail } = loop
  // Defined, not assigned: where a program has frozen the language's own objects (--frozen-intrinsics),
  // what they have cannot be assigned to in what inherits from them.
  return Object.defineProperties(loop, {
    return: {
      value: (value?: undefined) => {
        stop()
        return end.call(loop, value)
      },
    },
    throw: {
      value: (error: unknown) => {
        stop()
        return fail.call(loop, error)
      },
    },
  })
}

/** Whether a call was ended by `stop`: the calls of a loop have no signal that could. */
export const isLeft = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'ABORT_ERR'

/** Reads without a buffer; what one has read is `piece`. */
interface Pieces {
  next(): Promise<number | null>
  piece(): Uint8Array
}

/**
 * What arrives, piece by piece, until the end of the stream or until the loop is left while it waits. It
 * reads only when asked for the next piece, so leaving the loop loses nothing.
 */
export async function* chunks(reading: Pieces): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    let n: number | null
    try {
      n = await reading.next()
    } catch (error) {
      if (isLeft(error)) return
      throw error
    }
    if (n === null) return
    yield reading.piece()
  }
}
