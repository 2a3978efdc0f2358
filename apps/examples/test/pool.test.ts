import { expect, it } from 'vitest'
import { start } from './program.js'

it('shows who works, who waits, and what becomes of the connections', async () => {
  const pool = start('pool', ['--size', '2', '--workers', '5'])
  await pool.until(
    /busy {5}██ 2\nidle {5}░░ 0\nwaiting {2}█+░+ \d\n\d+ answers?, \d+ failed; opened \d+, reused [\d.]+ %\n/,
  )
  await pool.until(/ended: [1-9]\d* hung up, \d+ old or idle too long\n/)
  expect(await pool.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('closes what has become too old', async () => {
  const pool = start('pool', ['--lifetime', '50'])
  await pool.until(/ended: \d+ hung up, [1-9]\d* old/)
  expect(await pool.stop()).toMatchObject({ code: 0, stderr: '' })
})
