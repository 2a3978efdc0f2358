// @ts-check
// What happens to a process, while its connections are in the middle of everything.
import { closeSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { native } from '@netfd/syscall/internal'
import { compiled } from './lib/compile.mjs'
import { Fault } from './lib/part.mjs'
import { answer, program, start } from './lib/program.mjs'
import { below, pick, shuffled } from './lib/random.mjs'

/** @typedef {import('./lib/program.mjs').Ended} Ended */
/** @typedef {{ random: () => number, ms: number, folder: string }} Given */

const O_NONBLOCK = Number(native.constants().O_NONBLOCK)

/** What Node says about its own flags. */
const WARNINGS = /Warning|--trace-warnings|conflicting flags/

/**
 * The command of a program to which `name` happens.
 * @param {string} name
 * @param {number} ms
 * @param {readonly string[]} [flags]
 */
const life = (name, ms, flags = []) => [
  ...[process.execPath, ...flags, program('life'), name, String(ms)],
]

/**
 * @param {Ended} ended
 * @param {{ code?: number | null, signal?: string | null, stderr?: RegExp }} wanted
 */
const must = ({ code, signal, stdout, stderr }, wanted) => {
  const said = stderr
    .split('\n')
    .filter((line) => line !== '' && !WARNINGS.test(line))
    .join('\n')
  const fits =
    code === (wanted.code === undefined ? 0 : wanted.code) &&
    signal === (wanted.signal ?? null) &&
    (wanted.stderr === undefined ? said === '' : wanted.stderr.test(said))
  if (!fits) throw new Fault(`ended with ${code} ${signal}:\n${stdout}\n${stderr}`)
}

/**
 * @param {unknown} seen
 * @param {unknown} wanted
 */
const same = (seen, wanted) => {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)]
  if (a !== b) throw new Fault(`${a}, not ${b}`)
}

/**
 * It happens by itself.
 * @param {string} name
 * @param {Parameters<typeof must>[1]} [wanted]
 * @param {readonly string[]} [flags]
 */
const alone =
  (name, wanted = {}, flags = []) =>
  async (/** @type {Given} */ { ms }) => {
    const ended = await start(life(name, ms, flags)).ended
    must(ended, wanted)
    return ended
  }

/** @param {NodeJS.Signals} signal */
const killed =
  (signal) =>
  async (/** @type {Given} */ { ms }) => {
    const child = start(life('signal', ms))
    await child.printed('ready')
    await sleep(ms)
    child.kill(signal)
    must(await child.ended, { code: null, signal })
  }

/** @param {NodeJS.Signals} signal */
const handled =
  (signal) =>
  async (/** @type {Given} */ { ms }) => {
    const child = start(life('signal handled', ms))
    await child.printed('ready')
    await sleep(ms)
    child.kill(signal)
    must(await child.ended, {})
  }

/** Stopped until its deadline is long over. @param {Given} given */
const stopped = async ({ ms }) => {
  const child = start(life('stop', ms))
  await child.printed('ready')
  child.kill('SIGSTOP')
  await sleep(400)
  child.kill('SIGCONT')
  const ended = await child.ended
  must(ended, {})
  const { ended: code, after } = answer(ended)
  same({ code, after }, { code: 'ETIMEDOUT', after: 5 })
}

const ARCH = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const FAKETIME = `/usr/lib/${ARCH}-linux-gnu/faketime/libfaketimeMT.so.1`

/**
 * The clock is set while a deadline runs, which is to fire in its time.
 * @param {Given} given
 */
