// @ts-check
// The UDP workloads, in turns, and their medians: CPU time a packet of the side that is named, in µs.
//   node bench/udp/run.mjs [--write] [ROUNDS] [SECONDS] [WORKLOAD...]
// With --write, and no workload named, the table of README.md is written.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { cpus, loadavg, release } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { markdownTable, writePart } from '../../tools/markdown.mjs'

const here = import.meta.dirname
const writes = process.argv.includes('--write')
const words = process.argv.slice(2).filter((word) => word !== '--write')
const [rounds = '5', seconds = '1', ...only] = words
if (writes && only.length > 0) throw new Error('the table has all workloads')

const built = join(here, '..', 'build')
mkdirSync(built, { recursive: true })
const peer = join(built, 'udp-peer')
const goPeer = join(built, 'udp-go')
const run = (command, args) => {
  const made = spawnSync(command, args, { cwd: here, stdio: 'inherit' })
  if (made.status !== 0) throw new Error(`${command} failed`)
}
if (!existsSync(peer)) run('gcc', ['-O2', '-o', peer, join(here, 'peer.c')])
const hasGo = existsSync(goPeer) || spawnSync('go', ['version']).status === 0
if (hasGo && !existsSync(goPeer))
  spawnSync('go', ['build', '-o', goPeer, '.'], { cwd: join(here, 'go') })

/** Another runtime, where `npm ci --prefix bench/peers` has installed it. */
const runtime = (name, variants, path, ...args) => {
  const command = [join(here, '..', 'peers', 'node_modules', path), 'run', ...args]
  if (!existsSync(command[0])) return []
  return variants.map((v) => [v === '1' ? name : `${name} ${v}`, command, v])
}
const bun = (...variants) =>
  runtime('Bun', variants, '@oven/bun-linux-x64/bin/bun', join(here, 'bun.mjs'))
const denoRights = ['--unstable-net', '--allow-net', '--allow-sys', '--quiet', '--no-config']
const deno = (...variants) =>
  runtime('Deno', variants, '@deno/linux-x64-glibc/deno', ...denoRights, join(here, 'deno.mjs'))

const js = (file) => [process.execPath, join(here, file)]
const c = (...variants) => variants.map((variant) => [`C ${variant}`, [peer], variant])
const netfd = (...variants) => variants.map((v) => [`netfd ${v}`, js('netfd.mjs'), v])
const others = [
  ...(hasGo ? [['Go', [goPeer], '1']] : []),
  ['Node dgram', js('node.mjs'), '1'],
  ...bun('1'),
  ...deno('1'),
]

