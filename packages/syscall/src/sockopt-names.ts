// The table of options as a constant.
import type { Table } from './sockopt-table.js'
import { sockopts } from './sockopt-table.js'

/**
 * The options of a TCP socket by name, for `setOption` and `getOption`: those of the socket and of TCP
 * under plain names, those of IPv4 with `ip`, those of IPv6 with `ipv6` in front. Those that only
 * datagram or raw sockets have are here too; the kernel refuses them, most often with ENOPROTOOPT.
 * Three are missing because their values are addresses of memory (SO_ATTACH_FILTER,
 * SO_ATTACH_REUSEPORT_CBPF, TCP_ZEROCOPY_RECEIVE), two because the kernel accepts and ignores them
 * (SO_BSDCOMPAT, TCP_THIN_DUPACK), one because it has never had it (IPV6_NEXTHOP), and one because a
 * call of its own answers it (SO_PEERNAME: `getpeername`). See socket(7), tcp(7), ip(7) and ipv6(7).
 *
 * ```ts
 * import { sockopt, TCP_NODELAY } from '@netfd/syscall'
 * console.assert(sockopt.noDelay.optname === TCP_NODELAY && sockopt.noDelay.type === 'bool')
 * ```
 */
// A bundler may leave the table out of a program that sets no option.
export const sockopt: Table = /* @__PURE__ */ sockopts()
