// @ts-check
// What makes the path fast, each with the change of the sources that switches it off. bench/tricks.mjs builds
// both ways and measures them side by side; the results stand in docs/performance.md.

/** @typedef {{ file: string, from: string, to: string }} Edit every occurrence is replaced */

/**
 * @typedef {object} Trick
 * @property {string} id
 * @property {string} title what is done
 * @property {string} off what happens instead when it is switched off
 * @property {string} workload the id of a workload in which it shows
 * @property {readonly string[]} [server] further arguments of the server
 * @property {readonly Edit[]} edits what switches it off
 * @property {readonly Edit[]} [both] made on both sides, where it would not show otherwise
 */

const POLL_DESC = 'packages/poll/src/poll-desc.ts'
const POLL_SIDE = 'packages/poll/src/poll-side.ts'
const NETPOLL = 'packages/poll/src/netpoll-epoll.ts'
const OPS = 'packages/poll/src/op-io.ts'
const NET_FD = 'packages/net/src/fd.ts'

/** @type {Edit} */
const alwaysTry = {
  file: POLL_DESC,
  from: 'if (side.drained && this.emptied(side)) return this.wait(side, waiter)',
  to: 'this.emptied(side)',
}

/** @type {readonly Trick[]} */
export const TRICKS = [
  {
    id: 'skip-the-read',
    title: 'After a read that came up short the next one waits without trying',
    off: 'every read tries, and meets EAGAIN first',
    workload: 'echo-64-1',
    edits: [alwaysTry],
  },
  {
    id: 'errno-is-a-number',
    title: 'EAGAIN is a number',
    off: 'EAGAIN is thrown and caught (both sides try every read)',
    workload: 'echo-64-1',
    both: [alwaysTry],
    edits: [
      {
        file: OPS,
        from: "import { UnexpectedEOFError } from './errors.js'",
        to: "import { SyscallError } from '@netfd/syscall'\nimport { UnexpectedEOFError } from './errors.js'\nconst thrown = (n: number): number => { try { if (n < 0) throw new SyscallError('read', n); return n } catch (error) { return (error as SyscallError).errno as number } }",
      },
      { file: OPS, from: 'hook.recv(fd, buf)', to: 'thrown(hook.recv(fd, buf))' },
    ],
  },
  {
    id: 'batches',
    title: 'One step from native code to JavaScript for up to 128 events',
    off: 'one step for each event',
    workload: 'echo-64-50',
    edits: [{ file: NETPOLL, from: 'const BATCH = 128', to: 'const BATCH = 1' }],
  },
  {
    id: 'own-loop',
    title: "The epoll set is watched by Node's own event loop",
    off: 'a helper thread waits for it and wakes the loop, as on Bun and Deno',
    workload: 'echo-64-50',
    edits: [
      {
        file: 'packages/syscall/src/watch-host.ts',
        from: 'versions.bun === undefined && versions.deno === undefined ? uvHost : threadHost',
        to: 'versions.node === undefined ? uvHost : threadHost',
      },
    ],
  },
  {
    id: 'registered-once',
    title: 'A descriptor is registered once, edge-triggered',
    off: 'each wait asks for one event anew (EPOLLONESHOT)',
    workload: 'echo-64-50',
    edits: [
      {
        file: NETPOLL,
        from: '  hold(): void {',
        to: '  rearm(pd: PollDesc): void {\n    this.#calls.epollCtl(this.#epfd, 3, pd.sysfd, EPOLLIN | EPOLLRDHUP | EPOLLET | (1 << 30), pd.slot, pd.generation)\n  }\n\n  hold(): void {',
      },
      {
        file: POLL_SIDE,
        from: '    this.waiter = waiter\n',
        to: '    this.waiter = waiter\n    ;(this.pd.poller as never as { rearm(pd: PollDesc): void }).rearm(this.pd)\n',
      },
    ],
  },
  {
    id: 'reused-operations',
    title: 'A read or write that finds its own operation idle uses it again',
    off: 'each call makes a new one',
    workload: 'echo-64-50',
    edits: [
      {
        file: 'packages/poll/src/fd.ts',
        from: 'if (op === null || op.state !== IDLE) {',
        to: 'if (op === null || op.state >= IDLE) {',
      },
    ],
  },
  {
    id: 'no-copy',
    title: "The kernel writes into the caller's buffer",
    off: 'a read has a buffer of its own, which is copied',
    workload: 'bulk-upload',
    edits: [
      {
        file: OPS,
        from: 'return this.#kind.socket ? hook.recv(fd, buf) : hook.read(fd, buf)',
        to: 'const own = new Uint8Array(buf.length)\n    const n = hook.recv(fd, own)\n    if (n > 0) buf.set(own.subarray(0, n))\n    return n',
      },
    ],
  },
  {
    id: 'lazy-deadlines',
    title: 'A deadline is a number; one host timer serves all who wait',
    off: 'each deadline that is set has a host timer',
    workload: 'deadline-64-50',
    server: ['--deadline'],
    edits: [
      {
        file: POLL_SIDE,
        from: '    if (deadline !== null && deadline.due > 0) timers.enter(deadline)\n',
        to: '',
      },
      {
        file: POLL_DESC,
        from: '    side.due = due\n',
        to: '    side.due = due\n    const timed = side as never as { timer?: NodeJS.Timeout }\n    clearTimeout(timed.timer)\n    if (due > 0) timed.timer = setTimeout(() => side.deadline?.expire(), due - Number(process.hrtime.bigint()) / 1e6).unref()\n',
      },
    ],
  },
  {
    id: 'lazy-addresses',
    title: 'Addresses are decoded when the caller asks',
    off: 'both are decoded as the connection is made',
    workload: 'accept',
    edits: [
      {
        file: NET_FD,
        from: "    this.#laddr = addr\n  }\n\n  /** The peer's address:",
        to: "    this.#laddr = this.#kind.addrs(addr)\n  }\n\n  /** The peer's address:",
      },
      {
        file: NET_FD,
        from: "this.#raddr = typeof peer === 'number' ? peer : packAddr(peer, peer.length)",
        to: "this.#raddr = this.#kind.addrs(typeof peer === 'number' ? peer : packAddr(peer, peer.length))",
      },
    ],
  },
  {
    id: 'splice',
    title: 'Bytes that pass through stay in the kernel (splice)',
    off: 'they are read and written',
    workload: 'proxy-bulk',
    edits: [
      {
        file: 'packages/net/src/tcpconn.ts',
        from: 'export class TCPConn extends NetStreamConn {\n',
        to: 'export class TCPConn extends NetStreamConn {\n  protected override get splices(): boolean {\n    return false\n  }\n\n',
      },
    ],
  },
  {
    id: 'relay',
    title: 'The small pieces of a conversation are received and sent on in one step',
    off: 'they are spliced as well',
    workload: 'proxy-echo-64-50',
    edits: [
      {
        file: 'packages/poll/src/splice.ts',
        from: 'const CONVERSATION = 8',
        to: 'const CONVERSATION = 1e9',
      },
    ],
  },
]
