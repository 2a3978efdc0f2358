// The time line of a dial as a picture, to be read on a phone and on paper, in the light and the dark.
import type { Step, Timeline } from './timeline.js'
import { duration } from './units.js'

const WIDTH = 360
const MARGIN = 16
const ROW = 52
const TOP = 66
const BAR = WIDTH - 2 * MARGIN

const style = `
  svg { --ink: #1a2330; --soft: #5b6675; --paper: #ffffff; --rail: #e3e8ee;
        --resolved: #4a6fa5; --connected: #1f8a4c; --failed: #c0392b; --cancelled: #9aa5b1 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e8edf3; --soft: #a3afbd; --paper: #12181f; --rail: #2a343f;
          --resolved: #7ea6e0; --connected: #4cc383; --failed: #ef7a6d; --cancelled: #77828e }
  }
  text { font: 12px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--ink) }
  .title { font-weight: bold; font-size: 14px }
  .note { fill: var(--soft) }`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c)

// How many characters of the two sizes a line has room for.
const COLUMNS = 45
const TITLE_COLUMNS = 38
const clip = (text: string, columns = COLUMNS): string =>
  escapeXml(text.length > columns ? `${text.slice(0, columns - 1)}…` : text)

function row(step: Step, index: number, total: number): string {
  const y = TOP + index * ROW
  const x = MARGIN + (step.start / total) * BAR
  // What took next to no time must still be seen.
  const width = Math.max(((step.end - step.start) / total) * BAR, 3)
  const left = Math.min(x, MARGIN + BAR - width)
  const times = `${duration(step.start)} to ${duration(step.end)}`
  return `
  <text x="${MARGIN}" y="${y}">${clip(step.label)}</text>
  <rect x="${MARGIN}" y="${y + 7}" width="${BAR}" height="8" rx="2" fill="var(--rail)"/>
  <rect x="${left.toFixed(1)}" y="${y + 7}" width="${width.toFixed(1)}" height="8" rx="2" fill="var(--${step.outcome})"/>
  <text class="note" x="${MARGIN}" y="${y + 30}">${clip(`${times}, ${step.note}`)}</text>`
}

/** The time line as an SVG document of 360 units in width. */
export function timelineSvg({ title, total, steps }: Timeline): string {
  const height = TOP + steps.length * ROW
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
  <title>${escapeXml(title)}, ${duration(total)}</title>
  <style>${style}</style>
  <rect width="${WIDTH}" height="${height}" fill="var(--paper)"/>
  <text class="title" x="${MARGIN}" y="24">${clip(title, TITLE_COLUMNS)}</text>
  <text class="note" x="${MARGIN}" y="41">${duration(total)}</text>${steps
    .map((step, index) => row(step, index, total))
    .join('')}
</svg>
`
}
