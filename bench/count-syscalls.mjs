// @ts-check
// How many system calls a ping-pong costs: runs each peer's echo server under strace twice, with
// few and with more messages, and divides the difference, so that start and end do not count.
// Usage: node bench/count-syscalls.mjs [--peers netfd,node,c] [--connections 1] [--size 64]
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

/**
 * @param {import('./lib/peers.mjs').Peer} peer
 * @param {Record<string, number>} options of the load generator
 * @returns {Promise<Counts>}
 */
const count = async (peer, options) => {
  const folder = await mkdtemp(join(tmpdir(), 'netfd-strace-'))
  const file = join(folder, 'summary')
  const strace = ['strace', '-f', '-c', '-o', file]
  const server = new LineProcess([...strace, ...peer.command, 'echo'], { env: peer.env })
  try {
    const { port } = await server.next()
    const given = Object.entries({ ...options, port }).flatMap(([k, v]) => [`--${k}`, `${v}`])
    const load = new LineProcess([join(BUILD, 'load'), 'echo', ...given])
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
  const { peers: ids, connections = 1, size = 64 } = readOptions(args)
  const say = (/** @type {string} */ line) => console.log(line)
  for (const peer of await findPeers(ids, say)) {
    const few = await count(peer, { connections, size, think: THINK_US, requests: FEW })
    const more = await count(peer, { connections, size, think: THINK_US, requests: MORE })
    say(`${peer.label}: system calls per message, ${connections} connection(s), ${size} bytes`)
    for (const line of perMessage(few, more, MORE - FEW)) say(line)
  }
}

await main(process.argv.slice(2))
