// @ts-check
// One measurement of one contestant: a server on one core, the load on the other.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BUILD } from './build.mjs'
import { LineProcess } from './line-process.mjs'
import { cpuBetween, readMemory, settled } from './measure.mjs'

/**
 * @typedef {object} Sample
 * @property {number} [cpu] microseconds of the server's processor time per unit: the main figure
 * @property {number} [capacity] units per second of the server's processor time
 * @property {number} [rate] units per second as they came
 * @property {number} [systemShare] the kernel's part of the processor time
 * @property {number} [p50] microseconds
 * @property {number} [p99] microseconds
 * @property {number} [p999] microseconds
 * @property {number} [garbage] bytes allocated per unit, with the answers of an extra load
 * @property {number} [rss] bytes resident with all connections open
 * @property {number} [peak] bytes resident at most, over the server's life so far
 * @property {number} [rssEach] bytes per idle connection
 * @property {number} [heapEach] bytes of the language's heap per idle connection
 */

/** @typedef {keyof Sample} Metric */

/**
 * @typedef {object} Contestant
 * @property {string} id the peer's id and the variant's suffix
 * @property {string} label
 * @property {import('./peers.mjs').Peer} peer
 * @property {import('./workload.mjs').Variant} variant
 * @property {readonly string[]} bases contestants to print ratios to: C, then Node
 */

/** @typedef {import('./workload.mjs').Workload} Workload */
/**
 * @typedef {object} Cores where the two sides run, and how
 * @property {number} server
 * @property {number} load
 * @property {readonly string[]} [before] what stands before each command: their priority
 */

const LOAD = join(BUILD, 'load')
const C_SERVER = join(BUILD, 'echo-server')

/** How many connections come and go before idle memory is read for the first time. */
const WARM_CONNECTIONS = 20

/** @type {(answer: import('./line-process.mjs').Answer, name: string) => number} */
const numberIn = (answer, name) => {
  const value = answer[name]
  if (typeof value !== 'number') throw new Error(`no ${name} in ${JSON.stringify(answer)}`)
  return value
}

/** @type {(cores: Cores, side: 'server' | 'load') => { core: number, before: readonly string[] }} */
const at = ({ before = [], ...cores }, side) => ({ core: cores[side], before })

/** A server with what stands behind it; it lives for one workload. */
export class Server {
  /** @type {LineProcess} */
  #process
  /** @type {LineProcess | undefined} */
  #upstream

  /**
   * @param {LineProcess} process
   * @param {LineProcess | undefined} upstream
   * @param {number} port
   */
  constructor(process, upstream, port) {
    this.#process = process
    this.#upstream = upstream
    this.port = port
  }

  get pid() {
    return this.#process.pid
  }

  /** @param {string} line */
  ask(line) {
    return this.#process.ask(line)
  }

  obituary() {
    return this.#process.obituary()
  }

  async stop() {
    await this.#process.stop()
    await this.#upstream?.stop()
    // That of a server on a local socket; see native/common.h.
    await rm(`/tmp/netfd-bench-${this.port}.sock`, { force: true })
  }

  /**
   * @param {Workload} workload
   * @param {Contestant} contestant
   * @param {Cores} cores
   */
  static async start(workload, { peer, variant }, cores) {
    const args = [...workload.server, ...(variant.server ?? [])]
    /** @type {LineProcess | undefined} */
    let upstream
    if (workload.upstream !== undefined) {
      upstream = new LineProcess([C_SERVER, workload.upstream], at(cores, 'load'))
      args.push('--target', `${numberIn(await upstream.next(), 'port')}`)
    }
    const command = [...peer.command, ...args]
    const server = new LineProcess(command, { ...at(cores, 'server'), env: peer.env })
    try {
      return new Server(server, upstream, numberIn(await server.next(), 'port'))
    } catch (error) {
      await upstream?.stop()
      throw error
    }
  }
}

/**
 * @param {Workload} workload
 * @param {Server} server
 * @param {Cores} cores
 * @param {Readonly<Record<string, number>>} options in place of the workload's
 */
const startLoad = async (workload, server, cores, options) => {
  const places = { port: server.port, server: server.pid, core: cores.load }
  const given = { ...workload.options, ...options, ...places, 'server-core': cores.server }
  const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, `${value}`])
  const load = new LineProcess([LOAD, workload.load, ...args], at(cores, 'load'))
  await load.next()
  return load
}

