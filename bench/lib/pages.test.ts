import { describe, expect, it } from 'vitest'
import { benchTable, targetTable, trickTable } from './pages.mjs'
import { findPeers } from './peers.mjs'

const loadAverage = { before: 0.5, after: 1.25 }
const machine = { date: '', cpu: 'CPU', cores: 2, kernel: 'Linux 6', loadAverage }

describe('benchTable', () => {
  const row = (id: string, cpu: number) => ({
    id,
    label: id,
    figures: { cpu },
    spread: 0,
    ratios: { node: cpu / 12 },
    quartiles: { node: [cpu / 16, cpu / 8] as [number, number] },
    samples: [],
  })
  const result = (rows: ReturnType<typeof row>[]) => ({
    id: 'echo',
    family: 'echo',
    title: 'Echo',
    kind: 'load',
    unit: 'request',
    main: 'cpu' as const,
    options: {},
    rows,
    verdicts: [],
  })
  const run = {
    machine: { ...machine, date: '2026-01-02T03:04:05Z' },
    priority: 'under chrt -r 5',
    rounds: 3,
    quick: false,
    peers: [
      { id: 'netfd', label: 'netfd', version: 'v20.1.2', versionOf: 'on Node' },
      { id: 'node', label: 'Node net', version: 'v20.1.2', versionOf: 'Node' },
      { id: 'bun', label: 'Bun', version: '1.4.5', versionOf: '' },
      { id: 'go', label: 'Go', version: 'go version go1.19.8 linux/amd64', versionOf: '' },
    ],
    results: [result([row('netfd', 6), row('node', 12), row('go', 5)])],
  }

  it('puts the figures of the peers side by side with the ratio to Node', () => {
    const text = benchTable(run)
    expect(text).toContain('| Echo, µs/request | 6.00 | 12.0 | 5.00 | **0.500** [0.38 0.75] |')
    expect(text).toContain(
      '3 rounds in one run, the quartiles of the ratios in brackets, 2026-01-02',
    )
    expect(text).toContain('Under chrt -r 5; load average 0.5 before and 1.25 after.')
  })

  it('says what each version is of, and names no version of what took no part', () => {
    const text = benchTable(run)
    expect(text).toContain('netfd (on Node 20.1.2), Node net (Node 20.1.2), Go 1.19.8.')
  })

  it('keeps to the rows and the columns that it is asked for', () => {
    const dial = { ...result([row('netfd', 6), row('node', 12)]), id: 'dial', title: 'Dial' }
    const results = [dial, ...run.results]
    const text = benchTable({ ...run, results }, { rows: ['dial'], columns: ['netfd', 'node'] })
    expect(text).toContain('| Dial, µs/request | 6.00 | 12.0 | **0.500** [0.38 0.75] |')
    expect(text).not.toContain('Echo')
    expect(text).not.toContain('Go')
  })

  it('shows the variant that a title speaks of, and nothing for a peer without it', () => {
    const rows = [row('netfd', 6), row('netfd+deadline', 8), row('node', 12)]
    const results = [result([...rows, row('node+deadline', 16), row('go', 5)])]
    expect(benchTable({ ...run, results })).toContain(
      '| Echo, µs/request | 8.00 | 16.0 | **0.667** [0.50 1.00] |',
    )
  })

  it('has a line more for a form that netfd alone has, beside the usual ones of the others', () => {
    const results = [result([row('netfd', 6), row('netfd+writeTo', 3), row('node', 12)])]
    const text = benchTable({ ...run, results })
    expect(text).toContain('| Echo, µs/request | 6.00 | 12.0 | **0.500** [0.38 0.75] |')
    expect(text).toContain('| Echo (writeTo), µs/request | 3.00 | 12.0 | **0.250** [0.19 0.38] |')
    const plain = benchTable({ ...run, results }, { rows: ['echo'] })
    expect(plain).toContain('| Echo, µs/request |')
    expect(plain).not.toContain('writeTo')
    const form = benchTable({ ...run, results }, { rows: ['echo+writeTo'] })
    expect(form).toContain('| Echo (writeTo), µs/request |')
    expect(form).not.toContain('| Echo, µs/request |')
  })

  it('has a second ratio where a newer Node took part', () => {
    const peers = ['netfd', 'node', 'netfd@26', 'node@26'].map((id) => ({
      ...{ id, label: id, version: 'v26.1.0', versionOf: 'Node' },
    }))
    const results = [result(peers.map(({ id }, i) => row(id, 3 * (i + 1))))]
    const text = benchTable({ ...run, peers, results })
    expect(text).toContain('| netfd@26 | node@26 | netfd ÷ Node | the same on 26 |')
    expect(text).toContain('| 9.00 | 12.0 | **0.250** [0.19 0.38] | **0.750** [0.56 1.13] |')
  })

  it('is empty for a quick run and for one without Node', () => {
    expect(benchTable({ ...run, quick: true })).toBe('')
    expect(benchTable({ ...run, results: [result([row('netfd', 6)])] })).toBe('')
  })
})

it('a peer whose version is not its own says what it is of', async () => {
  const found = await findPeers(['netfd', 'node', 'c'], (line) => expect.unreachable(line))
  expect(found.map(({ id, versionOf }) => [id, versionOf])).toEqual([
    ['netfd', 'on Node'],
    ['node', 'Node'],
    ['c', 'compiled by cc'],
  ])
})

describe('targetTable', () => {
  it('says of each target what was measured, and whether that is enough', () => {
    const around: [number, number] = [1, 1.25]
    const verdicts = [
      { text: 'CPU time of netfd ≤ 1.2 × c', value: 1.1, quartiles: around, met: true },
      { text: 'CPU time of netfd ≤ 0.5 × node', value: 0.72, met: false },
    ]
    const text = targetTable({
      machine,
      priority: '',
      rounds: 3,
      quick: false,
      peers: [],
      results: [
        {
          ...{ id: 'echo', family: 'echo', title: 'Echo', kind: 'load', unit: 'request' },
          ...{ main: 'cpu', options: {}, rows: [], verdicts },
        },
      ],
    })
    expect(text).toContain('| Echo | CPU time of netfd ≤ 1.2 × c | 1.10 [1.00 1.25] | met |')
    expect(text).toContain('| Echo | CPU time of netfd ≤ 0.5 × node | 0.720 | **missed** |')
  })
})

describe('trickTable', () => {
  it('tells what the work costs more without the trick, and how sure that is', () => {
    const text = trickTable({
      machine: { date: '2026-01-02T03:04:05Z', loadAverage },
      priority: 'under chrt -r 5',
      rounds: 5,
      results: [
        {
          ...{ title: 'It waits', off: 'it tries', workload: 'Echo', unit: 'request' },
          ...{ on: 6, without: 7.5, ratio: 1.25, spread: 0.02 },
        },
      ],
    })
    expect(text).toContain(
      '| It waits | it tries | Echo | 6.00 µs/request | 7.50 | **25 %** | 2 % |',
    )
    expect(text).toContain('Medians of 5 rounds, both sides in turns, 2026-01-02, under chrt -r 5')
  })
})
