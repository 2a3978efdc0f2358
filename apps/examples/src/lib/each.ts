// Many tasks, so many at a time.

/**
 * Calls `task` for each item, with at most `limit` calls under way, and resolves when all are done. After
 * a failure no other item is begun, and when those that were have ended too it rejects with the failure.
 */
export async function each<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  // All workers take from one iterator, so each item has one of them.
  const queue = items[Symbol.iterator]()
  let failure: { error: unknown } | null = null
  const worker = async () => {
    for (let next = queue.next(); next.done !== true && failure === null; next = queue.next()) {
      try {
        await task(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failure !== null) throw (failure as { error: unknown }).error
}
