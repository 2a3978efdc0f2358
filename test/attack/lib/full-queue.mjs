// @ts-check
// A network device whose queue is full: the kernel says ENOBUFS to who sends datagrams, and TCP sees to it itself.
import { Fault } from './part.mjs'
import { Wire } from './wire.mjs'
import { connect, expect, expectWhole, swap } from './wire-scenes.mjs'

/** An address that the far end does not have: it drops what comes for it, and says nothing. */
const NOBODY = '10.77.9.9'

/** A queue of two takes a few, until the wire has really stopped. */
const MOST = 1000

/**
 * @param {number} seed
 * @returns {Promise<object>} figures
 */
export const fullQueue = async (seed) => {
  const wire = await Wire.open(seed, {})
  const [near, far] = [wire.puppet(1), wire.puppet(2)]
  const bytes = 300_000
  const stage = { wire, near, far, seed, bytes }
  const { address } = await connect(stage)
  // Without a discipline the device's own queue is what a packet goes to, and is refused by.
  await wire.run(1, 'tc', 'qdisc', 'replace', 'dev', 'wire', 'root', 'noqueue')
  await wire.ip(1, 'link set wire txqueuelen 2')
  await near.do('datagrams', NOBODY)
  expect('a datagram', await near.do('datagram'), '1')
  wire.stop()
  const swapped = swap(stage, bytes)
  swapped.catch(() => 0)
  let sent = 0
  for (; (await near.do('datagram')) === '1'; sent++) {
    if (sent === MOST) throw new Fault(`${sent} datagrams, and the queue is not full`)
  }
  expect('a full queue', await near.do('datagram'), 'ENOBUFS')
  expect('a full queue, at once', await near.do('datagramNow'), 'ENOBUFS')
  // A dial waits: its first packet is sent again.
  const dialing = near.do('dial', 'd', address)
  dialing.catch(() => 0)
  await wire.ip(1, 'link set wire txqueuelen 500')
  wire.go()
  expectWhole(stage, bytes, await swapped)
  expect('a dial into a full queue', await dialing, 'dialed')
  expect('a datagram after that', await near.do('datagram'), '1')
  await Promise.all([near.end(), far.end()])
  await wire.close()
  return { sent }
}
