import { describe, expect, it } from 'vitest'
import { makeChart } from './chart.mjs'
import { summarize } from './results.mjs'
import { contestantsOf } from './run.mjs'
import { formatResult } from './table.mjs'
import { makeWorkloads } from './workloads.mjs'

const peer = (id: string, label: string, lacks: string[] = []) => ({
  id,
  label,
  version: '',
  versionOf: '',
  command: [],
  env: {},
  lacks,
})

const peers = [
  peer('netfd', 'netfd', ['--write-to']),
  peer('node', 'Node <net>'),
  peer('c', 'C', ['--deadline']),
]

const workload = (id: string) => {
  const found = makeWorkloads({ fileLimit: 1024 }).find((one) => one.id === id)
  if (found === undefined) throw new Error(`no workload ${id}`)
  return found
}

const echo = workload('echo-64-50')

/** Outcomes with these CPU times per request, one list of rounds for each contestant. */
const outcomes = (cpu: Record<string, number[]>, failure?: string) =>
  contestantsOf(echo, peers).map((contestant) => ({
    contestant,
    samples: (cpu[contestant.id] ?? []).map((value) => ({ cpu: value, rate: 1000 })),
    ...(failure !== undefined && cpu[contestant.id] === undefined ? { failure } : {}),
  }))

describe('contestantsOf()', () => {
  it('gives each peer every variant but those it lacks, with a base of the same variant', () => {
    const field = contestantsOf(workload('deadline-64-50'), peers)
    expect(field.map(({ id, bases }) => [id, ...bases])).toEqual([
      ['netfd', 'c', 'node'],
      ['node', 'c', 'node'],
      ['c', 'c', 'node'],
      ['netfd+deadline', 'c', 'node+deadline'],
      ['node+deadline', 'c', 'node+deadline'],
    ])
  })
})

it('a form that netfd alone has is compared with the usual one of the others', () => {
  const field = contestantsOf(echo, [peer('netfd', 'netfd'), peer('node', 'Node'), peer('c', 'C')])
  expect(field.map(({ id, bases }) => [id, ...bases])).toEqual([
    ['netfd', 'c', 'node'],
    ['node', 'c', 'node'],
    ['c', 'c', 'node'],
    ['netfd+writeTo', 'c', 'node'],
  ])
})

it('what runs on a Node of its own is compared with that Node', () => {
  const ids = ['netfd', 'netfd@26', 'node', 'node@26']
  const field = contestantsOf(
    workload('deadline-64-50'),
    ids.map((id) => peer(id, id)),
  )
  const bases = Object.fromEntries(field.map(({ id, bases: [, node] }) => [id, node]))
  expect(bases).toMatchObject({ netfd: 'node', 'netfd@26': 'node@26', 'node@26': 'node@26' })
  expect(bases).toMatchObject({ 'netfd@26+deadline': 'node@26+deadline' })
})

describe('summarize()', () => {
  it('gives medians, ratios to C and to Node, and says which targets are met', () => {
    const result = summarize(echo, outcomes({ netfd: [6, 5, 7], node: [12, 10, 14], c: [4, 4, 4] }))
    expect(result.rows[0]).toMatchObject({ figures: { cpu: 6 }, ratios: { c: 1.5, node: 0.5 } })
    expect(result.rows[0]?.quartiles).toEqual({ c: [1.375, 1.625], node: [0.5, 0.5] })
    expect(result.verdicts.map(({ met }) => met)).toEqual([false, true])
  })

  it('judges no target whose contestants did not take part', () => {
    expect(summarize(echo, outcomes({ node: [12], c: [4] })).verdicts).toEqual([])
  })
})

describe('formatResult()', () => {
  it('aligns the columns, the fastest first', () => {
    const result = summarize(echo, outcomes({ netfd: [6], node: [12], c: [4] }))
    const lines = formatResult(result).split('\n')
    expect(lines.slice(2, 5).map((line) => line.split(' ')[0])).toEqual(['C', 'netfd', 'Node'])
    expect(new Set(lines.slice(1, 5).map((line) => line.length)).size).toBe(1)
    expect(lines[3]).toContain('1.50 [1.50 1.50]  0.50 [0.50 0.50]')
  })

  it('tells of a contestant that failed, and why', () => {
    const text = formatResult(summarize(echo, outcomes({ c: [4] }, 'it ended (1): boom')))
    expect(text).toContain('netfd failed: it ended (1): boom')
  })
})

describe('makeChart()', () => {
  it('draws a bar per contestant, longest for the slowest, and describes itself', () => {
    const svg = makeChart(summarize(echo, outcomes({ netfd: [6], node: [12], c: [4] }))) ?? ''
    const widths = [...svg.matchAll(/class="(?:own|bar)".* width="([\d.]+)"/g)].map((m) => m[1])
    expect(widths).toEqual(['112.0', '168.0', '336.0'])
    expect(svg).toContain('<desc id="echo-64-50-desc">')
    expect(svg).toContain('Node &lt;net&gt;')
    expect(svg).not.toContain('<net>')
  })

  it('draws nothing when no contestant has a figure', () => {
    expect(makeChart(summarize(echo, outcomes({}, 'gone')))).toBeNull()
  })
})
