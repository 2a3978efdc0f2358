// Runs for every test file of the host backend, before it is imported: what deviations.ts lists has to fail.
import { afterAll, beforeEach, expect } from 'vitest'
import { leaveDescriptors } from '../leaks.js'
import type { FileTask } from './contract.js'
import { fileOf, reasonOf, unmatched } from './contract.js'

let file: FileTask | undefined

/** Turns in which what a test left behind may still fail. */
const TURNS = 20

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const

/** Has what a test throws beside itself fail that test, and not the run. */
function takeStrays(): () => Promise<void> {
  const strays: unknown[] = []
  const keep = (error: unknown) => void strays.push(error)
  for (const event of EVENTS) process.on(event, keep)
  return async () => {
    for (let i = 0; i < TURNS; i++) await new Promise((resolve) => setImmediate(resolve))
    for (const event of EVENTS) process.off(event, keep)
    if (strays.length > 0) throw strays[0]
  }
}

beforeEach(({ task }) => {
  file = task.file
  if (reasonOf(task) === undefined) return
  // As `it.fails` does: one that passes fails the run, so that the list stays true.
  Object.assign(task, { fails: true })
  leaveDescriptors()
  return takeStrays()
})

afterAll(() => {
  if (file === undefined) return
  expect(unmatched(file), `listed for ${fileOf(file)}, and the title of none of its tests`).toEqual(
    [],
  )
})
