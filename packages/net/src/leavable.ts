// A loop that can be left while it waits.
//
// An async generator that is asked to end does so when it next yields: `return` would wait for the read
// that is under way, which a silent peer never ends, and what that reads would be nobody's. A stream that
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
