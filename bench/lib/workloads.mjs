// @ts-check
// Everything that is measured: bulk, connections and memory here, echo in its own file.
import { atMost, connName, echoServer, netfd, PLAIN, sizeName, WRITE_TO } from './workload.mjs'
import { deadline, echo, messages, proxyEcho, saturated, scale } from './workloads-echo.mjs'

/** @typedef {import('./workload.mjs').Workload} Workload */
/** @typedef {import('./workload.mjs').Choice} Choice */
/** @typedef {import('./workload.mjs').Scale} Scale */

// Throughput is judged by `capacity`, work per second of the server's processor time: with two
// cores the load generator's own is used up first, and even the C server gets no further.
const MIB = 2 ** 20

// One room for all connections stays in the caches, where a buffer for each does not.
/** @type {(scale: Scale) => Workload[]} */
const manyUploads = ({ choice, count }) => {
  const connections = choice.connections ?? 1000
  const each = Math.ceil((Math.ceil(count(1024)) * MIB) / connections)
  return [
    {
      id: `bulk-upload-${connections}`,
      family: 'bulk',
      title: `Bulk, received by the server, ${connName(connections)}`,
      kind: 'load',
      unit: 'MiB',
      server: ['sink'],
      load: 'upload',
      options: { bytes: each * connections, connections },
      variants: WRITE_TO,
      targets: atMost('netfd+writeTo', { c: 1.5, bun: 0.9 }),
    },
  ]
}

/** @type {(scale: Scale) => Workload[]} */
const bulk = ({ choice, count }) => {
  const connections = choice.connections ?? 1
  const each = Math.ceil((Math.ceil(count(1024)) * MIB) / connections)
  /** @type {(load: string, mode: string, title: string, more?: Partial<Workload>) => Workload} */
  const make = (load, mode, title, more = {}) => ({
    id: `bulk-${load}`,
    family: 'bulk',
    title,
    kind: 'load',
    unit: 'MiB',
    server: [mode, '--bytes', `${each}`],
    load,
    options: { bytes: each * connections, connections },
    variants: PLAIN,
    targets: [],
    ...more,
  })
  const splice = [netfd('node', 'capacity', { min: 3 }), netfd('go', 'capacity', { min: 0.95 })]
  const proxy = { family: 'proxy', upstream: 'sink', targets: splice, id: 'proxy-bulk' }
  return [
    make('upload', 'sink', 'Bulk, received by the server', {
      variants: WRITE_TO,
      targets: atMost('netfd+writeTo', { c: 1.1 }),
    }),
    ...manyUploads({ choice, count }),
    make('download', 'source', 'Bulk, sent by the server'),
    make('upload', 'proxy', 'Proxy, bulk one way', proxy),
  ]
}

/** @type {(scale: Scale) => Workload[]} */
const connect = ({ choice, count }) => {
  const options = { connections: choice.connections ?? 32, requests: count(20_000) }
  /** @type {(id: string, server: string[], title: string) => Workload} */
  const make = (id, server, title) => ({
    id,
    family: id,
    title,
    kind: 'load',
    unit: 'connection',
    server,
    load: id,
    options,
    variants: PLAIN,
    targets: [],
  })
  // Bun listens with a backlog of 512 and Deno with one of 511, which a program cannot change.
  const burst = { ...options, connections: choice.connections ?? 500 }
  const [byClient, atOnce] = [
    make('connect', echoServer(64), 'Connect, accept and close, ended by the client'),
    make('accept', ['accept'], 'Accept and close at once'),
  ]
  /** @type {(workload: Workload, bounds: Record<string, number>) => Workload} */
  const inBursts = (workload, bounds) => ({
    ...workload,
    id: `${workload.id}-burst`,
    family: 'burst',
    title: `${workload.title}, in bursts`,
    load: `${workload.load}-burst`,
    options: burst,
    targets: atMost('netfd', bounds),
  })
  return [
    byClient,
    inBursts(byClient, { node: 0.6, bun: 1.1, go: 1.1 }),
    atOnce,
    inBursts(atOnce, { node: 0.42, bun: 1.05, go: 1 }),
  ]
}

/** @type {(scale: Scale) => Workload[]} */
const dial = ({ count }) => [
  {
    id: 'dial',
    family: 'dial',
    title: 'Dial and close, one after the other',
    kind: 'dial',
    unit: 'dial',
    server: ['dial'],
    load: '',
    options: { requests: count(5000) },
    variants: PLAIN,
    targets: atMost('netfd', { node: 0.65, go: 1.4 }),
  },
]

/** @type {(scale: Scale) => Workload[]} */
const idle = ({ choice }) => {
  const all = choice.connections === undefined ? [1000, 10_000] : [choice.connections]
  return all.map((connections) => ({
    id: `idle-${connections}`,
    family: 'idle',
    title: `Memory of an idle connection, ${connections} of them`,
    kind: 'idle',
    unit: 'connection',
    server: ['idle', '--buffer', '64'],
    load: 'idle',
    options: { connections },
    variants: PLAIN,
    targets: [
      { of: 'netfd', metric: 'heapEach', max: 1700 },
      ...(connections === 10_000 ? [netfd('go', 'rssEach', { max: 1 })] : []),
    ],
  }))
}

/** Over local sockets; what is passed is a descriptor with each message. @type {(scale: Scale) => Workload[]} */
const local = ({ choice, count }) => {
  const size = choice.size ?? 64
  const connections = choice.connections ?? 50
  /** @type {Pick<Workload, 'family' | 'kind' | 'load'>} */
  const common = { family: 'unix', kind: 'load', load: 'echo' }
  return [
    {
      ...common,
      id: `unix-echo-${size}-${connections}`,
      title: `Echo over local sockets, ${sizeName(size)}, ${connName(connections)}`,
      unit: 'request',
      server: [...echoServer(size), '--unix'],
      options: { size, connections, requests: count(50_000), unix: 1 },
      variants: WRITE_TO,
      targets: atMost('netfd', { node: 0.65 }),
    },
    {
      ...common,
      id: 'unix-pass',
      title: 'A descriptor passed with each message over local sockets',
      unit: 'descriptor',
      server: ['pass', '--buffer', '64', '--unix'],
      options: {
        size: 1,
        connections: choice.connections ?? 1,
        requests: count(20_000),
        unix: 1,
        pass: 1,
      },
      variants: PLAIN,
      targets: atMost('netfd', { c: 2 }),
    },
  ]
}

/**
 * Every workload, with what the command line chose in place of the usual parameters.
 * @param {Choice} choice
 * @returns {Workload[]}
 */
export const makeWorkloads = (choice) => {
  const part = choice.quick ? 1 / 8 : 1
  const count = (/** @type {number} */ full) => choice.requests ?? Math.ceil(full * part)
  const given = { choice, count }
  const makers = [
    echo,
    saturated,
    deadline,
    messages,
    bulk,
    proxyEcho,
    connect,
    dial,
    local,
    idle,
    scale,
  ]
  return makers.flatMap((make) => make(given))
}
