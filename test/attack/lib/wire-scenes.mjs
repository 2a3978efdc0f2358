// @ts-check
// What happens over the wire, and what each end must see of it.
import { isDeepStrictEqual } from 'node:util'
import { Fault } from './part.mjs'
import { shaOf } from './stream.mjs'
import { FAR, NEAR } from './wire.mjs'

/**
 * @typedef {object} Stage
 * @property {import('./wire.mjs').Wire} wire
 * @property {import('./puppet.mjs').Puppet} near
 * @property {import('./puppet.mjs').Puppet} far
 * @property {number} seed
 * @property {number} bytes each way, of a transfer
 */

/**
 * @typedef {object} Scene
 * @property {import('./wire.mjs').How} [how] what the wire must be; the rest is as the seed has it
 * @property {boolean} [slow] whether the short form goes without it
 * @property {boolean} [kills] whether the near end is killed
 * @property {(stage: Stage) => Promise<string | void>} play answers a remark
 */

/** @typedef {{ bytes: number, code: string }} Sent */
/** @typedef {{ bytes: number, code: string, sha: string }} Got */
/** @typedef {{ sent: Sent, got: Got }} Swapped */

/** A wire that keeps what it is given, in order: where a packet must not be missed. */
const GOOD = { loss: 0, doubled: 0, late: 0 }
/** More than any fault lets through: the transfer is in its middle when it happens. */
const ENDLESS = 2 ** 40
/** Of a wire on which a fault comes in the middle of a transfer, in bytes a second. */
const SLOW = 2_000_000

/**
 * @param {string} what
 * @param {unknown} seen
 * @param {readonly unknown[]} expected one of these
 */
export const expect = (what, seen, ...expected) => {
  if (expected.some((each) => isDeepStrictEqual(seen, each))) return
  throw new Fault(`${what}: ${JSON.stringify(seen)}, not ${expected.map((e) => JSON.stringify(e))}`)
}

/**
 * What arrived is what was sent, from its beginning on.
 * @param {string} who
 * @param {Got} got
 * @param {number} seed
 */
const expectPrefix = (who, got, seed) => {
  expect(`${who}: the sum of the first ${got.bytes} bytes`, got.sha, shaOf(seed, got.bytes))
}

/**
 * A connection from near to far, in both under the name `c`.
 * @param {Stage} stage
 * @param {import('@netfd/net').DialerOptions} [dialer]
 * @param {import('@netfd/net').ListenOptions} [listener]
 */
export const connect = async ({ near, far }, dialer = {}, listener = { mptcp: false }) => {
  const address = await far.do('listen', `${FAR}:0`, listener)
  const [said, multipath] = await Promise.all([
    near.do('dial', 'c', address, dialer),
    far.do('accept', 'c'),
  ])
  expect('the dial', said, 'dialed')
  return { address, multipath }
}

/**
 * Sends both ways at once; the ends tell what came of it.
 * @param {Stage} stage
 * @param {number} bytes
 * @returns {Promise<[Swapped, Swapped]>}
 */
export const swap = ({ near, far, seed }, bytes) =>
  Promise.all([near.do('swap', 'c', seed, bytes), far.do('swap', 'c', seed + 1, bytes)])

/**
 * All went through, both ways.
 * @param {Stage} stage
 * @param {number} bytes
 * @param {readonly [Swapped, Swapped]} swapped
 */
export const expectWhole = ({ seed }, bytes, [near, far]) => {
  expect('near sent', near.sent, { bytes, code: 'end' })
  expect('far sent', far.sent, { bytes, code: 'end' })
  expect('near got', near.got, { bytes, sha: shaOf(seed + 1, bytes), code: 'end' })
  expect('far got', far.got, { bytes, sha: shaOf(seed, bytes), code: 'end' })
}

/**
 * A transfer both ways that is under way.
 * @param {Stage} stage
 * @param {number} [bytes]
 */
const underway = async (stage, bytes = ENDLESS) => {
  const swapped = swap(stage, bytes)
  // Looked at when its time comes; until then its failure is that of what is awaited here.
  swapped.catch(() => 0)
  await Promise.all([stage.near.do('arrived', 'c', 100_000), stage.far.do('arrived', 'c', 100_000)])
  return { ended: swapped }
}

