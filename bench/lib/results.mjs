// @ts-check
// From samples to figures: medians, ratios and whether the targets are met. Plain data, so that
// it can be kept as JSON.
import { median, quartiles, ratios as ratiosOf, spread } from './stats.mjs'

/** @typedef {import('./samples.mjs').Metric} Metric */
/** @typedef {import('./run.mjs').Outcome} Outcome */
/** @typedef {import('./workload.mjs').Workload} Workload */
/** @typedef {import('./workload.mjs').Target} Target */
/** @typedef {{ ratios: Row['ratios'], around: Row['quartiles'] }} Compared */

/**
 * @typedef {object} Row one contestant
 * @property {string} id
 * @property {string} label
 * @property {Partial<Record<Metric, number>>} figures medians
 * @property {number} spread of the main figure, as a share of it
 * @property {Record<string, number>} ratios of the main figure, by the peer compared with
 * @property {Record<string, [number, number]>} quartiles of these ratios, the first and the third
 * @property {readonly import('./samples.mjs').Sample[]} samples
 * @property {string} [failure]
 */

/**
 * @typedef {object} Verdict
 * @property {string} text
 * @property {number} value
 * @property {[number, number]} [quartiles] where the value is a median of ratios
 * @property {boolean} met
 */

/**
 * @typedef {object} Result one workload
 * @property {string} id
 * @property {string} family
 * @property {string} title
 * @property {string} kind
 * @property {string} unit
 * @property {Metric} main the figure that ratios and charts are made of
 * @property {Readonly<Record<string, number>>} options
 * @property {Row[]} rows
 * @property {Verdict[]} verdicts
 */

/** @type {Record<Metric, string>} */
export const METRIC_NAMES = {
  cpu: 'CPU time',
  capacity: 'work per CPU second',
  rate: 'throughput',
  systemShare: 'kernel share',
  p50: 'median latency',
  p99: 'p99 latency',
  p999: 'p99.9 latency',
  garbage: 'garbage per unit',
  rss: 'RSS',
  peak: 'peak RSS',
  rssEach: 'RSS per connection',
  heapEach: 'heap per connection',
}

/** @type {(outcome: Outcome | undefined, metric: Metric) => number[]} */
const series = (outcome, metric) =>
  (outcome?.samples ?? []).flatMap((sample) => sample[metric] ?? [])

/** @type {(outcomes: readonly Outcome[], id: string) => Outcome | undefined} */
const find = (outcomes, id) => outcomes.find(({ contestant }) => contestant.id === id)

/** @type {(outcomes: readonly Outcome[], metric: Metric, of: string, against: string) => number[]} */
const rounds = (outcomes, metric, of, against) =>
  ratiosOf(series(find(outcomes, of), metric), series(find(outcomes, against), metric))

/** @type {(outcomes: readonly Outcome[], target: Target) => Omit<Verdict, 'text' | 'met'>} */
const measured = (outcomes, { metric, of, against, growth }) => {
  if (against === undefined) return { value: median(series(find(outcomes, of), metric)) }
  const values = rounds(outcomes, metric, of, against)
  const value = median(values)
  if (growth === undefined) return { value, quartiles: quartiles(values) }
  return { value: value / median(rounds(outcomes, metric, ...growth)) }
}

/** @param {Target} target */
const targetText = ({ metric, of, against, growth, max, min }) => {
  const bound = max === undefined ? `≥ ${min}` : `≤ ${max}`
  const name = `${METRIC_NAMES[metric]} of ${of}`
  if (against === undefined) return `${name} ${bound}`
  const grown = growth === undefined ? '' : ` × (${growth.join(' / ')})`
  return `${name} ${bound} × ${against}${grown}`
}

/**
 * @param {readonly Outcome[]} outcomes
 * @param {readonly Target[]} targets
 * @returns {Verdict[]} those whose contestants took part
 */
const judge = (outcomes, targets) =>
  targets.flatMap((target) => {
    const found = measured(outcomes, target)
    const { value } = found
    if (Number.isNaN(value)) return []
    const { max = Number.POSITIVE_INFINITY, min = Number.NEGATIVE_INFINITY } = target
    return [{ text: targetText(target), ...found, met: value <= max && value >= min }]
  })

/** @type {(outcomes: readonly Outcome[], of: Outcome['contestant'], main: Metric) => Compared} */
const compare = (outcomes, { id, bases }, main) => {
  /** @type {Compared} */
  const compared = { ratios: {}, around: {} }
  for (const base of bases) {
    const values = rounds(outcomes, main, id, base)
    const value = median(values)
    const [name = base] = base.split(/[@+]/)
    if (!Number.isFinite(value)) continue
    compared.ratios[name] = value
    compared.around[name] = quartiles(values)
  }
  return compared
}

/** @type {(outcomes: readonly Outcome[], outcome: Outcome, main: Metric) => Row} */
const makeRow = (outcomes, { contestant, samples, failure }, main) => {
  /** @type {Partial<Record<Metric, number>>} */
  const figures = {}
  for (const metric of /** @type {Metric[]} */ (Object.keys(METRIC_NAMES))) {
    const value = median(samples.flatMap((sample) => sample[metric] ?? []))
    if (!Number.isNaN(value)) figures[metric] = value
  }
  const { ratios, around } = compare(outcomes, contestant, main)
  return {
    id: contestant.id,
    label: contestant.label,
    figures,
    spread: spread(samples.flatMap((sample) => sample[main] ?? [])),
    ratios,
    quartiles: around,
    samples,
    ...(failure === undefined ? {} : { failure }),
  }
}

/**
 * @param {Workload} workload
 * @param {readonly Outcome[]} outcomes
 * @returns {Result}
 */
export const summarize = (workload, outcomes) => {
  const { id, family, title, kind, unit, options, targets } = workload
  /** @type {Metric} */
  const main = kind === 'idle' ? 'rssEach' : 'cpu'
  const rows = outcomes.map((outcome) => makeRow(outcomes, outcome, main))
  return { id, family, title, kind, unit, main, options, rows, verdicts: judge(outcomes, targets) }
}
