// @ts-check
// What connections do when a machine has nothing left of what they need.
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { confined, mayUnshare } from './lib/confined.mjs'
import { fullQueue } from './lib/full-queue.mjs'
import { Fault } from './lib/part.mjs'
import { answer, program, start } from './lib/program.mjs'
import { below, shuffled } from './lib/random.mjs'

/**
 * @typedef {object} Case
 * @property {readonly string[]} [before] the words that go before the command
 * @property {string} [script] run by sh in namespaces of its own, with the folder as $1, before the command
 * @property {readonly string[]} [flags] of Node
 * @property {NodeJS.ProcessEnv} [env]
 */

/** Another user may not see the folder of the checkout: so it is root, without what exempts it. */
const HELD_TO_LIMITS = ['--bounding-set=-sys_resource,-sys_admin', '--inh-caps=-all']

/** @type {Record<string, Case>} */
const CASES = {
  descriptors: { before: ['prlimit', '--nofile=64'] },
  disk: { script: 'mount -t tmpfs -o size=1m tmpfs "$1"' },
  ports: { script: 'echo 20000 20007 > /proc/sys/net/ipv4/ip_local_port_range' },
  pool: { env: { UV_THREADPOOL_SIZE: '1' } },
  buffers: {},
  memory: { flags: ['--max-old-space-size=32', '--expose-gc'] },
  // The program sets its limit when Node has started, which asks for a gigabyte and uses little of it.
  'address space': {},
  // Root has as many as it likes.
  pipes: { before: ['setpriv', ...HELD_TO_LIMITS] },
}

/** Between two programs and a wire, as those of `wire` are. */
const QUEUE = 'queue'

/**
 * The words that start a case, or null where this user may not.
 * @param {string} name
 * @param {Case} of
 * @param {number} seed
 * @param {string} folder
 */
const wordsOf = (name, { before = [], script, flags = [] }, seed, folder) => {
  const node = [process.execPath, ...flags, program('exhaust'), name, String(seed), folder]
  if (script === undefined) return [...before, ...node]
  return [...confined(), 'sh', '-ec', `${script}; shift; exec "$@"`, 'sh', folder, ...node]
}

/** The cases that this user may try. */
const possible = () => {
  const root = process.getuid?.() === 0
  const spaces = mayUnshare()
  const names = Object.keys(CASES).filter((name) => {
    if (CASES[name]?.script !== undefined) return spaces
    return name !== 'pipes' || root
  })
  return spaces ? [...names, QUEUE] : names
}

/**
 * @param {string} name
 * @param {number} seed
 * @param {string} folder
 */
const once = async (name, seed, folder) => {
  if (name === QUEUE) return await fullQueue(seed)
  const of = CASES[name] ?? {}
  const child = start(wordsOf(name, of, seed, folder), {
    env: { ...process.env, ...of.env },
    patience: 60_000,
  })
  const ended = await child.ended
  const { code, signal, stdout, stderr } = ended
  if (code !== 0) throw new Fault(`${name} ended with ${code} ${signal}:\n${stdout}\n${stderr}`)
  return answer(ended)
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'leaves no descriptor, disk, port, thread, buffer, queue, memory, address or pipe, and then some again',
  seconds: 60,
  run: async ({ random, over, at, progress, folder }) => {
    const names = possible()
    const place = join(folder, 'place')
    mkdirSync(place)
    chmodSync(folder, 0o755)
    const done = new Set()
    let runs = 0
    while (!over()) {
      for (const name of shuffled(random, names)) {
        if (over()) break
        const seed = below(random, 2 ** 32)
        at(`${name}, seed ${seed}`)
        progress(name)
        await once(name, seed, place)
        done.add(name)
        runs++
      }
    }
    return { programs: runs, cases: `${done.size} of ${Object.keys(CASES).length + 1}` }
  },
}
