import type { DialTrace } from '@netfd/net'
import { TCPAddr } from '@netfd/net'
import { expect, it } from 'vitest'
import { paintFor } from './colour.js'
import { timelineOf, timelineText } from './timeline.js'
import { timelineSvg } from './timeline-svg.js'

const plain = paintFor({})
const six = new TCPAddr('2001:db8::1', 80)
const four = new TCPAddr('192.0.2.1', 80)
const coded = (code: string): Error => Object.assign(new Error(code), { code })

const base = {
  network: 'tcp',
  address: 'a<b>.example:80',
  resolve: { start: 1000, end: 1012, addresses: [six, four] },
}

const race: DialTrace = {
  ...base,
  attempts: [
    { address: six, start: 1012, end: 1330, error: coded('ABORT_ERR') },
    { address: four, start: 1312, end: 1324 },
  ],
  winner: four,
}

it('puts a race on one line: the winner, and the loser that was called off', () => {
  const [title, ...steps] = timelineText(timelineOf(race, 1340), plain).split('\n')
  expect(title).toBe('dial tcp a<b>.example:80: 330 ms')
  expect(steps).toEqual([
    '  resolve           █·······················  0 ms to 12 ms     2001:db8::1, 192.0.2.1',
    '  [2001:db8::1]:80  ·███████████████████████  12 ms to 330 ms   cancelled',
    '  192.0.2.1:80      ·······················█  312 ms to 324 ms  connected',
  ])
})

it.each<[string, Partial<DialTrace>, outcome: string, note: string]>([
  [
    'a refused attempt',
    { attempts: [{ address: four, start: 1012, end: 1013, error: coded('ECONNREFUSED') }] },
    'failed',
    'ECONNREFUSED',
  ],
  [
    'an attempt without a code',
    { attempts: [{ address: four, start: 1012, end: 1013, error: new Error('odd') }] },
    'failed',
    'odd',
  ],
  [
    'an attempt that is not settled',
    { attempts: [{ address: four, start: 1012 }], winner: six },
    'cancelled',
    'cancelled',
  ],
  [
    'one that connected too late',
    {
      attempts: [
        { address: six, start: 1012, end: 1014 },
        { address: four, start: 1013, end: 1015 },
      ],
      winner: six,
    },
    'cancelled',
    'cancelled',
  ],
  [
    'a winner known under another address',
    { attempts: [{ address: new TCPAddr('0.0.0.0', 80), start: 1012, end: 1013 }], winner: four },
    'connected',
    'connected',
  ],
  [
    'a name that does not exist',
    { resolve: { start: 1000, end: 1001, error: coded('ENOTFOUND') }, attempts: [] },
    'failed',
    'ENOTFOUND',
  ],
])('shows %s', (_, trace, outcome, note) => {
  const { steps } = timelineOf({ ...base, attempts: [], ...trace }, 1020)
  expect(steps.at(-1)).toMatchObject({ outcome, note })
})

it('draws a dial that took no time', () => {
  const trace: DialTrace = {
    ...base,
    resolve: { start: 5, end: 5, error: coded('ERR_ADDR') },
    attempts: [],
  }
  expect(timelineSvg(timelineOf(trace, 5))).not.toMatch(/NaN|Infinity/)
  expect(timelineText(timelineOf(trace, 5), plain)).toContain('ERR_ADDR')
})

it('draws bars inside the picture, texts that fit, and names made harmless', () => {
  const long = `${'very-long-name.'.repeat(9)}example:80`
  const svg = timelineSvg(timelineOf({ ...race, address: long }, 1340))
  for (const [, x, width] of svg.matchAll(/<rect x="([\d.]+)" .* width="([\d.]+)"/g)) {
    expect(Number(x)).toBeGreaterThanOrEqual(16)
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(360 - 16 + 0.1)
  }
  for (const [, text = ''] of svg.matchAll(/<text .*>(.*)<\/text>/g)) {
    expect(text.length).toBeLessThanOrEqual(45)
  }
  expect(timelineSvg(timelineOf(race, 1340))).toContain('<title>dial tcp a&lt;b&gt;.example:80, ')
})
