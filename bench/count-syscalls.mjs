// @ts-check
// How many system calls a ping-pong or a connection costs: runs each peer's server under strace twice,
// with few and with more of them, and divides the difference, so that start and end do not count.
// Usage: node bench/count-syscalls.mjs [echo|accept|connect] [--peers netfd,node,c]
//   [--connections 1] [--size 64]
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILD } from './lib/build.mjs'
import { LineProcess } from './lib/line-process.mjs'
import { settled } from './lib/measure.mjs'
import { readOptions } from './lib/options.mjs'
import { findPeers } from './lib/peers.mjs'
import { parseSummary, perMessage } from './lib/strace.mjs'

const FEW = 500
const MORE = 1500
/** Under strace a server is slow, and without a pause it would never find nothing to read. */
const THINK_US = 1000

/** @typedef {import('./lib/strace.mjs').Counts} Counts */
/** @typedef {{ mode: string, unit: string }} Work the server's mode, and what is counted */

/** @type {Record<string, Work>} by the load generator's workload */
const WORKS = {
  echo: { mode: 'echo', unit: 'message' },
  accept: { mode: 'accept', unit: 'connection' },
  connect: { mode: 'echo', unit: 'connection' },
}

/**
 * @param {import('./lib/peers.mjs').Peer} peer
 * @param {string} name of the workload
 * @param {string} mode of the server
 * @param {Record<string, number>} options of the load generator
 * @returns {Promise<Counts>}
 */
const count = async (peer, name, mode, options) => {
  const folder = await mkdtemp(join(tmpdir(), 'netfd-strace-'))
  const file = join(folder, 'summary')
  const strace = ['strace', '-f', '-c', '-o', file]
  const server = new LineProcess([...strace, ...peer.command, mode], { env: peer.env })
  try {
    const { port } = await server.next()
    const given = Object.entries({ ...options, port }).flatMap(([k, v]) => [`--${k}`, `${v}`])
    const load = new LineProcess([join(BUILD, 'load'), name, ...given])
    await load.next()
    const { errors, timedOut } = await load.ask('go')
    await load.stop()
    await settled(server.pid)
    if (errors !== 0 || timedOut !== false) throw new Error(`${peer.label}: the load failed`)
    await server.stop()
    return parseSummary(await readFile(file, 'utf8'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @param {readonly string[]} args */
const main = async (args) => {
  const { names, peers: ids, connections = 1, size = 64 } = readOptions(args)
  const [name = 'echo'] = names
  const work = WORKS[name]
  if (work === undefined) throw new RangeError(`no such work as '${name}': echo, accept or connect`)
  const say = (/** @type {string} */ line) => console.log(line)
  for (const peer of await findPeers(ids, say)) {
    const options = { connections, size, think: THINK_US }
    const few = await count(peer, name, work.mode, { ...options, requests: FEW })
    const more = await count(peer, name, work.mode, { ...options, requests: MORE })
    say(`${peer.label}: system calls per ${work.unit}, ${connections} connection(s) at a time`)
    for (const line of perMessage(few, more, MORE - FEW)) say(line)
  }
}

await main(process.argv.slice(2))
