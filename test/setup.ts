// Runs once for every test file, before it is imported: whatever the file opens and does not close
// fails it, with the name of what is left.
import { afterAll, expect } from 'vitest'
import { settledLeaks, snapshot } from './leaks.js'
import { trackTimers } from './timers.js'

trackTimers()

const before = snapshot()

afterAll(async () => {
  const found = await settledLeaks(before)
  expect(found, `left behind by this test file:\n  ${found.join('\n  ')}`).toEqual([])
})
