// The calls that @netfd/poll and @netfd/net make: the addon's, or those of the host backend in host/.
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { backend } from './backend.js'
import { absent, file, native, root } from './binding.js'
import type { Native } from './native.js'

/** What is told of edges, with the events of epoll(7). */
export interface EdgeTarget {
  /** These events came. */
  ready(events: number): void
}

/** What only the host backend has: its numbers are no descriptors, and no epoll knows them. */
export interface HostCalls {
  /** Registers for edges, and reports what is ready already: 0, or a negated errno. */
  subscribe(fd: number, target: EdgeTarget): number
  /** Forgets it: no edge is told afterwards. */
  unsubscribe(fd: number): void
  /** The runtime's socket, of which the number is free then; null where it cannot be had. */
  release(fd: number): Socket | null
  /** Whether this thread stays alive for the sockets, which it does not by themselves. */
  keepAlive(on: boolean): void
  /** How many bytes the system has of what was sent on a connection; a piece counts when all of it is there. */
  sent(fd: number): number
  /** `close`, once the bytes that a send has taken are the system's, or after a second. */
  closeSent(fd: number, closed: (r: number) => void): void
  /** An error of a call about an option, which its text names where only Linux has it. */
  aboutOption(error: unknown, level: number, optname: number): unknown
}

/** The calls of the addon. On the host backend a listen may have to wait for its answer. */
export interface Kernel extends Omit<Native, 'listen'> {
  /** listen(2): 0, or a negated errno. */
  listen(fd: number, backlog: number): number | Promise<number>
}

/** What dist/host.cjs exports. */
interface HostModule {
  readonly kernel: Kernel
  readonly calls: HostCalls
}

/**
 * The host backend is a file of its own, which is loaded only where it is wanted, as the addon is: the sources and
 * what is built of them lie side by side.
 */
function loadHost(): HostModule {
  const path = join(root, 'dist', 'host.cjs')
  try {
    return createRequire(file)(path) as HostModule
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    const stand = absent([`${path}: not found`], 'host backend')
    return { kernel: stand, calls: stand as unknown as HostCalls }
  }
}

const host = backend === 'host' ? loadHost() : null

/** The calls of this environment. */
export const kernel: Kernel = host?.kernel ?? native

/** Those that only the host backend has; null on Linux. */
export const hostCalls: HostCalls | null = host?.calls ?? null
