// @ts-check
// The peers: how each is started and what it can do. One that is missing is skipped with a line.
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BENCH, BUILD, buildGo, buildNative } from './build.mjs'

const run = promisify(execFile)
const SERVERS = join(BENCH, 'servers')

/**
 * @typedef {object} Peer
 * @property {string} id as given to --peers
 * @property {string} label
 * @property {string} version
 * @property {string} versionOf what the version is of, or '' for the peer's own
 * @property {readonly string[]} command what starts it, before the mode
 * @property {Record<string, string>} env
 * @property {readonly string[]} lacks modes and switches that it does not have
 */

/** @typedef {{ id: string, missing: string }} Missing */

/**
 * @param {Omit<Peer, 'env' | 'lacks' | 'versionOf'> & Partial<Peer>} given
 * @returns {Peer}
 */
const peer = (given) => ({ env: {}, lacks: [], versionOf: '', ...given })

/** @param {string} path */
const exists = async (path) => {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/**
 * @param {string} file
 * @param {string[]} args
 */
const firstLine = async (file, args) => (await run(file, args)).stdout.split('\n', 1)[0] ?? ''

const findC = async () => {
  await buildNative()
  return peer({
    id: 'c',
    label: 'C epoll',
    command: [join(BUILD, 'echo-server')],
    version: await firstLine('cc', ['--version']),
    versionOf: 'compiled by cc',
    lacks: ['dial', '--deadline'],
  })
}

/** @type {(name: string) => string} where `npm ci --prefix bench/peers` puts things */
const installed = (name) => join(BENCH, 'peers', 'node_modules', name)
const NOT_INSTALLED = 'not installed: npm ci --prefix bench/peers'

/** The Node that runs this, and a newer one, for V8 moves. */
const THIS_NODE = { at: '', node: process.execPath, version: process.version }

/** @returns {Promise<typeof THIS_NODE | null>} */
const findNode26 = async () => {
  const node = join(installed(`node26-${process.arch}`), 'bin', 'node')
  if (!(await exists(node))) return null
  return { at: '@26', node, version: await firstLine(node, ['--version']) }
}

/** @param {typeof THIS_NODE} on */
const nodeOn = ({ at, node, version }) =>
  peer({
    id: `node${at}`,
    label: `Node net${at}`,
    version,
    versionOf: 'Node',
    command: [node, '--expose-gc', join(SERVERS, 'node-net.mjs')],
    lacks: ['pass'],
  })

/** @type {(on: typeof THIS_NODE) => Promise<Peer | Missing>} */
const netfdOn = async ({ at, node, version }) => {
  const id = `netfd${at}`
  const missing = { id, missing: 'packages/net is not built: npm run build' }
  let entry
  try {
    entry = import.meta.resolve('@netfd/net')
  } catch {
    return missing
  }
  if (!(await exists(fileURLToPath(entry)))) return missing
  return peer({
    id,
    label: id,
    version,
    versionOf: 'on Node',
    command: [node, '--expose-gc', join(SERVERS, 'netfd.mjs')],
  })
}

/** @type {(id: string, make: (on: typeof THIS_NODE) => Promise<Peer | Missing>) => Promise<Peer | Missing>} */
const onNode26 = async (id, make) => {
  const on = await findNode26()
  return on === null ? { id, missing: NOT_INSTALLED } : make(on)
}

/** @returns {Promise<Peer | Missing>} */
const findGo = async () => {
  const server = await buildGo()
  if (server === null) return { id: 'go', missing: 'no `go` here: apt-get install golang-go' }
  return peer({
    id: 'go',
    label: 'Go net',
    command: [server],
    env: { GOMAXPROCS: '1' },
    version: await firstLine('go', ['version']),
    versionOf: 'Go',
  })
}

const arch = { bun: { x64: 'x64', arm64: 'aarch64' }, deno: { x64: 'x64', arm64: 'arm64' } }

/**
 * @param {'bun' | 'deno'} id
 * @returns {string | null}
 */
const peerBinary = (id) => {
  const cpu = process.arch
  if (cpu !== 'x64' && cpu !== 'arm64') return null
  return id === 'bun'
    ? join(installed(`@oven/bun-linux-${arch.bun[cpu]}`), 'bin', 'bun')
    : join(installed(`@deno/linux-${arch.deno[cpu]}-glibc`), 'deno')
}

/** @returns {Promise<Peer | Missing>} */
const findBun = async () => {
  const bun = peerBinary('bun')
  if (bun === null || !(await exists(bun))) return { id: 'bun', missing: NOT_INSTALLED }
  return peer({
    id: 'bun',
    label: 'Bun',
    command: [bun, 'run', join(SERVERS, 'bun.mjs')],
    version: await firstLine(bun, ['--version']),
    lacks: ['pass'],
  })
}

/** @returns {Promise<Peer | Missing>} */
const findDeno = async () => {
  const deno = peerBinary('deno')
  if (deno === null || !(await exists(deno))) return { id: 'deno', missing: NOT_INSTALLED }
  const flags = ['--quiet', '--no-config', '--no-lock', '--no-remote', '--no-npm']
  const rights = [
    '--allow-net',
    '--allow-read=/tmp',
    '--allow-write=/tmp',
    '--allow-env',
    '--v8-flags=--expose-gc',
  ]
  return peer({
    id: 'deno',
    label: 'Deno',
    command: [deno, 'run', ...flags, ...rights, join(SERVERS, 'deno.mjs')],
    version: await firstLine(deno, ['--version']),
    env: { DENO_NO_UPDATE_CHECK: '1' },
    lacks: ['--deadline', 'pass'],
  })
}

/** @type {Record<string, () => Promise<Peer | Missing>>} */
const FINDERS = {
  netfd: () => netfdOn(THIS_NODE),
  node: async () => nodeOn(THIS_NODE),
  c: findC,
  go: findGo,
  bun: findBun,
  deno: findDeno,
  'netfd@26': () => onNode26('netfd@26', netfdOn),
  'node@26': () => onNode26('node@26', async (on) => nodeOn(on)),
}

export const PEER_IDS = Object.keys(FINDERS)

/**
 * @param {readonly string[]} ids
 * @param {(line: string) => void} say gets one line for each peer that is not here
 * @returns {Promise<Peer[]>}
 */
export const findPeers = async (ids, say) => {
  const found = []
  for (const id of ids) {
    const finder = FINDERS[id]
    if (finder === undefined) throw new Error(`no peer '${id}'; there are ${PEER_IDS.join(', ')}`)
    const result = await finder()
    if ('missing' in result) say(`${id} is skipped: ${result.missing}`)
    else found.push(result)
  }
  return found
}