/**
 * Both ends have failed with one of these codes, and have a beginning of what was sent.
 * @param {Stage} stage
 * @param {readonly [Swapped, Swapped]} swapped
 * @param {readonly string[]} nearCodes
 * @param {readonly string[]} farCodes
 */
const expectFailed = ({ seed }, [near, far], nearCodes, farCodes = nearCodes) => {
  expect('near, writing', near.sent.code, ...nearCodes)
  expect('near, reading', near.got.code, ...nearCodes)
  expect('far, writing', far.sent.code, ...farCodes)
  expect('far, reading', far.got.code, ...farCodes)
  expectPrefix('near', near.got, seed + 1)
  expectPrefix('far', far.got, seed)
}

/** @param {Stage} stage */
const impatient = ({ near, far }) =>
  Promise.all([near.do('userTimeout', 'c', 500), far.do('userTimeout', 'c', 500)])

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Something is away for a while in the middle of a transfer, which goes on when it is back.
 * @param {(stage: Stage) => Promise<void>} away
 * @param {(stage: Stage) => Promise<void>} back
 * @returns {Scene}
 */
const interrupted = (away, back) => ({
  how: { rate: SLOW },
  play: async (stage) => {
    await connect(stage)
    const bytes = 1_500_000
    const { ended } = await underway(stage, bytes)
    await away(stage)
    await sleep(300)
    await back(stage)
    expectWhole(stage, bytes, await ended)
  },
})

/** Whole transfers. @type {Record<string, Scene>} */
export const transfers = {
  direct: {
    play: async (stage) => {
      await connect(stage)
      expectWhole(stage, stage.bytes, await swap(stage, stage.bytes))
    },
  },
  proxy: {
    // From near over the wire to a relay, and over the wire back to near.
    play: async (stage) => {
      const { near, far, seed, bytes } = stage
      const target = await near.do('listen', `${NEAR}:0`, { mptcp: false })
      const proxy = await far.do('listen', `${FAR}:0`, { mptcp: false })
      const relayed = far.do('proxy', target)
      const [said] = await Promise.all([near.do('dial', 'c', proxy), near.do('accept', 'd')])
      expect('the dial', said, 'dialed')
      const swapped = await Promise.all([
        near.do('swap', 'c', seed, bytes),
        near.do('swap', 'd', seed + 1, bytes),
      ])
      expectWhole(stage, bytes, swapped)
      expect('relayed', await relayed, [bytes, bytes])
    },
  },
  mptcp: {
    play: async (stage) => {
      const { multipath } = await connect(stage, { mptcp: true }, {})
      expectWhole(stage, stage.bytes, await swap(stage, stage.bytes))
      const joins = await stage.far.do('joins')
      return multipath ? `MPTCP over ${1 + joins} paths` : 'plain TCP where MPTCP was asked for'
    },
  },
}

