// @ts-check
// What a workload is, and the words that the workload files share.

/**
 * @typedef {object} Target a bound on `of`, as a ratio to `against` or, without it, by itself
 * @property {import('./samples.mjs').Metric} metric
 * @property {string} of a contestant
 * @property {string} [against] another contestant
 * @property {readonly [string, string]} [growth] the ratio is then compared with this pair's ratio
 * @property {number} [max]
 * @property {number} [min]
 */

/**
 * @typedef {object} Variant how one contestant differs from the others of the same peer
 * @property {string} suffix '' for the plain one
 * @property {readonly string[]} [server] further arguments of the server
 * @property {number} [connections]
 * @property {readonly string[]} [only] the peers that have it; all without it
 */

/**
 * @typedef {object} Workload
 * @property {string} id
 * @property {string} family what the command line selects it by
 * @property {string} title
 * @property {'load' | 'load and garbage' | 'idle' | 'dial'} kind
 * @property {string} unit what CPU time and rate are counted in
 * @property {readonly string[]} server mode and arguments
 * @property {string} load the load generator's workload
 * @property {Readonly<Record<string, number>>} options the load generator's options
 * @property {string} [upstream] mode of the C server that stands behind a proxy
 * @property {readonly Variant[]} variants
 * @property {readonly Target[]} targets
 */

/**
 * @typedef {object} Choice what the command line may set
 * @property {number} [connections]
 * @property {number} [size]
 * @property {number} [requests]
 * @property {boolean} [quick]
 * @property {number} fileLimit how many descriptors one process may open
 */

/** @typedef {{ choice: Choice, count: (full: number) => number }} Scale */

export const PLAIN = [{ suffix: '' }]

/** @type {(suffix: string, flag: string) => Variant} */
const ownForm = (suffix, flag) => ({ suffix, server: [flag], only: ['netfd', 'netfd@26'] })

/** Beside the loop of reads and writes, netfd's `writeTo` with a writer that answers at once. */
export const WRITE_TO = [...PLAIN, ownForm('+writeTo', '--write-to')]
/** Beside the loop of reads into the message, netfd's buffered reader, and its buffered writer with it. */
export const BUFFERED = [
  ...PLAIN,
  ownForm('+bufReader', '--buffered'),
  ownForm('+bufReader+bufWriter', '--both-buffered'),
]

/** @type {(against: string, metric: Target['metric'], bound: Partial<Target>) => Target} */
export const netfd = (against, metric, bound) => ({ of: 'netfd', against, metric, ...bound })

/**
 * At most so much of each peer's processor time.
 * @type {(of: string, bounds: Readonly<Record<string, number>>) => Target[]}
 */
export const atMost = (of, bounds) =>
  Object.entries(bounds).map(([against, max]) => ({ of, against, metric: 'cpu', max }))

/**
 * An echo server with a read buffer that suits the messages: 64 KiB for each of many connections would
 * measure the memory behind the buffers. Where a peer has buffers of its own it keeps them.
 * @param {number} size
 */
export const echoServer = (size) => (size > 4096 ? ['echo'] : ['echo', '--buffer', '4096'])

/** @param {number} size */
export const sizeName = (size) => (size % 1024 === 0 ? `${size / 1024} KiB` : `${size} B`)

/** @param {number} n */
export const connName = (n) => (n === 1 ? '1 connection' : `${n} connections`)
