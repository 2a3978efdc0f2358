// Values for every option of the typed table: what a fresh TCP socket takes, and what it refuses.
import type { Sockopt, SockoptName } from '../src/index.js'
import { sockopt } from '../src/index.js'

/** What an option takes or refuses. Codes are those of a fresh TCP socket. */
interface Sample {
  /** Values that it takes, one after the other. */
  readonly values?: readonly unknown[]
  /** What it then reads as, where that is not the value. */
  readonly reads?: readonly unknown[]
  /** A value that fits its type and that the kernel refuses, for lack of the right kind of socket. */
  readonly refused?: { readonly value: unknown; readonly codes: readonly string[] }
  /** How it answers when asked, where that is a refusal. */
  readonly untold?: readonly string[]
  /** Kernels that are still in use lack it. */
  readonly recent?: true
}

const int = (...values: number[]): Sample => ({ values })
const struct = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
const refused = (value: unknown, ...codes: string[]): Sample => ({ refused: { value, codes } })

// ip_mreqn and its kin: longer than any of them.
const group = new Uint8Array(32)
// An extension header of IPv6 that holds nothing but padding.
const padding = struct(0, 0, 1, 4, 0, 0, 0, 0)
const notFilter = refused(0, 'EINVAL', 'EBADF', 'ENOENT')
const noMembers = refused(group, 'EINVAL', 'EPROTO', 'EADDRNOTAVAIL', 'ENOENT')
const noXfrm = refused(group, 'EINVAL', 'EOPNOTSUPP', 'ENOPROTOOPT')
const notTold = ['ENOPROTOOPT']

const flag: Sample = { values: [true, false, true] }
const mute: Sample = { refused: { value: true, codes: ['ENOPROTOOPT', 'EOPNOTSUPP', 'EINVAL'] } }

// Of another protocol than TCP.
const noUDP: Sample = {
  refused: { value: 1, codes: ['ENOPROTOOPT'] },
  untold: ['ENOPROTOOPT', 'EOPNOTSUPP'],
}
const noUDPFlag: Sample = { ...noUDP, refused: { value: true, codes: ['ENOPROTOOPT'] } }
const unixOnly: Sample = { ...mute, untold: ['ENOPROTOOPT', 'EOPNOTSUPP'] }