/** Faults. @type {Record<string, Scene>} */
export const scenes = {
  'a black hole': {
    how: { rate: SLOW },
    play: async (stage) => {
      await connect(stage)
      const { ended } = await underway(stage)
      await stage.wire.say('cut')
      await impatient(stage)
      expectFailed(stage, await ended, ['ETIMEDOUT'])
    },
  },
  'a reset from the way': {
    how: { ...GOOD, rate: SLOW },
    play: async (stage) => {
      await connect(stage)
      const { ended } = await underway(stage)
      await stage.wire.say('reset')
      expectFailed(stage, await ended, ['ECONNRESET'])
    },
  },
  'a router without a way': {
    how: { rate: SLOW },
    play: async (stage) => {
      const { wire, near } = stage
      const { address } = await connect(stage)
      const { ended } = await underway(stage)
      await wire.say('unreachable')
      await impatient(stage)
      // What routers say does not end a connection, but is what its end is told as.
      expectFailed(stage, await ended, ['EHOSTUNREACH'], ['ETIMEDOUT'])
      expect('a dial', await near.do('dial', 'd', address), 'EHOSTUNREACH')
      await wire.say('mend')
      expect('a dial after that', await near.do('dial', 'd', address), 'dialed')
    },
  },
  'a route that is gone': {
    how: { rate: SLOW },
    play: async (stage) => {
      const { wire, near } = stage
      const { address } = await connect(stage)
      const { ended } = await underway(stage)
      await wire.ip(1, `route add unreachable ${FAR}/32`)
      await impatient(stage)
      expectFailed(stage, await ended, ['ETIMEDOUT', 'EHOSTUNREACH'], ['ETIMEDOUT'])
      expect('a dial', await near.do('dial', 'd', address), 'EHOSTUNREACH')
      await wire.ip(1, `route del unreachable ${FAR}/32`)
      expect('a dial after that', await near.do('dial', 'd', address), 'dialed')
    },
  },
  'a cut that is mended': interrupted(
    ({ wire }) => wire.say('cut'),
    ({ wire }) => wire.say('mend'),
  ),
  'a link that flaps': interrupted(
    ({ wire }) => wire.ip(1, 'link set wire down'),
    ({ wire }) => wire.ip(1, 'link set wire up'),
  ),
  'an address that is gone and back': interrupted(
    ({ wire }) => wire.ip(1, `addr del ${NEAR}/24 dev wire`),
    ({ wire }) => wire.ip(1, `addr add ${NEAR}/24 dev wire`),
  ),
  'a path of several that is gone': {
    how: { ...GOOD, rate: SLOW },
    // The kernel takes some ten seconds to send what the lost path had by the other.
    slow: true,
    play: async (stage) => {
      const { multipath } = await connect(stage, { mptcp: true }, {})
      if (!multipath) return
      await stage.far.do('joined')
      const bytes = 1_500_000
      const { ended } = await underway(stage, bytes)
      await stage.wire.ip(1, `addr del ${NEAR}/24 dev wire`)
      expectWhole(stage, bytes, await ended)
    },
  },
  'a peer that is killed': {
    how: { rate: SLOW },
    kills: true,
    play: async (stage) => {
      const { near, far, seed } = stage
      await connect(stage)
      const got = /** @type {Promise<Swapped>} */ (far.do('swap', 'c', seed + 1, ENDLESS))
      got.catch(() => 0)
      void near.do('swap', 'c', seed, ENDLESS).catch(() => 0)
      await far.do('arrived', 'c', 200_000)
      await near.kill()
      const { sent, got: arrived } = await got
      // Its kernel says "end" for it, or, where it had not read everything, "reset".
      expect('far, writing', sent.code, 'ECONNRESET', 'EPIPE')
      expect('far, reading', arrived.code, 'end', 'ECONNRESET')
      expectPrefix('far', arrived, seed)
    },
  },
  'a window of zero': {
    how: { loss: 0.02 },
    play: async (stage) => {
      const { near, far, seed } = stage
      await connect(stage)
      await far.do('readBuffer', 'c', 20_000)
      const bytes = 8_000_000
      const sent = near.do('send', 'c', seed, bytes)
      sent.catch(() => 0)
      await near.do('stuck', 'c')
      const got = await far.do('receive', 'c')
      expect('near sent', await sent, { bytes, code: 'end' })
      expect('far got', got, { bytes, sha: shaOf(seed, bytes), code: 'end' })
    },
  },
  'a flood of SYN': {
    how: { ...GOOD, delay: 100 },
    play: async (stage) => {
      const { wire, near, far } = stage
      const { address } = await connect(stage, {}, { mptcp: false, backlog: 4 })
      const port = address.split(':')[1]
      const echoing = far.do('echo', 'c')
      echoing.catch(() => 0)
      for (let i = 0; i < 20; i++) {
        await wire.say(`flood 200 ${port}`)
        expect('an open connection', await near.do('ping', 'c', `still ${i}`), `still ${i}`)
      }
      // A crowd that the server does not accept: the kernel takes the first few, and lets the rest wait.
      const crowd = await near.do('crowd', address, 200, 700)
      expect('a crowd', Object.keys(crowd).sort(), ['ETIMEDOUT', 'dialed'])
      expect('an open connection', await near.do('ping', 'c', 'beside a crowd'), 'beside a crowd')
      await far.do('serve')
      await wire.say(`flood 200 ${port}`)
      expect('a dial after it', await near.do('dial', 'd', address), 'dialed')
      expect('a new connection', await near.do('ping', 'd', 'served'), 'served')
    },
  },
}
