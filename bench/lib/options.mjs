// @ts-check
// The command line: which workloads, with which parameters, against whom.
import { parseArgs } from 'node:util'
import { PEER_IDS } from './peers.mjs'

export const HELP = `usage: npm run bench -- [WORKLOAD...] [options]

  WORKLOAD           a family (echo, saturated, deadline, messages, bulk, proxy, connect,
                     accept, burst, dial, idle, scale) or an id as --list prints it; all without one
  --connections N    in place of the workload's own numbers
  --size N           bytes of one message
  --requests N       per round; MiB for bulk
  --rounds N         measured rounds (5; 2 with --quick)
  --peers A,B        of ${PEER_IDS.join(', ')}; all without it
  --quick            an eighth of the work, and no charts: to see that everything runs
  --no-chrt          does without a real-time priority for what is measured
  --no-charts        leaves docs/charts as it is
  --list             prints the workloads
  --help             prints this
`

/**
 * @typedef {object} Options
 * @property {readonly string[]} names families or ids
 * @property {number | undefined} connections
 * @property {number | undefined} size
 * @property {number | undefined} requests
 * @property {number} rounds
 * @property {readonly string[]} peers
 * @property {boolean} quick
 * @property {boolean} charts
 * @property {boolean} chrt
 * @property {boolean} list
 * @property {boolean} help
 */

/** @type {(name: string, text: string | undefined) => number | undefined} */
const positive = (name, text) => {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} wants a whole number from 1, not '${text}'`)
  return value
}

/**
 * @param {readonly string[]} args without the program's name
 * @returns {Options} throws on an unknown option, peer or a bad number
 */
export const readOptions = (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      connections: { type: 'string' },
      size: { type: 'string' },
      requests: { type: 'string' },
      rounds: { type: 'string' },
      peers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-chrt': { type: 'boolean', default: false },
      'no-charts': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const peers = values.peers === undefined ? PEER_IDS : values.peers.split(',')
  const unknown = peers.find((id) => !PEER_IDS.includes(id))
  if (unknown !== undefined)
    throw new RangeError(`no peer '${unknown}'; there are ${PEER_IDS.join(', ')}`)
  return {
    names: positionals,
    connections: positive('connections', values.connections),
    size: positive('size', values.size),
    requests: positive('requests', values.requests),
    rounds: positive('rounds', values.rounds) ?? (values.quick ? 2 : 5),
    peers,
    quick: values.quick,
    charts: !values.quick && !values['no-charts'],
    chrt: !values['no-chrt'],
    list: values.list,
    help: values.help,
  }
}

/**
 * @template {{ id: string, family: string }} W
 * @param {readonly W[]} workloads
 * @param {readonly string[]} names
 * @returns {W[]} throws on a name that selects nothing
 */
export const select = (workloads, names) => {
  if (names.length === 0) return [...workloads]
  for (const name of names) {
    if (!workloads.some(({ id, family }) => id === name || family === name))
      throw new RangeError(`no workload '${name}'; --list prints them`)
  }
  return workloads.filter(({ id, family }) => names.includes(id) || names.includes(family))
}
