// @ts-check
// The UDP workloads, in turns, and their medians: CPU time a packet of the side that is named, in µs.
//   node bench/udp/run.mjs [ROUNDS] [SECONDS] [WORKLOAD...]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const here = import.meta.dirname
const [rounds = '5', seconds = '1', ...only] = process.argv.slice(2)

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
    kind: 'recv',
    size: 64,
    drive: ['blast', '64', '60000'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'recv-1200': {
    kind: 'recv',
    size: 1200,
    drive: ['blast', '1200', '60000'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'gro-1200': {
    kind: 'recv',
    size: 1200,
    drive: ['blast', '1200', '60000', 'gso'],
    subjects: [...c('gro'), ...others, ...netfd('gro', '32')],
  },
  'send-64': {
    kind: 'send',
    size: 64,
    subjects: [...c('1', '32'), ...others, ...bun('many'), ...netfd('1', '32', 'list')],
  },
  'send-1200': {
    kind: 'send',
    size: 1200,
    subjects: [...c('1', '32', 'gso'), ...others, ...bun('many'), ...netfd('1', '32', 'gso')],
  },
  'echo-64-32': {
    kind: 'echo',
    size: 64,
    drive: ['ask', '64', '32'],
    subjects: [...c('1', '32'), ...others, ...netfd('1', '32')],
  },
  'echo-64-1': {
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

for (const [id, workload] of Object.entries(WORKLOADS)) {
  if (only.length > 0 && !only.includes(id)) continue
  const taken = new Map(workload.subjects.map(([name]) => [name, []]))
  for (let round = 0; round < Number(rounds); round++) {
    for (const subject of workload.subjects) {
      taken.get(subject[0]).push((await measure(workload, subject)).us)
    }
  }
  const cells = [...taken].map(([name, values]) => `${name} ${median(values).toFixed(2)}`)
  console.log(`${id.padEnd(11)} ${cells.join('  ')}`)
}
