// Many tasks, so many at a time.

/**
 * Calls `task` for each item, with at most `limit` calls under way, and resolves when all are done. The
 * first failure rejects; items that were not begun by then are left out.
 */
export async function each<T>(
  items: Iterable<T>,
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  // All workers take from one iterator, so each item has one of them.
  const queue = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (let next = queue.next(); next.done !== true && !failed; next = queue.next()) {
      try {
        await task(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
}
