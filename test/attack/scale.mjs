// @ts-check
// As many connections as the limit of descriptors allows, and the same done to all of them at once.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { Fault } from './lib/part.mjs'
import { MESSAGE } from './lib/phases.mjs'
import { Puppet } from './lib/puppet.mjs'
import { below } from './lib/random.mjs'

/** @typedef {import('./lib/phases.mjs').Phase} Phase */

/** A loop that stands still for longer does something that grows by the square, however busy the machine. */
const BLOCK_MS = 15_000
/** What the first round may leave: compiled code and tables that have grown. Bytes. */
const KEPT = 4_000_000
/** What each later round may leave of that, and of each connection: far less than one is worth. Bytes. */
const MORE = 500_000
const MORE_EACH = 50

/** Loopback addresses, each with as many ports as there are: those of closed connections rest for a minute. */
const HOSTS = Array.from({ length: 16 }, (_, i) => `127.0.0.${i + 1}`)

/** How many descriptors a process may have. */
const limit = () => {
  const [, hard] =
    /Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return Number(hard ?? 1024)
}

/** @param {string} program */
const open = async (program) => {
  const path = new URL(`./programs/${program}`, import.meta.url).pathname
  const [server, client] = ['server', 'client'].map(
    (name) => new Puppet(name, [], path, ['--expose-gc']),
  )
  if (server === undefined || client === undefined) throw new Fault('no puppets')
  // What listens on all addresses of IPv4 does so on those of IPv6, and says `[::]`.
  const port = (await server.do('listen', '0.0.0.0:0')).split(':').at(-1)
  return { server, client, addresses: HOSTS.map((host) => `${host}:${port}`) }
}

/** @typedef {Awaited<ReturnType<typeof open>>} Pair */

/** The longest block of each phase, of the client and the server. @type {Map<string, [number, number]>} */
const blocks = new Map()
/** How long each phase took. @type {Map<string, number>} */
const times = new Map()

/**
 * @param {string} what
 * @param {number} n how many calls
 * @param {string} says what each came to
 * @param {Promise<Phase> | null} phase
 */
const expectPhase = async (what, n, says, phase) => {
  const seen = await phase
  if (seen === null) return null
  const expected = says === '' ? {} : { [says]: n }
  if (!isDeepStrictEqual(seen.counts, expected)) {
    throw new Fault(`${what}: ${JSON.stringify(seen.counts)}, not ${JSON.stringify(expected)}`)
  }
  if (seen.block > BLOCK_MS) throw new Fault(`${what}: the loop stood still for ${seen.block} ms`)
  return seen
}

/**
 * @param {string} name
 * @param {number} n how many calls
 * @param {Promise<Phase> | null} client
 * @param {string} clientSays what each came to
 * @param {Promise<Phase> | null} [server]
 * @param {string} [serverSays]
 */
const judge = async (name, n, client, clientSays, server = null, serverSays = '') => {
  // Each by itself: where one end fails, the other waits in vain.
  const [first, second] = await Promise.all([
    expectPhase(`${name}, client`, n, clientSays, client),
    expectPhase(`${name}, server`, n, serverSays, server),
  ])
  const [a, b] = blocks.get(name) ?? [0, 0]
  blocks.set(name, [Math.max(a, first?.block ?? 0), Math.max(b, second?.block ?? 0)])
  times.set(name, Math.max(first?.ms ?? 0, second?.ms ?? 0))
}

/** @type {(pair: Pair) => Promise<[{ kept: number, rss: number }, { kept: number, rss: number }]>} */
const memoryOf = ({ client, server }) => Promise.all([client.do('memory'), server.do('memory')])

/**
 * What netfd and node:net can both do.
 * @param {Pair} pair
 * @param {number} n
 * @param {number} seed
 * @param {string} [whose]
 */
const openAll = async ({ client, server, addresses }, n, seed, whose = '') => {
  await judge(`${whose}open`, n, client.do('open', addresses, n), 'open', server.do('accept', n))
  const said = String(MESSAGE)
  await judge(`${whose}echo`, n, client.do('ask', seed), said, server.do('answer', seed + 1), said)
}

/**
 * @param {Pair} pair
 * @param {number} n
 * @param {number} seed
 * @param {boolean} short
 * @param {(text: string) => void} show
 */
