// The steps of a dial on one time line, and that line as text.
import type { DialAttempt, DialTrace } from '@netfd/net'
import { splitHostPort } from '@netfd/net'
import type { Paint } from './colour.js'
import { duration } from './units.js'

/** One step: resolving the name, or trying one address. Times are ms since the dial began. */
export interface Step {
  readonly label: string
  readonly start: number
  readonly end: number
  readonly outcome: 'resolved' | 'connected' | 'failed' | 'cancelled'
  readonly note: string
}

/** All steps of a dial. */
export interface Timeline {
  readonly title: string
  readonly total: number
  readonly steps: readonly Step[]
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message

/** The attempt that gave the connection. An address such as 0.0.0.0 ends up at another one. */
function winnerOf({ attempts, winner }: DialTrace): DialAttempt | undefined {
  if (winner === undefined) return undefined
  const connected = attempts.filter(({ end, error }) => end !== undefined && error === undefined)
  return connected.find(({ address }) => `${address}` === `${winner}`) ?? connected[0]
}

/** Puts the steps of a finished dial on a line that starts at 0. */
export function timelineOf(trace: DialTrace, finished: number): Timeline {
  const { resolve } = trace
  const since = (time = finished) => time - resolve.start
  const found = resolve.addresses?.map((addr) => splitHostPort(`${addr}`).host).join(', ') ?? ''
  const steps: Step[] = [
    {
      label: 'resolve',
      start: 0,
      end: since(resolve.end),
      outcome: resolve.error === undefined ? 'resolved' : 'failed',
      note: resolve.error === undefined ? found : codeOf(resolve.error),
    },
  ]
  const won = winnerOf(trace)
  for (const attempt of trace.attempts) {
    const { address, start, end, error } = attempt
    const span = { label: `${address}`, start: since(start), end: since(end) }
    if (error !== undefined && codeOf(error) !== 'ABORT_ERR') {
      steps.push({ ...span, outcome: 'failed', note: codeOf(error) })
    } else if (attempt === won) {
      steps.push({ ...span, outcome: 'connected', note: 'connected' })
    } else {
      steps.push({ ...span, outcome: 'cancelled', note: 'cancelled' })
    }
  }
  // A dial that failed in no time at all still needs a line to stand on.
  const total = Math.max(...steps.map(({ end }) => end)) || 1
  return { title: `dial ${trace.network} ${trace.address}`, total, steps }
}

const WIDTH = 24
const ranges = ({ start, end }: Step): string => `${duration(start)} to ${duration(end)}`

/** The time line for a terminal, one step a line. */
export function timelineText({ title, total, steps }: Timeline, paint: Paint): string {
  const labels = Math.max(...steps.map(({ label }) => label.length))
  const times = Math.max(...steps.map((step) => ranges(step).length))
  const lines = steps.map((step) => {
    const from = Math.min(Math.round((step.start / total) * WIDTH), WIDTH - 1)
    const to = Math.max(Math.round((step.end / total) * WIDTH), from + 1)
    const bar = `${'·'.repeat(from)}${'█'.repeat(to - from)}`.padEnd(WIDTH, '·')
    const line = `${step.label.padEnd(labels)}  ${bar}  ${ranges(step).padEnd(times)}  ${step.note}`
    if (step.outcome === 'failed') return `  ${paint.bad(line)}`
    if (step.outcome === 'connected') return `  ${paint.good(line)}`
    return `  ${step.outcome === 'cancelled' ? paint.dim(line) : line}`
  })
  return [paint.title(`${title}: ${duration(total)}`), ...lines].join('\n')
}
