// Which kernel the calls of @netfd/poll and @netfd/net go to.

/**
 * What serves the sockets: `'epoll'`, the addon over Linux's own calls, or `'host'`, the sockets of the runtime
 * (node:net), on systems that are not Linux.
 */
export type Backend = 'epoll' | 'host'

const NAMES: readonly string[] = ['epoll', 'host'] satisfies readonly Backend[]

/**
 * The backend for a system and what NETFD_BACKEND says, which has the last word. On Linux the host's sockets are
 * never taken in silence: a service must not become slower and different because a file is missing.
 */
export function backendOf(wanted: string | undefined, platform: string): Backend {
  if (wanted === undefined || wanted === '') return platform === 'linux' ? 'epoll' : 'host'
  if (NAMES.includes(wanted)) return wanted as Backend
  const error = new TypeError(`NETFD_BACKEND is 'epoll' or 'host', not '${wanted}'`)
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' })
}

function wanted(): string | undefined {
  try {
    return process.env.NETFD_BACKEND
  } catch {
    // Deno without --allow-env: it is not said.
    return undefined
  }
}

/**
 * The backend of this process: `'epoll'` on Linux, `'host'` elsewhere, or what the environment variable
 * NETFD_BACKEND named when the package was loaded.
 */
export const backend: Backend = backendOf(wanted(), process.platform)

/**
 * What the host backend refuses: Node's name for EOPNOTSUPP. It has a number that no kernel gives, the last one
 * that a call could answer with.
 */
export const ENOTSUP = 4095