/** What is not a plain flag that can be switched on and off, nor only to be read. */
const particular: Partial<Record<SockoptName, Sample>> = {
  attachBPF: notFilter,
  attachReusePortEBPF: notFilter,
  bindToDevice: { values: ['lo', ''] },
  bindToIfIndex: int(1, 0),
  bufLock: int(1, 3, 0),
  busyPoll: int(50, 0),
  busyPollBudget: int(8),
  cnxAdvice: int(1),
  cookie: { recent: true },
  detachFilter: refused(0, 'ENOENT'),
  incomingCPU: int(0, 1),
  linger: {
    values: [
      { on: true, seconds: 3 },
      { on: true, seconds: 0 },
    ],
  },
  lockFilter: { values: [true] },
  mark: int(1, 2 ** 32 - 1, 0),
  maxPacingRate: int(1_000_000, 2 ** 31, 2 ** 32 - 1),
  netnsCookie: { recent: true },
  // Only sockets of the unix family have these since Linux 6.16; they were flags of every socket.
  passCred: { ...mute, untold: ['EOPNOTSUPP'] },
  passPidFd: unixOnly,
  passRights: unixOnly,
  passSec: { ...mute, untold: ['EOPNOTSUPP'] },
  peekOff: int(7, -1),
  peerGroups: { untold: ['ENODATA'] },
  peerPidFd: { untold: ['ENODATA', 'EOPNOTSUPP', 'ENOPROTOOPT'] },
  peerSec: { untold: ['ENOPROTOOPT'] },
  priority: int(6, 7, 0),
  rcvBuf: { values: [65_536], reads: [131_072] },
  rcvBufForce: int(65_536),
  rcvLowAt: int(2, 1),
  rcvMark: { ...flag, recent: true },
  rcvTimeout: { values: [1500, 0, 60_000] },
  // It needs memory accounting, which a control group may or may not have.
  reserveMem: { values: [4096], reads: [4096], recent: true },
  sndBuf: { values: [65_536], reads: [131_072] },
  sndBufForce: int(65_536),
  sndTimeout: { values: [1500, 0, 60_000] },
  timestamping: int(16, 0),
  txRehash: { values: [0, 1], recent: true },
  // CLOCK_MONOTONIC, which needs no right, and CLOCK_TAI.
  txTime: { values: [struct(1, 0, 0, 0, 0, 0, 0, 0), struct(11, 0, 0, 0, 0, 0, 0, 0)] },

  congestion: { values: ['reno'] },
  deferAccept: int(1, 3, 0),
  delackMax: { values: [100_000], recent: true },
  fastOpen: int(16, 0),
  fastOpenKey: { values: [new Uint8Array(16).fill(7), new Uint8Array(32).fill(9)] },
  isMPTCP: { recent: true },
  keepCount: int(1, 127),
  keepIdle: int(1, 32_767),
  keepInterval: int(1, 32_767),
  linger2: { values: [5, -1] },
  maxSeg: int(1000),
  md5Sig: refused(group, 'EINVAL', 'ENOPROTOOPT'),
  notSentLowAt: int(16_384, 2 ** 32 - 1),
  queueSeq: { ...refused(1, 'EINVAL', 'EPERM'), untold: ['EINVAL'] },
  repair: { values: [1, 0] },
  repairOptions: refused(padding, 'EINVAL', 'EPERM'),
  repairQueue: { ...refused(1, 'EPERM'), untold: ['EINVAL'] },
  repairWindow: { ...refused(new Uint8Array(20), 'EPERM'), untold: ['EPERM'] },
  rtoMax: { values: [60_000], recent: true },
  rtoMin: { values: [100_000], recent: true },
  saveSyn: int(1, 2, 0),
  synCount: int(1, 9),
  tcpTimestamp: refused(1, 'EPERM'),
  txDelay: int(1000, 0),
  udpCork: noUDPFlag,
  udpEncap: noUDP,
  udpGRO: noUDPFlag,
  udpNoCheck6Rx: noUDPFlag,
  udpNoCheck6Tx: noUDPFlag,
  udpSegment: noUDP,
  ulp: refused('none', 'ENOENT'),
  userTimeout: int(30_000, 0),
  windowClamp: int(65_536, 0),

  ipAddMembership: noMembers,
  ipAddSourceMembership: noMembers,
  ipBlockSource: noMembers,
  ipDropMembership: noMembers,
  ipDropSourceMembership: noMembers,
  ipHeaderIncluded: mute,
  ipIPsecPolicy: noXfrm,
  ipLocalPortRange: { values: [0x9c41_9c40, 0], recent: true },
  ipMSFilter: { ...refused(group, 'EINVAL'), untold: ['EINVAL', 'EADDRNOTAVAIL'] },
  ipMcastBlockSource: noMembers,
  ipMcastJoinGroup: noMembers,
  ipMcastJoinSourceGroup: noMembers,
  ipMcastLeaveGroup: noMembers,
  ipMcastLeaveSourceGroup: noMembers,
  ipMcastUnblockSource: noMembers,
  ipMinTTL: int(255, 0),
  ipMTU: { untold: ['ENOTCONN'] },
  ipMTUDiscover: int(2, 0, 1),
  ipMulticastIf: refused(group, 'EINVAL'),
  ipMulticastTTL: refused(2, 'EINVAL'),
  ipNoDefrag: mute,
  // Two no-operations, an end, and padding.
  ipOptions: { values: [struct(1, 1, 0, 0), struct()] },
  ipOriginalDst: { untold: ['ENOENT', 'ENOPROTOOPT', 'ENOTCONN'] },
  ipRecvFragSize: mute,
  ipRouterAlert: refused(1, 'EINVAL', 'ENOPROTOOPT'),
  // A TCP socket keeps the two ECN bits to itself.
  ipTOS: { values: [0x10, 0x13], reads: [0x10, 0x10] },
  ipTTL: int(1, 255),
  ipUnblockSource: noMembers,
  ipUnicastIf: { values: [struct(0, 0, 0, 1), struct(0, 0, 0, 0)] },
  ipXfrmPolicy: noXfrm,

  ipv6AddMembership: noMembers,
  ipv6AddrForm: { ...refused(2, 'ENOTCONN'), untold: ['ENOTCONN'] },
  // The kernel adds its defaults to what was asked for.
  ipv6AddrPreferences: { values: [2], reads: [0x402] },
  ipv6Checksum: { ...refused(2, 'ENOPROTOOPT'), untold: notTold },
  ipv6DropMembership: noMembers,
  ipv6DstOpts: { values: [padding] },
  ipv6HeaderIncluded: { ...mute, untold: notTold },
  ipv6HopOpts: { values: [padding] },
  ipv6IPsecPolicy: noXfrm,
  ipv6JoinAnycast: noMembers,
  ipv6LeaveAnycast: noMembers,
  ipv6MTU: { ...refused(100, 'EINVAL'), untold: ['ENOTCONN'] },
  ipv6MTUDiscover: int(2, 0, 1),
  ipv6McastBlockSource: noMembers,
  ipv6McastJoinGroup: noMembers,
  ipv6McastJoinSourceGroup: noMembers,
  ipv6McastLeaveGroup: noMembers,
  ipv6McastLeaveSourceGroup: noMembers,
  ipv6McastUnblockSource: noMembers,
  ipv6MinHopCount: int(255, 0),
  ipv6MulticastHops: refused(2, 'ENOPROTOOPT'),
  ipv6MulticastIf: refused(1, 'ENOPROTOOPT'),
  ipv6OriginalDst: { untold: ['ENOENT', 'ENOPROTOOPT', 'ENOTCONN'] },
  ipv6PktInfo: { values: [new Uint8Array(20)] },
  ipv6RouterAlert: refused(1, 'ENOPROTOOPT'),
  ipv6RtHdr: refused(padding, 'EINVAL', 'EPERM'),
  ipv6RtHdrDstOpts: { values: [padding] },
  ipv6TClass: { values: [0x10, 0x13], reads: [0x10, 0x10] },
  ipv6UnicastHops: int(1, 255),
  ipv6UnicastIf: { values: [struct(0, 0, 0, 1), struct(0, 0, 0, 0)] },
  ipv6XfrmPolicy: noXfrm,
}

/** An option and what is known about it. */
export interface Case extends Sample {
  readonly name: SockoptName
  readonly row: Sockopt
}

/** Every option, with what it takes; flags are switched, and what is only told is not set. */
export const cases: readonly Case[] = Object.entries<Sockopt>(sockopt).map(([key, row]) => {
  const name = key as SockoptName
  const usual = row.readOnly
    ? refused(readOnlyValue(row), 'ENOPROTOOPT', 'EINVAL')
    : row.type === 'bool'
      ? flag
      : {}
  const { values, ...rest } = { ...usual, ...particular[name] }
  // What is refused has no values, even where a flag usually has some.
  const taken = values === undefined || particular[name]?.refused !== undefined ? {} : { values }
  return { name, row, ...taken, ...rest }
})

function readOnlyValue(row: Sockopt): unknown {
  const values = { bool: true, int: 1, string: 'x', bytes: new Uint8Array(8) }
  return row.type in values ? values[row.type as keyof typeof values] : undefined
}