/** Each with its subjects and the peer they talk to. */
const WORKLOADS = {
  'recv-64': {
    title: 'receive 64 B, 60 000/s in bursts of 32',
    kind: 'recv',
    size: 64,
    drive: ['blast', '64', '60000'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'recv-1200': {
    title: 'receive 1200 B, same',
    kind: 'recv',
    size: 1200,
    drive: ['blast', '1200', '60000'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'gro-1200': {
    title: 'receive 1200 B, bursts joined',
    kind: 'recv',
    size: 1200,
    drive: ['blast', '1200', '60000', 'gso'],
    subjects: [...c('gro'), ...others, ...netfd('gro', '32')],
  },
  'send-64': {
    title: 'send 64 B',
    kind: 'send',
    size: 64,
    subjects: [...c('1', '32'), ...others, ...bun('many'), ...netfd('1', '32', 'list')],
  },
  'send-1200': {
    title: 'send 1200 B',
    kind: 'send',
    size: 1200,
    subjects: [...c('1', '32', 'gso'), ...others, ...bun('many'), ...netfd('1', '32', 'gso')],
  },
  'echo-64-32': {
    title: 'echo 64 B, 32 outstanding',
    kind: 'echo',
    size: 64,
    drive: ['ask', '64', '32'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'echo-64-1': {
    title: 'echo 64 B, 1 outstanding',
    kind: 'echo',
    size: 64,
    drive: ['ask', '64', '1'],
    subjects: [...c('1'), ...others, ...netfd('1', '32')],
  },
}

/** Both on one CPU, and the peer first: so a burst is there as a whole before its subject sees it. */
const start = (command, priority = 5) => {
  const child = spawn('taskset', ['-c', '1', 'chrt', '-r', String(priority), ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, GOMAXPROCS: '1' },
  })
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

const portOf = (line) => line.value.split(' ')[1]

async function measure({ kind, size, drive }, [, command, variant]) {
  const args = [kind, variant, String(size), seconds]
  if (kind === 'send') {
    const hole = start([peer, 'hole'])
    const port = portOf(await hole.lines.next())
    const subject = start([...command, ...args, port])
    const result = JSON.parse((await subject.lines.next()).value)
    hole.child.kill()
    return result
  }
  const subject = start([...command, ...args])
  const port = portOf(await subject.lines.next())
  const [name, ...rest] = drive
  const driver = start(
    [peer, name, ...rest.slice(0, 2).filter((word) => word !== 'gso'), port, ...rest.slice(2)],
    10,
  )
  const result = JSON.parse((await subject.lines.next()).value)
  driver.child.kill()
  if (subject.child.exitCode === null) await once(subject.child, 'exit')
  return result
}

const median = (values) => values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** What a workload took: the figures of each subject, one a round. */
const take = async (workload) => {
  const taken = new Map(workload.subjects.map(([name]) => [name, []]))
  for (let round = 0; round < Number(rounds); round++) {
    for (const subject of workload.subjects) {
      taken.get(subject[0]).push((await measure(workload, subject)).us)
    }
  }
  return taken
}

/** The median of the ratios of the rounds, or '' where one of the two takes no part. */
const ratio = (taken, of, to) => {
  const [own, other] = [taken.get(of), taken.get(to)]
  if (own === undefined || other === undefined) return ''
  return median(own.map((us, i) => us / other[i])).toFixed(2)
}

const RATIOS = [
  ['netfd 1', 'Node dgram'],
  ['netfd 32', 'Node dgram'],
  ['netfd 32', 'C 32'],
]

const table = (results) => {
  const order = Object.values(WORKLOADS).flatMap(({ subjects }) => subjects.map(([name]) => name))
  const columns = [...new Set(order)].sort((a, b) => rank(a) - rank(b))
  const heads = RATIOS.map(([of, to]) => `${of} ÷ ${to}`)
  const rows = results.map(([{ title }, taken]) => [
    title,
    ...columns.map((name) => (taken.has(name) ? median(taken.get(name)).toFixed(2) : '')),
    ...RATIOS.map((pair) => ratio(taken, ...pair)),
  ])
  return markdownTable(['', ...columns, ...heads], rows)
}

/** C first, netfd last, and each from its plain form on. */
const KINDS = ['C', 'Go', 'Node', 'Bun', 'Deno', 'netfd']
const FORMS = ['1', '32', 'many', 'list', 'gso', 'gro']
const rank = (name) => {
  const [kind, form] = name.split(' ')
  return KINDS.indexOf(kind) * 10 + FORMS.indexOf(form)
}

const before = loadavg()[0].toFixed(2)
const results = []
for (const [id, workload] of Object.entries(WORKLOADS)) {
  if (only.length > 0 && !only.includes(id)) continue
  const taken = await take(workload)
  results.push([workload, taken])
  const cells = [...taken].map(([name, values]) => `${name} ${median(values).toFixed(2)}`)
  console.log(`${id.padEnd(11)} ${cells.join('  ')}`)
}
if (writes) {
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${cpus()[0].model}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`
  const how = `Medians of ${rounds} rounds of ${seconds} s, ${date}: ${machine}; load average ${before} before.`
  writePart(join(here, 'README.md'), 'udp', `${table(results)}\n\n${how}`)
}
