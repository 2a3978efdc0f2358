// Thousands of deadlines pass at one instant. The loop goes on in between.
import { FD } from '@netfd/poll'
import { hook } from '@netfd/poll/testing'
import { O_CLOEXEC, O_NONBLOCK, pipe2 } from '@netfd/syscall'
import { afterAll, expect, it } from 'vitest'
import { BUDGET_OPS } from '../../packages/poll/src/budget.js'
import { replace } from '../../packages/poll/test/support.js'

const MANY = 1_000
const open: FD[] = []

afterAll(() => Promise.all(open.map((fd) => fd.close())))

/** The reading ends of so many pipes; they stay empty. */
function readers(count: number): FD[] {
  const made = Array.from({ length: count }, () => {
    const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC).map((number) => new FD(number)) as [FD, FD]
    r.init()
    open.push(r, w)
    return r
  })
  return made
}

it('so many deadlines at one instant expire in slices, a budget in each turn', async () => {
  const fds = readers(MANY)
  const codes = fds.map((fd) => fd.read(new Uint8Array(1)).then(String, ({ code }) => code))
  const at = Date.now() + 300
  for (const fd of fds) fd.setReadDeadline(at)
  let expired = 0
  const { read } = hook
  replace({
    read: (...args) => {
      expired++
      return read(...args)
    },
  })
  const turns: number[] = []
  let before = 0
  while (expired < MANY) {
    await new Promise((resolve) => setImmediate(resolve))
    if (expired > before) turns.push(expired - before)
    before = expired
  }
  expect(Math.max(...turns)).toBeLessThanOrEqual(BUDGET_OPS)
  expect(turns.length).toBeGreaterThanOrEqual(MANY / BUDGET_OPS)
  expect(new Set(await Promise.all(codes))).toEqual(new Set(['ERR_DEADLINE_EXCEEDED']))
})

it('and one that is moved away between two slices does not', async () => {
  const fds = readers(MANY)
  const codes = fds.map((fd) => fd.read(new Uint8Array(1)).then(String, ({ code }) => code))
  const at = Date.now() + 300
  for (const fd of fds) fd.setReadDeadline(at)
  await Promise.race(codes)
  // Some have expired, and the rest is put off to the next turn.
  for (const fd of fds) fd.setReadDeadline(null)
  await new Promise((resolve) => setImmediate(resolve))
  await Promise.all(fds.map((fd) => fd.close()))
  open.splice(0, open.length, ...open.filter((fd) => !fd.closed))
  const seen = await Promise.all(codes)
  const late = seen.filter((code) => code === 'ERR_DEADLINE_EXCEEDED')
  expect(late.length).toBeLessThanOrEqual(BUDGET_OPS)
  expect(seen.filter((code) => code === 'ERR_FILE_CLOSED').length).toBe(MANY - late.length)
})
