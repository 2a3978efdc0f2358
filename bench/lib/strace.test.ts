import { describe, expect, it } from 'vitest'
import { parseSummary, perMessage } from './strace.mjs'

const summary = (reads: number, failed: string) => `
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ------------------
 60.00    0.031172          30      ${`${reads}`.padStart(4)}  ${failed.padStart(8)} read
 40.00    0.010349          10        12           epoll_wait
------ ----------- ----------- --------- --------- ------------------
100.00    0.088261          31      2770         4 total
`

describe('strace summaries', () => {
  it('are read with and without errors, and the total is left out', () => {
    const counts = parseSummary(summary(1008, '7'))
    expect([...counts]).toEqual([
      ['read', { calls: 1008, errors: 7 }],
      ['epoll_wait', { calls: 12, errors: 0 }],
    ])
  })

  it('give calls per message from the difference of two runs', () => {
    const few = parseSummary(summary(1008, ''))
    const more = parseSummary(summary(3008, '500'))
    expect(perMessage(few, more, 1000)).toEqual(['  read           2.00  (0.50 fail)'])
  })
})
