#!/usr/bin/env node
// Writes the tables of docs/socket-options.md from the `sockopt` table of @netfd/syscall.
import { join } from 'node:path'
import { markdownTable, writePart } from './markdown.mjs'
import { isMain } from './packages.mjs'
import { root } from './step.mjs'

/** @typedef {import('@netfd/syscall').Sockopt} Sockopt */

export const page = join(root, 'docs/socket-options.md')

/** The sections, each with the level of its options. */
const SECTIONS = [
  { title: 'Of every socket, socket(7)', level: 'SOL_SOCKET' },
  { title: 'Of TCP, tcp(7)', level: 'IPPROTO_TCP' },
  { title: 'Of UDP, udp(7)', level: 'IPPROTO_UDP' },
  { title: 'Of IPv4, ip(7)', level: 'IPPROTO_IP' },
  { title: 'Of IPv6, ipv6(7)', level: 'IPPROTO_IPV6' },
]

/** How a reader writes the value.
 * @type {Record<import('@netfd/syscall').SockoptType, string>}
 */
const VALUES = {
  bool: 'boolean',
  int: 'number',
  linger: '`{ on, seconds }`',
  timeval: 'number',
  string: 'string',
  bytes: '`Uint8Array`',
  tcp_info: '`TCPInfo`',
}

/** What the value counts, where its type does not say it.
 * @type {Partial<Record<import('@netfd/syscall').SockoptUnit, string>>}
 */
const UNITS = { us: ', µs', value: '', flag: '', struct: '', name: '' }

/** @param {Sockopt} row */
const value = ({ type, unit }) =>
  VALUES[type] + (type === 'linger' ? '' : (UNITS[unit] ?? `, ${unit}`))

/** @param {Sockopt} row */
const notes = (row) =>
  [
    row.readOnly && 'read only',
    row.writeOnly && 'write only',
    row.root && 'privileged',
    row.listener && 'for listeners',
    row.unsigned && 'unsigned',
    row.length !== undefined && `${row.length} bytes`,
  ]
    .filter((note) => typeof note === 'string')
    .join(', ')

/** The tables, one for each level.
 * @param {Readonly<Record<string, Sockopt>>} options
 * @param {Readonly<Record<string, number>>} constants
 */
export const optionTables = (options, constants) => {
  const all = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  const tables = SECTIONS.map(({ title, level }) => {
    const rows = all
      .filter(([, row]) => row.level === constants[level])
      .map(([name, row]) => [`\`${name}\``, `\`${row.name}\``, value(row), notes(row)])
    return `### ${title}\n\n${markdownTable(['Name', 'In C', 'Value', 'Notes'], rows)}`
  })
  return `The table has ${all.length} options.\n\n${tables.join('\n\n')}`
}

if (isMain(import.meta.url)) {
  const { constants, sockopt } = await import('@netfd/syscall')
  writePart(page, 'options', optionTables(sockopt, constants))
}