const jumped = async ({ random, ms, folder }) => {
  if (!existsSync(FAKETIME)) throw new Error('the clock needs the Debian package faketime')
  const file = join(folder, 'clock')
  writeFileSync(file, '+0')
  const child = start(life('jump', ms), {
    env: {
      ...process.env,
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
  })
  await child.printed('ready')
  const to = pick(random, ['+3600', '-3600', '+1', '-1', '+100000000'])
  writeFileSync(file, to)
  const ended = await child.ended
  must(ended, {})
  const { ended: code, after, took } = answer(ended)
  same({ code, after }, { code: 'ETIMEDOUT', after: 5 })
  if (took < 950 || took > 20_000) throw new Fault(`a deadline of 1 s took ${took} ms at ${to} s`)
}

/** @param {Given} given */
const workers = async (given) => same(answer(await alone('worker')(given)), { left: [] })

/** @param {Given} given */
const clustered = async (given) =>
  same(answer(await alone('cluster')(given)), [' SIGKILL', '0 ', '4 '])

/** What it gets as standard input is given back as it was. @param {Given} given */
const standardInput = async ({ ms }) => {
  const ends = new Int32Array(2)
  native.pipe2(Number(native.constants().O_CLOEXEC), ends)
  const [from = -1, to = -1] = ends
  const child = start(life('standard input', ms), { stdin: from })
  const ended = await child.ended
  const flags = native.fcntl(from, Number(native.constants().F_GETFL))
  closeSync(from)
  closeSync(to)
  must(ended, ms % 2 === 0 ? { code: 7 } : { code: 1, stderr: /thrown on purpose/ })
  if ((flags & O_NONBLOCK) !== 0) throw new Fault('standard input was left non-blocking')
}

/** The program becomes another, which has its three streams alone. @param {...string} way */
const becomes =
  (...way) =>
  async (/** @type {Given} */ { ms }) => {
    const ended = await start([...life('become', ms), ...way]).ended
    must(ended, {})
    const [before = '', ...after] = ended.stdout.trim().split('\n')
    same(
      after.flatMap((line) => / (\d+) -> /.exec(line)?.[1] ?? []),
      JSON.parse(before),
    )
  }

const ADDON = ['-shared', '-fPIC']

const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/** What else Node can be started with. @type {readonly (readonly string[])[]} */
const FLAGS = [
  ['--jitless'],
  ['--frozen-intrinsics'],
  ['--disable-proto=delete'],
  ['--disable-proto=throw'],
  ['--disallow-code-generation-from-strings'],
  ['--unhandled-rejections=strict'],
  ['--throw-deprecation'],
  ['--single-threaded'],
  ['--always-sparkplug'],
  ['--gc-interval=1000'],
  ['--max-old-space-size=24'],
  ['--no-addons', '--addons'],
  [PERMISSION, '--allow-addons', '--allow-fs-read=*'],
]

/** @type {Record<string, (given: Given) => Promise<unknown>>} */
const CASES = {
  'it ends by itself': alone('end'),
  'it exits': alone('exit', { code: 7 }),
  'it exits in a read': alone('exit in a read', { code: 7 }),
  'it closes all as it exits': alone('exit at exit', { code: 7 }),
  'it throws': alone('throw', { code: 1, stderr: /Error: thrown on purpose/ }),
  'a promise is rejected': alone('reject', { code: 1, stderr: /Error: rejected on purpose/ }),
  'a read is rejected': alone('reject a read', { code: 1, stderr: /i\/o timeout/ }),
  'SIGTERM comes': killed('SIGTERM'),
  'SIGINT comes': killed('SIGINT'),
  'SIGKILL comes': killed('SIGKILL'),
  'SIGTERM is handled': handled('SIGTERM'),
  'SIGINT is handled': handled('SIGINT'),
  'it is stopped over a deadline': stopped,
  'the clock is set': jumped,
  'children are started': alone('children'),
  'it becomes another program': (given) => becomes('addon', compiled('become', ADDON))(given),
  ...(Reflect.has(process, 'execve')
    ? { 'Node makes another program of it': becomes('execve') }
    : {}),
  'workers end': workers,
  'it is a cluster': clustered,
  'its standard input is shared': standardInput,
  'memory is collected': alone('collected', {}, ['--expose-gc']),
  ...Object.fromEntries(FLAGS.map((flags) => [flags.join(' '), alone('end', {}, flags)])),
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'ends, stops and starts processes whose connections are in the middle of everything',
  seconds: 60,
  run: async ({ random, over, at, progress, folder }) => {
    const counts = new Map()
    let runs = 0
    while (!over()) {
      for (const title of shuffled(random, Object.keys(CASES))) {
        if (over()) break
        const ms = below(random, 100)
        at(`${title}, ${ms} ms`)
        progress(title)
        await CASES[title]?.({ random, ms, folder }).catch((error) => {
          throw new Fault(
            `${title}, ${ms} ms: ${error instanceof Fault ? error.message : error.stack}`,
          )
        })
        counts.set(title, (counts.get(title) ?? 0) + 1)
        runs++
      }
    }
    return { programs: runs, cases: `${counts.size} of ${Object.keys(CASES).length}` }
  },
}