/** @type {(variant: import('./workload.mjs').Variant) => Record<string, number>} */
const variantOptions = ({ connections }) => (connections === undefined ? {} : { connections })

/**
 * @typedef {(w: Workload, c: Contestant, s: Server, cores: Cores) => Promise<Sample>} Take
 */

/**
 * @param {number} units of work done
 * @param {number} seconds
 * @param {ReturnType<typeof cpuBetween>} spent
 * @param {import('./line-process.mjs').Answer} latencies
 * @returns {Sample}
 */
const costs = (units, seconds, { cpu, systemShare }, latencies) => ({
  cpu: cpu / units,
  capacity: (units / cpu) * 1e6,
  rate: units / seconds,
  systemShare,
  p50: numberIn(latencies, 'p50'),
  p99: numberIn(latencies, 'p99'),
  p999: numberIn(latencies, 'p999'),
})

/** @type {Take} */
const takeLoad = async (workload, { variant }, server, cores) => {
  const load = await startLoad(workload, server, cores, variantOptions(variant))
  try {
    const before = await settled(server.pid)
    const result = await load.ask('go')
    const after = await settled(server.pid)
    if (result.timedOut === true || numberIn(result, 'errors') > 0)
      throw new Error(`the load did not get through: ${JSON.stringify(result)}`)
    const inMiB = workload.unit === 'MiB'
    const units = inMiB ? numberIn(result, 'bytes') / 2 ** 20 : numberIn(result, 'requests')
    const spent = cpuBetween(before, after)
    const memory = await readMemory(server.pid)
    return { ...costs(units, numberIn(result, 'seconds'), spent, result), ...memory }
  } finally {
    await load.stop()
  }
}

// By a load of its own, after the timed one: counting costs a little with every collection.
/** @type {Take} */
const takeGarbage = async (workload, { variant }, server, cores) => {
  const load = await startLoad(workload, server, cores, variantOptions(variant))
  try {
    await server.ask('allocated')
    const requests = numberIn(await load.ask('go'), 'requests')
    const { allocated } = await server.ask('allocated')
    return typeof allocated === 'number' ? { garbage: allocated / requests } : {}
  } finally {
    await load.stop()
  }
}

/** @type {Take} */
const takeLoadAndGarbage = async (...given) => ({
  ...(await takeLoad(...given)),
  ...(await takeGarbage(...given)),
})

/** @param {Server} server */
const readCollected = async (server) => {
  const { heapUsed } = await server.ask('gc')
  const { rss, peak } = await readMemory(server.pid)
  return { rss, peak, heap: typeof heapUsed === 'number' ? heapUsed : Number.NaN }
}

/** @type {Take} */
const takeIdle = async (workload, { variant }, server, cores) => {
  const options = { ...workload.options, ...variantOptions(variant) }
  const connections = options.connections ?? 1
  const warm = await startLoad(workload, server, cores, { connections: WARM_CONNECTIONS })
  await warm.stop()
  await settled(server.pid)
  const before = await readCollected(server)
  const load = await startLoad(workload, server, cores, { connections })
  try {
    await settled(server.pid)
    const after = await readCollected(server)
    return {
      rssEach: (after.rss - before.rss) / connections,
      heapEach: (after.heap - before.heap) / connections,
      rss: after.rss,
      peak: after.peak,
    }
  } finally {
    await load.stop()
  }
}

/** @type {Take} */
const takeDial = async (workload, _contestant, server, cores) => {
  const count = workload.options.requests ?? 1
  // A target of its own, with a port of its own: the ended connections of earlier rounds wait
  // in TIME_WAIT and would use up the ports towards one address.
  const target = new LineProcess([C_SERVER, 'echo'], at(cores, 'load'))
  try {
    const port = numberIn(await target.next(), 'port')
    const before = await settled(server.pid)
    const start = performance.now()
    const result = await server.ask(JSON.stringify({ dial: port, count }))
    const seconds = (performance.now() - start) / 1000
    const spent = cpuBetween(before, await settled(server.pid))
    return { ...costs(count, seconds, spent, result), ...(await readMemory(server.pid)) }
  } finally {
    await target.stop()
  }
}

/** @type {Record<Workload['kind'], Take>} */
export const takers = {
  load: takeLoad,
  'load and garbage': takeLoadAndGarbage,
  idle: takeIdle,
  dial: takeDial,
}
