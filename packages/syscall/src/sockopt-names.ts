// The table of options as a constant.
import type { Table } from './sockopt-table.js'
import { sockopts } from './sockopt-table.js'

/**
 * The options of a socket by name, for `setOption` and `getOption`: those of every socket and of TCP
 * under plain names, those of UDP with `udp`, of IPv4 with `ip`, of IPv6 with `ipv6` in front. What a
 * socket of another kind has the kernel refuses, most often with ENOPROTOOPT. What `peerPidFd` tells is
 * a descriptor, which the caller closes.
 * Three are missing because their values are addresses of memory (SO_ATTACH_FILTER,
 * SO_ATTACH_REUSEPORT_CBPF, TCP_ZEROCOPY_RECEIVE), two because the kernel accepts and ignores them
 * (SO_BSDCOMPAT, TCP_THIN_DUPACK), one because it has never had it (IPV6_NEXTHOP), and one because a
 * call of its own answers it (SO_PEERNAME: `getpeername`). See socket(7), tcp(7), udp(7),
 * unix(7), ip(7) and ipv6(7).
 *
 * ```ts
 * import { sockopt, TCP_NODELAY } from '@netfd/syscall'
 * console.assert(sockopt.noDelay.optname === TCP_NODELAY && sockopt.noDelay.type === 'bool')
 * ```
 */
// A bundler may leave the table out of a program that sets no option.
export const sockopt: Table = /* @__PURE__ */ sockopts()
