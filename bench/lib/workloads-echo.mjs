// @ts-check
// The workloads of messages that come back, with their parameters and target ratios.
import {
  atMost,
  BUFFERED,
  connName,
  echoServer,
  netfd,
  PLAIN,
  sizeName,
  WRITE_TO,
} from './workload.mjs'

/** @typedef {import('./workload.mjs').Workload} Workload */
/** @typedef {import('./workload.mjs').Target} Target */
/** @typedef {import('./workload.mjs').Scale} Scale */

/** @type {Record<string, readonly Target[]>} */
const ECHO_TARGETS = {
  'echo-64-50': [
    ...atMost('netfd', { c: 1.42, node: 0.57, go: 0.88, bun: 1.0 }),
    ...atMost('netfd+writeTo', { c: 1.25, node: 0.5, go: 0.8, bun: 0.9 }),
    netfd('bun', 'p99', { max: 1.1 }),
    { of: 'netfd', metric: 'garbage', max: 350 },
    { of: 'netfd+writeTo', metric: 'garbage', max: 350 },
  ],
  'echo-64-1000': atMost('netfd+writeTo', { c: 1.25, bun: 0.9 }),
  'echo-16384-1000': atMost('netfd+writeTo', { c: 1.3, bun: 0.9 }),
}

/** @type {(scale: Scale) => Workload[]} */
export const echo = ({ choice, count }) => {
  const sizes = choice.size === undefined ? [64, 16_384] : [choice.size]
  const all = choice.connections === undefined ? [1, 50, 1000] : [choice.connections]
  return sizes.flatMap((size) =>
    all.map((connections) => {
      const id = `echo-${size}-${connections}`
      const requests = count(connections === 1 ? 10_000 : size > 4096 ? 20_000 : 50_000)
      return {
        id,
        family: 'echo',
        title: `Echo, ${sizeName(size)}, ${connName(connections)}`,
        kind: size === 64 && connections === 50 ? 'load and garbage' : 'load',
        unit: 'request',
        server: echoServer(size),
        load: 'echo',
        options: { size, connections, requests },
        variants: WRITE_TO,
        targets: ECHO_TARGETS[id] ?? [],
      }
    }),
  )
}

/** @type {(scale: Scale) => Workload[]} */
export const saturated = ({ choice, count }) => {
  const size = choice.size ?? 64
  const connections = choice.connections ?? 50
  return [
    {
      id: `saturated-${size}-${connections}`,
      family: 'saturated',
      title: `Echo, ${sizeName(size)}, ${connName(connections)}, saturated`,
      kind: 'load',
      unit: 'request',
      server: echoServer(size),
      load: 'waves',
      options: { size, connections, requests: count(50_000) },
      variants: WRITE_TO,
      targets: [],
    },
  ]
}

/** @type {(scale: Scale) => Workload[]} */
export const deadline = ({ choice, count }) => {
  const all = choice.connections === undefined ? [50, 1000] : [choice.connections]
  const size = choice.size ?? 64
  return all.map((connections) => ({
    id: `deadline-${size}-${connections}`,
    family: 'deadline',
    title: `A deadline before every read, ${sizeName(size)}, ${connName(connections)}`,
    kind: 'load',
    unit: 'request',
    server: echoServer(size),
    load: 'echo',
    options: { size, connections, requests: count(50_000) },
    variants: [...PLAIN, { suffix: '+deadline', server: ['--deadline'] }],
    targets: [{ of: 'netfd+deadline', against: 'netfd', metric: 'cpu', max: 1.05 }],
  }))
}

// Many small messages in flight: taken together by one read, and one by one.
/** @type {(scale: Scale) => Workload[]} */
export const messages = ({ choice, count }) => {
  const size = choice.size ?? 64
  const connections = choice.connections ?? 50
  const options = { size, connections, depth: 32 }
  /** @type {Pick<Workload, 'family' | 'kind' | 'unit' | 'load' | 'variants' | 'targets'>} */
  const common = {
    family: 'messages',
    kind: 'load',
    unit: 'message',
    load: 'echo',
    variants: PLAIN,
    targets: [],
  }
  return [
    {
      ...common,
      id: `pipelined-${size}-${connections}`,
      title: `32 messages of ${sizeName(size)} in flight, read together`,
      server: ['echo'],
      options: { ...options, requests: count(1_000_000) },
    },
    {
      ...common,
      id: `one-by-one-${size}-${connections}`,
      title: `32 messages of ${sizeName(size)} in flight, read one by one`,
      server: ['echo', '--buffer', `${size}`],
      options: { ...options, requests: count(100_000) },
      variants: BUFFERED,
      targets: ['netfd+bufReader', 'netfd+bufReader+bufWriter'].flatMap((of) =>
        atMost(of, { node: 0.6, bun: 0.8 }),
      ),
    },
  ]
}

/** @type {(scale: Scale) => Workload[]} */
export const proxyEcho = ({ choice, count }) => {
  const size = choice.size ?? 64
  const connections = choice.connections ?? 50
  const options = { size, connections, requests: count(20_000) }
  return [
    {
      id: `proxy-echo-${size}-${connections}`,
      family: 'proxy',
      title: `Proxy, echo behind it, ${sizeName(size)}, ${connName(connections)}`,
      kind: 'load',
      unit: 'request',
      server: ['proxy'],
      load: 'echo',
      options,
      upstream: 'echo',
      variants: PLAIN,
      targets: [],
    },
  ]
}

/** @type {(scale: Scale) => Workload[]} */
export const scale = ({ choice, count }) => {
  // Both ends need a descriptor for each connection, and a few hundred for themselves.
  const possible = Math.floor((choice.fileLimit - 256) / 500) * 500
  const most = choice.connections ?? Math.min(20_000, possible)
  const only = ['netfd', 'c', 'node', 'go']
  const few = '@1000'
  const many = `@${most}`
  return [
    {
      id: 'scale',
      family: 'scale',
      title: `Echo, 64 B, from 1000 to ${most} connections`,
      kind: 'load',
      unit: 'request',
      server: echoServer(64),
      load: 'echo',
      options: { size: 64, requests: Math.max(count(100_000), most) },
      variants: [
        { suffix: few, connections: 1000, only },
        { suffix: many, connections: most, only },
      ],
      targets: [
        {
          of: `netfd${many}`,
          against: `netfd${few}`,
          growth: [`c${many}`, `c${few}`],
          metric: 'cpu',
          max: 1.1,
        },
      ],
    },
  ]
}
