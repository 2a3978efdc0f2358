// @ts-check
// One workload as an aligned table for the terminal.
import { stripVTControlCharacters, styleText } from 'node:util'

/** @typedef {import('./results.mjs').Result} Result */
/** @typedef {import('./results.mjs').Row} Row */
/** @typedef {{ head: string, cell: (row: Row) => string }} Column */

/**
 * Three significant digits, with thousands grouped.
 * @param {number | undefined} value
 */
export const figure = (value) => {
  if (value === undefined || !Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(3)
}

/** @param {number | undefined} value */
const percent = (value) =>
  value === undefined || !Number.isFinite(value) ? '-' : `${Math.round(value * 100)} %`

/**
 * The quartiles, as they stand behind a median.
 * @param {readonly number[] | undefined} around
 */
export const brackets = (around) =>
  around === undefined ? '' : ` [${around.map((value) => value.toFixed(2)).join(' ')}]`

/** @type {(row: Row, base: string) => string} */
const times = ({ ratios, quartiles }, base) => {
  const value = ratios[base]
  return value === undefined ? '-' : `${value.toFixed(2)}${brackets(quartiles[base])}`
}

/** @param {number | undefined} bytes */
const mebibytes = (bytes) => (bytes === undefined ? '-' : figure(bytes / 2 ** 20))

/** @type {Column} */
const name = { head: '', cell: (row) => row.label }
/** @type {Column[]} */
const comparison = [
  { head: '±', cell: (row) => percent(row.spread) },
  { head: '× C', cell: (row) => times(row, 'c') },
  { head: '× Node', cell: (row) => times(row, 'node') },
]
/** @type {Column} */
const garbage = { head: 'garbage B', cell: (row) => figure(row.figures.garbage) }
/** @type {Column} */
const rss = { head: 'RSS MiB', cell: (row) => mebibytes(row.figures.rss) }

/** @type {(result: Result) => Column[]} */
const columnsOf = ({ kind, unit }) => {
  if (kind === 'idle')
    return [
      name,
      { head: 'RSS B/conn', cell: (row) => figure(row.figures.rssEach) },
      ...comparison,
      { head: 'heap B/conn', cell: (row) => figure(row.figures.heapEach) },
      rss,
    ]
  return [
    name,
    { head: `CPU µs/${unit}`, cell: (row) => figure(row.figures.cpu) },
    ...comparison,
    { head: 'kernel', cell: (row) => percent(row.figures.systemShare) },
    { head: `${unit}/s`, cell: (row) => figure(row.figures.rate) },
    { head: 'p50 µs', cell: (row) => figure(row.figures.p50) },
    { head: 'p99 µs', cell: (row) => figure(row.figures.p99) },
    ...(kind === 'load and garbage' ? [garbage] : []),
    rss,
  ]
}

/** @param {readonly (readonly string[])[]} lines */
const align = (lines) => {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => [...(line[i] ?? '')].length)),
  )
  return lines.map((line) =>
    line
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  '),
  )
}

/**
 * @param {Result} result
 * @param {{ colors?: boolean }} options
 * @returns {string}
 */
export const formatResult = (result, { colors = false } = {}) => {
  const columns = columnsOf(result)
  const rows = result.rows
    .filter(({ failure }) => failure === undefined)
    .toSorted((a, b) => (a.figures[result.main] ?? 0) - (b.figures[result.main] ?? 0))
  const cells = [columns.map(({ head }) => head)]
  for (const row of rows) cells.push(columns.map(({ cell }) => cell(row)))
  const [head = '', ...body] = align(cells)
  const lines = [styleText('bold', result.title), styleText('dim', head), ...body]
  for (const { label, failure } of result.rows) {
    if (failure !== undefined) lines.push(styleText('red', `${label} failed: ${failure}`))
  }
  for (const { text, value, met, quartiles } of result.verdicts) {
    const mark = met ? styleText('green', 'met   ') : styleText('yellow', 'missed')
    lines.push(`  ${mark} ${text}: ${figure(value)}${brackets(quartiles)}`)
  }
  const text = lines.join('\n')
  return colors ? text : stripVTControlCharacters(text)
}