const round = async (pair, n, seed, short, show) => {
  const { client, server } = pair
  show('open')
  await openAll(pair, n, seed)
  const open = await memoryOf(pair)
  show('idle')
  await client.do('wait', seed)
  await judge('idle', n, client.do('idle', short ? 300 : 2000), '')
  show('deadline')
  await judge('deadline', n, client.do('deadline', 500), 'ETIMEDOUT')
  show('abort')
  await client.do('wait', seed + 2)
  await judge('abort', n, client.do('abort'), 'ABORT_ERR')
  show('echo after that')
  const said = String(MESSAGE)
  await judge('echo', n, client.do('ask', seed), said, server.do('answer', seed), said)
  show('reset')
  await server.do('wait', seed)
  await judge('reset', n, client.do('reset', seed), 'reset', server.do('reads'), 'ECONNRESET')
  await judge('close after reset', n, null, '', server.do('close', seed), 'closed')
  show('open again')
  await openAll(pair, n, seed)
  show('close')
  await server.do('wait', seed)
  await judge('close', n, client.do('close', seed + 3), 'closed', server.do('reads'), 'null')
  await judge('close', n, null, '', server.do('close', seed), 'closed')
  return open
}

/**
 * The same as far as node:net has it.
 * @param {number} n
 * @param {number} seed
 */
const beside = async (n, seed) => {
  const pair = await open('scale-node-end.mjs')
  const before = await memoryOf(pair)
  await openAll(pair, n, seed, 'node ')
  const after = await memoryOf(pair)
  await judge(
    'node close',
    n,
    pair.client.do('close', seed),
    'closed',
    pair.server.do('close', seed),
    'closed',
  )
  await Promise.all([pair.client.end(), pair.server.end()])
  return each(before, after, n)
}

/**
 * Bytes for each connection at each end.
 * @param {readonly { kept: number }[]} before
 * @param {readonly { kept: number }[]} after
 * @param {number} n
 */
const each = (before, after, n) =>
  after.map(({ kept }, i) => Math.round((kept - (before[i]?.kept ?? 0)) / n)).join('/')

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'as many connections as the limit allows: opened, used, timed out, aborted, reset and closed all at once',
  seconds: 45,
  beside: 240,
  // A network of its own has all ports free, and keeps none of ours busy.
  before: async () => ['unshare', '--net'],
  run: async ({ seed, short, over, progress, at, random }) => {
    execFileSync('ip', ['link', 'set', 'lo', 'up'])
    const n = short ? 1000 : Math.min(50_000, Math.floor(limit() * 0.97))
    const pair = await open('scale-end.mjs')
    const before = await memoryOf(pair)
    let rounds = 0
    let perEnd = ''
    let last = before
    do {
      const opened = await round(pair, n, below(random, 2 ** 31), short, (text) => {
        at(`round ${rounds}: ${text}`)
        progress(`round ${rounds}: ${text}`)
      })
      perEnd = each(last, opened, n)
      const closed = await memoryOf(pair)
      const allowed = rounds === 0 ? KEPT : MORE + MORE_EACH * n
      for (const [i, { kept }] of closed.entries()) {
        const more = kept - (last[i]?.kept ?? 0)
        if (more > allowed)
          throw new Fault(`${more} bytes kept after round ${rounds}, of ${perEnd} each`)
      }
      last = closed
      rounds++
    } while (rounds < 2 || !(short || over()))
    await Promise.all([pair.client.end(), pair.server.end()])
    progress('node:net')
    const nodePerEnd = await beside(n, seed)
    const both = (/** @type {string} */ name) => `${times.get(name)}/${times.get(`node ${name}`)}`
    return {
      connections: n,
      rounds,
      'bytes each (client/server)': perEnd,
      'bytes with node:net': nodePerEnd,
      'bytes kept': last.map(({ kept }, i) => kept - (before[i]?.kept ?? 0)).join('/'),
      'ms to open (netfd/node:net)': both('open'),
      'ms to echo': both('echo'),
      'ms to close': both('close'),
      'ms the longest block (client/server)': [...blocks]
        .map(([name, b]) => `${name} ${b.join('/')}`)
        .join(' '),
    }
  },
}
