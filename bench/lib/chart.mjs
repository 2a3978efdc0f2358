// @ts-check
// A bar chart of one workload as SVG, by hand: horizontal bars under their figures. It
// follows the reader's light or dark scheme, and its text stays readable at 360 pixels.
import { figure } from './table.mjs'

/** @typedef {import('./results.mjs').Result} Result */
/** @typedef {import('./results.mjs').Row} Row */

const WIDTH = 360
const MARGIN = 12
const HEAD = 74
const STEP = 38
const BAR = 10

const STYLE = `
  .back { fill: #ffffff } .text { fill: #1f2328 } .soft { fill: #59636e }
  .bar { fill: #7d8895 } .own { fill: #0969da }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif }
  .title { font-size: 15px; font-weight: 600 } .strong { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #e6edf3 } .soft { fill: #9198a1 }
    .bar { fill: #656c76 } .own { fill: #4493f8 }
  }`

/** @param {string} text */
const escapeXml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** @param {Result} result */
const caption = ({ main, unit }) =>
  main === 'rssEach'
    ? 'bytes resident per connection: less is better'
    : `µs of CPU time per ${unit}: less is better`

/**
 * A long title breaks once, at the last space that fits.
 * @param {string} title
 * @returns {string[]}
 */
const breakTitle = (title) => {
  const most = 36
  if (title.length <= most) return [title]
  const at = title.lastIndexOf(' ', most)
  return at < 0 ? [title] : [title.slice(0, at), title.slice(at + 1)]
}

// The name and the figure stand above the bar, so neither can run into it or out of the picture,
// whichever font the reader has.
/** @type {(row: Row, value: number, longest: number, top: number) => string} */
const bar = (row, value, longest, top) => {
  const own = row.id.startsWith('netfd')
  const strong = own ? ' strong' : ''
  const width = Math.max(2, (value / (longest || 1)) * (WIDTH - 2 * MARGIN)).toFixed(1)
  const against = row.ratios.node
  const ratio =
    against === undefined || row.id.startsWith('node') ? '' : `${against.toFixed(2)} × Node`
  const right = WIDTH - MARGIN
  return [
    `<text class="text${strong}" x="${MARGIN}" y="${top}">${escapeXml(row.label)}</text>`,
    `<text class="soft" x="${right - 64}" y="${top}" text-anchor="end">${ratio}</text>`,
    `<text class="text${strong}" x="${right}" y="${top}" text-anchor="end">${figure(value)}</text>`,
    `<rect class="${own ? 'own' : 'bar'}" x="${MARGIN}" y="${top + 6}" width="${width}" height="${BAR}" rx="2"/>`,
  ].join('\n')
}

/**
 * @param {Result} result
 * @returns {string | null} the SVG document, or null when no contestant has a figure
 */
export const makeChart = (result) => {
  const bars = result.rows
    .flatMap((row) => {
      const value = row.figures[result.main]
      return value === undefined ? [] : [{ row, value: Math.max(0, value) }]
    })
    .toSorted((a, b) => a.value - b.value)
  const longest = bars.at(-1)
  if (longest === undefined) return null

  const title = breakTitle(result.title)
  const head = HEAD + (title.length - 1) * 19
  const height = head + bars.length * STEP - 8
  const described = bars.map(({ row, value }) => `${row.label} ${figure(value)}`).join(', ')
  const drawn = bars.map(({ row, value }, i) => bar(row, value, longest.value, head + i * STEP))
  const titles = title.map(
    (line, i) =>
      `<text class="text title" x="${MARGIN}" y="${25 + i * 19}">${escapeXml(line)}</text>`,
  )
  const captionY = 25 + title.length * 19
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH * 2}" height="${height * 2}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${result.id}-title ${result.id}-desc">
<title id="${result.id}-title">${escapeXml(result.title)}</title>
<desc id="${result.id}-desc">${escapeXml(`${caption(result)}. ${described}.`)}</desc>
<style>${STYLE}
</style>
<rect class="back" width="${WIDTH}" height="${height}" rx="6"/>
${titles.join('\n')}
<text class="soft" x="${MARGIN}" y="${captionY}">${caption(result)}</text>
${drawn.join('\n')}
</svg>
`
}
