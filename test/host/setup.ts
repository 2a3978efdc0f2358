// Runs for every test file of the host backend, before it is imported: what deviations.ts lists has to fail.
import { afterAll, beforeEach, expect } from 'vitest'
import { leaveDescriptors } from '../leaks.js'
import type { FileTask } from './contract.js'
import { fileOf, reasonOf, unmatched } from './contract.js'

let file: FileTask | undefined

beforeEach(({ task }) => {
  file = task.file
  // As `it.fails` does: one that passes fails the run, so that the list stays true.
  if (reasonOf(task) === undefined) return
  Object.assign(task, { fails: true })
  leaveDescriptors()
})

afterAll(() => {
  if (file === undefined) return
  expect(unmatched(file), `listed for ${fileOf(file)}, and the title of none of its tests`).toEqual(
    [],
  )
})
