#!/usr/bin/env node
// What netfd can do on Linux alone, and what it does in its place over the sockets of the runtime ("host"). The
// tests of the host backend are held against this table, and the table of docs/runtimes.md is written from it.
import { join } from 'node:path'
import { markdownTable, writePart } from './markdown.mjs'
import { isMain } from './packages.mjs'
import { root } from './step.mjs'

export const page = join(root, 'docs/runtimes.md')

/**
 * @typedef {object} Capability
 * @property {string} what
 * @property {string} host in its place, on the host backend
 * @property {string} linux
 */

/** @param {string} what @param {string} host @param {string} [linux] @returns {Capability} */
const row = (what, host, linux = 'yes') => ({ what, host, linux })

export const CAPABILITIES = {
  sent: row(
    'what a resolved `write` says',
    'the system has it, or this process has one piece of at most 64 KiB, which `process.exit()` loses; `close`, and a process that ends by itself, wait for it',
    'the kernel has it',
  ),
  readAhead: row(
    'reading ahead',
    'up to 64 KiB and one read of the runtime, for each connection that has bytes',
    'none: bytes stay in the kernel',
  ),
  resetAfterEnd: row(
    'a reset of the peer that comes together with bytes, or right behind its end',
    'after a `closeWrite` of yours it may read as the end of the stream; behind an end, as `ECONNRESET`',
    '`ECONNRESET`; the end',
  ),
  lazyAccept: row(
    'connections that no call has accepted',
    'accepted by the runtime at once, and kept, `backlog` of them; the next one is reset',
    'in the kernel’s queue',
  ),
  resetInQueue: row(
    'connections that their peer resets before they are accepted',
    'passed over: `accept` goes on to the next',
    'accepted; the first read says `ECONNRESET`',
  ),
  descriptorsOut: row(
    'connections that arrive when there are no more descriptors',
    'closed by the runtime, and nothing is told: the peer reads the end of the stream',
    'wait in the kernel’s queue; `EMFILE`, or a warning',
  ),
  backlog: row('`backlog: 0`', 'is 1', 'a queue of one'),
  splice: row(
    '`readFrom` and `writeTo` between connections, and from files',
    'through memory',
    'splice, sendfile',
  ),
  options: row(
    '`setOption`, `getOption`, also of a `RawConn`',
    '`noDelay`, `keepAlive`, `keepIdle`, `linger`, and from Node 24.15 `ipTOS`; `ENOPROTOOPT` for any other',
    '180 options',
  ),
  buffers: row('`setReadBuffer`, `setWriteBuffer`', '`ENOPROTOOPT`'),
  userTimeout: row('`setUserTimeout`', '`ENOPROTOOPT`'),
  info: row('`info()`', '`ENOPROTOOPT`'),
  probes: row(
    'interval and count of keep-alive',
    'from Node 24.19 and 26.4; else `ENOPROTOOPT` where you ask for them, and 10 probes 1 s apart',
  ),
  linger: row('`setLinger` above 0', '`ENOPROTOOPT`; 0 and off work'),
  reusePort: row('`reusePort`', '`ENOTSUP` on macOS, on Windows and before Node 22.12'),
  mptcp: row('Multipath TCP', 'plain TCP; `multipathTCP()` is false'),
  descriptors: row(
    '`dup`, `detach`, `fileConn`, `fileListener`, an `FD` of your own descriptor',
    '`ENOTSUP`',
  ),
  rawCalls: row('`control`, `read`, `write` of a `RawConn`', '`ENOTSUP`'),
  bind: row(
    'a local address that is refused',
    'before Node 24.19 the error of a dial says `connect`, not `bind`',
    'says `bind`',
  ),
  order: row(
    'the order in which the addresses of a name are dialed',
    'without the rules of RFC 6724 that ask for the source address',
    'RFC 6724',
  ),
  zones: row('the zone of an interface without an address', 'unknown'),
  tune: row('`tuneSocket`, `tuneAll`', 'set nothing; `tuneSocket` answers false'),
  handOver: row(
    '`toNetSocket`',
    'the live socket; `ERR_NO_HANDOVER` once the peer has ended its side, for a `pipe`, with `onread`, and in Deno',
  ),
  otherSockets: row('UDP, Unix sockets', '`ENOTSUP`'),
  syscall: row(
    '`@netfd/syscall`, an `FD` of `@netfd/poll` on a pipe, a terminal, a file',
    '`ERR_NO_ADDON`',
  ),
}

/** @typedef {keyof typeof CAPABILITIES} CapabilityName */

/** The table of the page. */
export const capabilityTable = () =>
  markdownTable(
    ['', 'a laptop: macOS, Windows', 'Linux'],
    Object.values(CAPABILITIES).map(({ what, host, linux }) => [what, host, linux]),
  )

if (isMain(import.meta.url)) writePart(page, 'capabilities', capabilityTable())
