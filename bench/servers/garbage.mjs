// @ts-check
// How many bytes V8 has allocated: what a program fills between two collections is seen when each begins,
// for the heap then is larger than the one before left it.
import process from 'node:process'
import v8 from 'node:v8'

const used = () => process.memoryUsage().heapUsed

/** @type {{ profiler: v8.GCProfiler, start: number } | null} */
let running = null

/**
 * @param {number} start
 * @param {readonly { before: number, after: number }[]} collections
 * @param {number} end
 */
export const allocatedBetween = (start, collections, end) => {
  let left = start
  let total = 0
  for (const { before, after } of collections) {
    total += before - left
    left = after
  }
  return total + end - left
}

/** Bytes allocated since the last call; the first one only begins to count. */
export const allocatedV8 = () => {
  if (running === null) {
    const profiler = new v8.GCProfiler()
    profiler.start()
    running = { profiler, start: used() }
    return 0
  }
  const { profiler, start } = running
  const end = used()
  running = null
  const { statistics } = profiler.stop()
  const collections = statistics.map(({ beforeGC, afterGC }) => ({
    before: beforeGC.heapStatistics.usedHeapSize,
    after: afterGC.heapStatistics.usedHeapSize,
  }))
  return allocatedBetween(start, collections, end)
}
