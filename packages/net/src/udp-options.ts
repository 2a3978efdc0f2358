// Go: golang.org/x/net/ipv4 and ipv6, SetControlMessage. What a UDP socket tells of its packets, and the path's MTU.
import {
  AF_INET,
  AF_INET6,
  IP_MTU,
  IP_MTU_DISCOVER,
  IP_PKTINFO,
  IP_PMTUDISC_DO,
  IP_PMTUDISC_DONT,
  IP_PMTUDISC_PROBE,
  IP_PMTUDISC_WANT,
  IP_RECVERR,
  IP_RECVTOS,
  IP_RECVTTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MTU,
  IPV6_MTU_DISCOVER,
  IPV6_RECVERR,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
  SO_RXQ_OVFL,
  SO_TIMESTAMPNS,
  SOL_SOCKET,
} from '@netfd/syscall'
import { checkOptions, checkType } from './arguments.js'
import type { NetFD } from './fd.js'

/** What `receiveInfo` asks for: true or false for each, and what is left out stays as it is. */
export interface ReceiveInfoOptions {
  /** `dst`, `src` and `ifIndex`. IP_PKTINFO, IPV6_RECVPKTINFO. */
  dst?: boolean | undefined
  /** `tos`. IP_RECVTOS, IPV6_RECVTCLASS. */
  tos?: boolean | undefined
  /** `ttl`. IP_RECVTTL, IPV6_RECVHOPLIMIT. */
  ttl?: boolean | undefined
  /** `timestamp`. SO_TIMESTAMPNS. */
  timestamp?: boolean | undefined
  /** `drops`. SO_RXQ_OVFL. */
  drops?: boolean | undefined
}

/** How the path's MTU is found, see IP_MTU_DISCOVER in ip(7). */
export type MTUDiscover = 'dont' | 'want' | 'do' | 'probe'

const DISCOVER: Readonly<Record<MTUDiscover, number>> = {
  dont: IP_PMTUDISC_DONT,
  want: IP_PMTUDISC_WANT,
  do: IP_PMTUDISC_DO,
  probe: IP_PMTUDISC_PROBE,
}

/** The options of IPv4 and of IPv6 for one thing. */
interface Both {
  readonly ip: number
  readonly ipv6: number
}

/**
 * Sets an option for packets of IPv4 and IPv6. A socket of IPv6 that has IPv4 packets as well needs both, and
 * one that has none may refuse that of IPv4.
 */
export function setBoth(fd: NetFD, { ip, ipv6 }: Both, value: number | boolean): void {
  if (fd.family !== AF_INET) fd.setInt(IPPROTO_IPV6, ipv6, value)
  try {
    fd.setInt(IPPROTO_IP, ip, value)
  } catch (error) {
    if (fd.family === AF_INET) throw error
  }
}

const INFO = {
  dst: { ip: IP_PKTINFO, ipv6: IPV6_RECVPKTINFO },
  tos: { ip: IP_RECVTOS, ipv6: IPV6_RECVTCLASS },
  ttl: { ip: IP_RECVTTL, ipv6: IPV6_RECVHOPLIMIT },
} as const
const SOCKET_INFO = { timestamp: SO_TIMESTAMPNS, drops: SO_RXQ_OVFL } as const

/** Switches what each packet brings. */
export function receiveInfo(fd: NetFD, o: ReceiveInfoOptions): void {
  checkOptions('receiveInfo', o, [...Object.keys(INFO), ...Object.keys(SOCKET_INFO)])
  for (const [name, on] of Object.entries(o)) if (on !== undefined) checkType(name, on, 'boolean')
  for (const name of ['dst', 'tos', 'ttl'] as const) {
    const on = o[name]
    if (on !== undefined) setBoth(fd, INFO[name], on)
  }
  for (const name of ['timestamp', 'drops'] as const) {
    const on = o[name]
    if (on !== undefined) fd.setInt(SOL_SOCKET, SOCKET_INFO[name], on)
  }
}

/** Switches the error queue. */
export function setRecvErr(fd: NetFD, on: boolean): void {
  checkType('on', on, 'boolean')
  setBoth(fd, { ip: IP_RECVERR, ipv6: IPV6_RECVERR }, on)
}

/** Says how the path's MTU is found. */
export function setMTUDiscover(fd: NetFD, mode: MTUDiscover): void {
  if (!Object.hasOwn(DISCOVER, mode)) {
    throw new TypeError(`mode must be 'dont', 'want', 'do' or 'probe', got ${String(mode)}`)
  }
  setBoth(fd, { ip: IP_MTU_DISCOVER, ipv6: IPV6_MTU_DISCOVER }, DISCOVER[mode])
}

/** The MTU of the path to the peer. */
export function pathMTU(fd: NetFD): number {
  return fd.family === AF_INET6
    ? fd.getsockopt(IPPROTO_IPV6, IPV6_MTU)
    : fd.getsockopt(IPPROTO_IP, IP_MTU)
}
