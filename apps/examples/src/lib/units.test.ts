import { describe, expect, it } from 'vitest'
import { wholeNumber } from './args.js'
import { paintFor } from './colour.js'
import { table } from './table.js'
import { bytes, count, duration } from './units.js'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [100 * 1024, '100 KiB'],
  [3 * 1024 ** 3, '3.0 GiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d bytes are %s', (n, text) => {
  expect(bytes(n)).toBe(text)
})

it.each([
  [0, '0 ms'],
  [0.4249, '0.42 ms'],
  [0.999, '1 ms'],
  [7.34, '7.3 ms'],
  [180.4, '180 ms'],
  [2440, '2.4 s'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

it.each([
  [0, '0 ports'],
  [1, '1 port'],
  [2, '2 ports'],
])('%d is %s', (n, text) => {
  expect(count(n, 'port')).toBe(text)
})

it('aligns all columns but the last', () => {
  const rows = [
    ['a', 'long cell', 'end'],
    ['longer', 'b', 'the end'],
  ]
  expect(table(rows)).toBe('  a       long cell  end\n  longer  b          the end')
})

it.each(['', ' ', '1.5', '-1', '11', 'ten'])('takes "%s" for no number from 0 to 10', (text) => {
  const error = {
    code: 'ERR_PARSE_ARGS_USAGE',
    message: `--n must be a whole number from 0 to 10, not ${text}`,
  }
  expect(() => wholeNumber('--n', text, 0, 10)).toThrow(expect.objectContaining(error))
})

describe('paint', () => {
  it.each([
    ['no terminal', {}, 'text'],
    ['a terminal without colours', { hasColors: () => false }, 'text'],
    ['a terminal with colours', { hasColors: () => true }, '\u001b[32mtext\u001b[39m'],
  ])('is as it should be for %s', (_, stream, painted) => {
    expect(paintFor(stream).good('text')).toBe(painted)
  })
})
