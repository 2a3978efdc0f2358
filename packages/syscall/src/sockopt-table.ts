// Go: syscall/zerrors_linux_amd64.go, and Rust's socket2. The options of a socket, with what each holds.
import type { ConstantName } from './constants.js'
import { constants } from './constants.js'

/** How an option's value is written in JavaScript; `SockoptValue` turns it into a type. */
export type SockoptType = 'bool' | 'int' | 'linger' | 'timeval' | 'string' | 'bytes' | 'tcp_info'

/** What an option's number counts: `'bits'` are flags to combine, `'value'` is one of a few names. */
export type SockoptUnit =
  | 'flag'
  | 'ms'
  | 's'
  | 'us'
  | 'bytes'
  | 'bytes/s'
  | 'packets'
  | 'hops'
  | 'count'
  | 'index'
  | 'bits'
  | 'value'
  | 'name'
  | 'struct'

/** What is special about an option. */
export interface SockoptFlags {
  /** The kernel only tells it; setting it is ENOPROTOOPT. */
  readonly readOnly?: true
  /** The kernel only takes it; asking for it is ENOPROTOOPT. */
  readonly writeOnly?: true
  /** Needs a capability such as CAP_NET_ADMIN for some or all values: else EPERM, of SO_DEBUG EACCES. */
  readonly root?: true
  /** Means something on a listener, or on a socket that is about to listen. */
  readonly listener?: true
  /** The 32 bits of an int are a number from 0 to 2^32 - 1. */
  readonly unsigned?: true
  /** How many bytes to ask for when the value is read as bytes, for calls that want it exact. */
  readonly length?: number
}

/** One socket option: its C name, its numbers on this system, and what its value is. */
export interface Sockopt<T extends SockoptType = SockoptType> extends SockoptFlags {
  /** The name in C, such as `'TCP_NODELAY'`. */
  readonly name: ConstantName
  /** The level, such as `IPPROTO_TCP`. */
  readonly level: number
  /** The number of the option at that level. */
  readonly optname: number
  /** How the value is written in JavaScript. */
  readonly type: T
  /** What the value counts. */
  readonly unit: SockoptUnit
}

type Row<T extends SockoptType, F> = Sockopt<T> & Readonly<F>

/** Makes the rows of one level. */
const level =
  (number: number) =>
  <T extends SockoptType, const F extends SockoptFlags = Record<never, never>>(
    name: ConstantName,
    type: T,
    unit: SockoptUnit,
    flags?: F,
  ): Row<T, F> =>
    ({ name, level: number, optname: constants[name], type, unit, ...flags }) as Row<T, F>

const readOnly = { readOnly: true } as const
const writeOnly = { writeOnly: true } as const
const root = { root: true } as const
const listener = { listener: true } as const
const unsigned = { unsigned: true } as const

function socketRows() {
  const so = level(constants.SOL_SOCKET)
  return {
    acceptConn: so('SO_ACCEPTCONN', 'bool', 'flag', readOnly),
    attachBPF: so('SO_ATTACH_BPF', 'int', 'value', writeOnly),
    attachReusePortEBPF: so('SO_ATTACH_REUSEPORT_EBPF', 'int', 'value', writeOnly),
    bindToDevice: so('SO_BINDTODEVICE', 'string', 'name', root),
    bindToIfIndex: so('SO_BINDTOIFINDEX', 'int', 'index', root),
    broadcast: so('SO_BROADCAST', 'bool', 'flag'),
    busyPoll: so('SO_BUSY_POLL', 'int', 'us', root),
    busyPollBudget: so('SO_BUSY_POLL_BUDGET', 'int', 'packets', { ...root, ...writeOnly }),
    cnxAdvice: so('SO_CNX_ADVICE', 'int', 'value', writeOnly),
    cookie: so('SO_COOKIE', 'bytes', 'struct', { ...readOnly, length: 8 }),
    debug: so('SO_DEBUG', 'bool', 'flag', root),
    detachFilter: so('SO_DETACH_FILTER', 'int', 'value', writeOnly),
    domain: so('SO_DOMAIN', 'int', 'value', readOnly),
    dontRoute: so('SO_DONTROUTE', 'bool', 'flag'),
    error: so('SO_ERROR', 'int', 'value', readOnly),
    incomingCPU: so('SO_INCOMING_CPU', 'int', 'index'),
    incomingNapiID: so('SO_INCOMING_NAPI_ID', 'int', 'index', { ...readOnly, ...unsigned }),
    keepAlive: so('SO_KEEPALIVE', 'bool', 'flag'),
    linger: so('SO_LINGER', 'linger', 's'),
    lockFilter: so('SO_LOCK_FILTER', 'bool', 'flag'),
    mark: so('SO_MARK', 'int', 'value', { ...root, ...unsigned }),
    maxPacingRate: so('SO_MAX_PACING_RATE', 'int', 'bytes/s', unsigned),
    netnsCookie: so('SO_NETNS_COOKIE', 'bytes', 'struct', { ...readOnly, length: 8 }),
    noCheck: so('SO_NO_CHECK', 'bool', 'flag'),
    noFCS: so('SO_NOFCS', 'bool', 'flag'),
    passCred: so('SO_PASSCRED', 'bool', 'flag'),
    passSec: so('SO_PASSSEC', 'bool', 'flag'),
    peerCred: so('SO_PEERCRED', 'bytes', 'struct', readOnly),
    peerGroups: so('SO_PEERGROUPS', 'bytes', 'struct', readOnly),
    peerSec: so('SO_PEERSEC', 'string', 'name', readOnly),
    preferBusyPoll: so('SO_PREFER_BUSY_POLL', 'bool', 'flag', root),
    priority: so('SO_PRIORITY', 'int', 'value', root),
    protocol: so('SO_PROTOCOL', 'int', 'value', readOnly),
    rcvMark: so('SO_RCVMARK', 'bool', 'flag'),
    rcvTimeout: so('SO_RCVTIMEO', 'timeval', 'ms'),
    reuseAddr: so('SO_REUSEADDR', 'bool', 'flag'),
    reusePort: so('SO_REUSEPORT', 'bool', 'flag'),
    selectErrQueue: so('SO_SELECT_ERR_QUEUE', 'bool', 'flag'),
    sndTimeout: so('SO_SNDTIMEO', 'timeval', 'ms'),
    timestamp: so('SO_TIMESTAMP', 'bool', 'flag'),
    timestamping: so('SO_TIMESTAMPING', 'int', 'bits'),
    timestampNS: so('SO_TIMESTAMPNS', 'bool', 'flag'),
    txRehash: so('SO_TXREHASH', 'int', 'value'),
    txTime: so('SO_TXTIME', 'bytes', 'struct', root),
    type: so('SO_TYPE', 'int', 'value', readOnly),
    wifiStatus: so('SO_WIFI_STATUS', 'bool', 'flag'),
    zeroCopy: so('SO_ZEROCOPY', 'bool', 'flag'),
  }
}

/** Those of the two queues. */
function queueRows() {
  const so = level(constants.SOL_SOCKET)
  return {
    bufLock: so('SO_BUF_LOCK', 'int', 'bits'),
    memInfo: so('SO_MEMINFO', 'bytes', 'struct', readOnly),
    oobInline: so('SO_OOBINLINE', 'bool', 'flag'),
    peekOff: so('SO_PEEK_OFF', 'int', 'bytes'),
    rcvBuf: so('SO_RCVBUF', 'int', 'bytes'),
    rcvBufForce: so('SO_RCVBUFFORCE', 'int', 'bytes', { ...root, ...writeOnly }),
    rcvLowAt: so('SO_RCVLOWAT', 'int', 'bytes'),
    reserveMem: so('SO_RESERVE_MEM', 'int', 'bytes'),
    rxqOverflow: so('SO_RXQ_OVFL', 'bool', 'flag'),
    sndBuf: so('SO_SNDBUF', 'int', 'bytes'),
    sndBufForce: so('SO_SNDBUFFORCE', 'int', 'bytes', { ...root, ...writeOnly }),
    sndLowAt: so('SO_SNDLOWAT', 'int', 'bytes', readOnly),
  }
}

function tcpRows() {
  const tcp = level(constants.IPPROTO_TCP)
  return {
    ccInfo: tcp('TCP_CC_INFO', 'bytes', 'struct', readOnly),
    congestion: tcp('TCP_CONGESTION', 'string', 'name'),
    cork: tcp('TCP_CORK', 'bool', 'flag'),
    deferAccept: tcp('TCP_DEFER_ACCEPT', 'int', 's', listener),
    delackMax: tcp('TCP_DELACK_MAX_US', 'int', 'us'),
    fastOpen: tcp('TCP_FASTOPEN', 'int', 'count', listener),
    fastOpenConnect: tcp('TCP_FASTOPEN_CONNECT', 'bool', 'flag'),
    fastOpenKey: tcp('TCP_FASTOPEN_KEY', 'bytes', 'struct', listener),
    fastOpenNoCookie: tcp('TCP_FASTOPEN_NO_COOKIE', 'bool', 'flag'),
    info: tcp('TCP_INFO', 'tcp_info', 'struct', readOnly),
    inq: tcp('TCP_INQ', 'bool', 'flag'),
    isMPTCP: tcp('TCP_IS_MPTCP', 'bool', 'flag', readOnly),
    keepCount: tcp('TCP_KEEPCNT', 'int', 'count'),
    keepIdle: tcp('TCP_KEEPIDLE', 'int', 's'),
    keepInterval: tcp('TCP_KEEPINTVL', 'int', 's'),
    linger2: tcp('TCP_LINGER2', 'int', 's'),
    maxSeg: tcp('TCP_MAXSEG', 'int', 'bytes'),
    md5Sig: tcp('TCP_MD5SIG', 'bytes', 'struct', writeOnly),
    noDelay: tcp('TCP_NODELAY', 'bool', 'flag'),
    notSentLowAt: tcp('TCP_NOTSENT_LOWAT', 'int', 'bytes', unsigned),
    queueSeq: tcp('TCP_QUEUE_SEQ', 'int', 'value', { ...root, ...unsigned }),
    quickAck: tcp('TCP_QUICKACK', 'bool', 'flag'),
    repair: tcp('TCP_REPAIR', 'int', 'value', root),
    repairOptions: tcp('TCP_REPAIR_OPTIONS', 'bytes', 'struct', { ...root, ...writeOnly }),
    repairQueue: tcp('TCP_REPAIR_QUEUE', 'int', 'value', root),
    repairWindow: tcp('TCP_REPAIR_WINDOW', 'bytes', 'struct', { ...root, length: 20 }),
    rtoMax: tcp('TCP_RTO_MAX_MS', 'int', 'ms'),
    rtoMin: tcp('TCP_RTO_MIN_US', 'int', 'us'),
    saveSyn: tcp('TCP_SAVE_SYN', 'int', 'value', listener),
    savedSyn: tcp('TCP_SAVED_SYN', 'bytes', 'struct', readOnly),
    synCount: tcp('TCP_SYNCNT', 'int', 'count'),
    tcpTimestamp: tcp('TCP_TIMESTAMP', 'int', 'value', { ...root, ...unsigned }),
    thinLinearTimeouts: tcp('TCP_THIN_LINEAR_TIMEOUTS', 'bool', 'flag'),
    txDelay: tcp('TCP_TX_DELAY', 'int', 'us'),
    ulp: tcp('TCP_ULP', 'string', 'name'),
    userTimeout: tcp('TCP_USER_TIMEOUT', 'int', 'ms'),
    windowClamp: tcp('TCP_WINDOW_CLAMP', 'int', 'bytes'),
  }
}

function ipRows() {
  const ip = level(constants.IPPROTO_IP)
  return {
    ipAddMembership: ip('IP_ADD_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipAddSourceMembership: ip('IP_ADD_SOURCE_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipBindAddressNoPort: ip('IP_BIND_ADDRESS_NO_PORT', 'bool', 'flag'),
    ipBlockSource: ip('IP_BLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipChecksum: ip('IP_CHECKSUM', 'bool', 'flag'),
    ipDropMembership: ip('IP_DROP_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipDropSourceMembership: ip('IP_DROP_SOURCE_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipFreeBind: ip('IP_FREEBIND', 'bool', 'flag'),
    ipHeaderIncluded: ip('IP_HDRINCL', 'bool', 'flag'),
    ipIPsecPolicy: ip('IP_IPSEC_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipLocalPortRange: ip('IP_LOCAL_PORT_RANGE', 'int', 'value', unsigned),
    ipMinTTL: ip('IP_MINTTL', 'int', 'hops'),
    ipMSFilter: ip('IP_MSFILTER', 'bytes', 'struct', writeOnly),
    ipMTU: ip('IP_MTU', 'int', 'bytes', readOnly),
    ipMTUDiscover: ip('IP_MTU_DISCOVER', 'int', 'value'),
    ipMulticastAll: ip('IP_MULTICAST_ALL', 'bool', 'flag'),
    ipMulticastIf: ip('IP_MULTICAST_IF', 'bytes', 'struct'),
    ipMulticastLoop: ip('IP_MULTICAST_LOOP', 'bool', 'flag'),
    ipMulticastTTL: ip('IP_MULTICAST_TTL', 'int', 'hops'),
    ipNoDefrag: ip('IP_NODEFRAG', 'bool', 'flag'),
    ipOptions: ip('IP_OPTIONS', 'bytes', 'struct'),
    ipOriginalDst: ip('SO_ORIGINAL_DST', 'bytes', 'struct', { ...readOnly, length: 16 }),
    ipPassSec: ip('IP_PASSSEC', 'bool', 'flag'),
    ipPktInfo: ip('IP_PKTINFO', 'bool', 'flag'),
    ipPktOptions: ip('IP_PKTOPTIONS', 'bytes', 'struct', readOnly),
    ipRecvErr: ip('IP_RECVERR', 'bool', 'flag'),
    ipRecvErrRFC4884: ip('IP_RECVERR_RFC4884', 'bool', 'flag'),
    ipRecvFragSize: ip('IP_RECVFRAGSIZE', 'bool', 'flag'),
    ipRecvOpts: ip('IP_RECVOPTS', 'bool', 'flag'),
    ipRecvOrigDstAddr: ip('IP_RECVORIGDSTADDR', 'bool', 'flag'),
    ipRecvTOS: ip('IP_RECVTOS', 'bool', 'flag'),
    ipRecvTTL: ip('IP_RECVTTL', 'bool', 'flag'),
    ipRetOpts: ip('IP_RETOPTS', 'bool', 'flag'),
    ipRouterAlert: ip('IP_ROUTER_ALERT', 'int', 'value'),
    ipTOS: ip('IP_TOS', 'int', 'bits'),
    ipTransparent: ip('IP_TRANSPARENT', 'bool', 'flag', root),
    ipTTL: ip('IP_TTL', 'int', 'hops'),
    ipUnblockSource: ip('IP_UNBLOCK_SOURCE', 'bytes', 'struct', writeOnly),
    ipUnicastIf: ip('IP_UNICAST_IF', 'bytes', 'index', { length: 4 }),
    ipXfrmPolicy: ip('IP_XFRM_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
  }
}

function ipv6Rows() {
  const ipv6 = level(constants.IPPROTO_IPV6)
  return {
    ipv6AddMembership: ipv6('IPV6_ADD_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipv6AddrForm: ipv6('IPV6_ADDRFORM', 'int', 'value'),
    ipv6AddrPreferences: ipv6('IPV6_ADDR_PREFERENCES', 'int', 'bits'),
    ipv6AutoFlowLabel: ipv6('IPV6_AUTOFLOWLABEL', 'bool', 'flag'),
    ipv6Checksum: ipv6('IPV6_CHECKSUM', 'int', 'bytes'),
    ipv6DontFrag: ipv6('IPV6_DONTFRAG', 'bool', 'flag'),
    ipv6DropMembership: ipv6('IPV6_DROP_MEMBERSHIP', 'bytes', 'struct', writeOnly),
    ipv6DstOpts: ipv6('IPV6_DSTOPTS', 'bytes', 'struct', root),
    ipv6FlowInfoSend: ipv6('IPV6_FLOWINFO_SEND', 'bool', 'flag'),
    ipv6FreeBind: ipv6('IPV6_FREEBIND', 'bool', 'flag'),
    ipv6HeaderIncluded: ipv6('IPV6_HDRINCL', 'bool', 'flag'),
    ipv6HopOpts: ipv6('IPV6_HOPOPTS', 'bytes', 'struct', root),
    ipv6IPsecPolicy: ipv6('IPV6_IPSEC_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipv6JoinAnycast: ipv6('IPV6_JOIN_ANYCAST', 'bytes', 'struct', { ...root, ...writeOnly }),
    ipv6LeaveAnycast: ipv6('IPV6_LEAVE_ANYCAST', 'bytes', 'struct', writeOnly),
    ipv6MinHopCount: ipv6('IPV6_MINHOPCOUNT', 'int', 'hops'),
    ipv6MTU: ipv6('IPV6_MTU', 'int', 'bytes'),
    ipv6MTUDiscover: ipv6('IPV6_MTU_DISCOVER', 'int', 'value'),
    ipv6MulticastAll: ipv6('IPV6_MULTICAST_ALL', 'bool', 'flag'),
    ipv6MulticastHops: ipv6('IPV6_MULTICAST_HOPS', 'int', 'hops'),
    ipv6MulticastIf: ipv6('IPV6_MULTICAST_IF', 'int', 'index'),
    ipv6MulticastLoop: ipv6('IPV6_MULTICAST_LOOP', 'bool', 'flag'),
    ipv6Only: ipv6('IPV6_V6ONLY', 'bool', 'flag'),
    ipv6OriginalDst: ipv6('IP6T_SO_ORIGINAL_DST', 'bytes', 'struct', { ...readOnly, length: 28 }),
    ipv6PktInfo: ipv6('IPV6_PKTINFO', 'bytes', 'struct', writeOnly),
    ipv6RecvDstOpts: ipv6('IPV6_RECVDSTOPTS', 'bool', 'flag'),
    ipv6RecvErr: ipv6('IPV6_RECVERR', 'bool', 'flag'),
    ipv6RecvErrRFC4884: ipv6('IPV6_RECVERR_RFC4884', 'bool', 'flag'),
    ipv6RecvFragSize: ipv6('IPV6_RECVFRAGSIZE', 'bool', 'flag'),
    ipv6RecvHopLimit: ipv6('IPV6_RECVHOPLIMIT', 'bool', 'flag'),
    ipv6RecvHopOpts: ipv6('IPV6_RECVHOPOPTS', 'bool', 'flag'),
    ipv6RecvOrigDstAddr: ipv6('IPV6_RECVORIGDSTADDR', 'bool', 'flag'),
    ipv6RecvPathMTU: ipv6('IPV6_RECVPATHMTU', 'bool', 'flag'),
    ipv6RecvPktInfo: ipv6('IPV6_RECVPKTINFO', 'bool', 'flag'),
    ipv6RecvRtHdr: ipv6('IPV6_RECVRTHDR', 'bool', 'flag'),
    ipv6RecvTClass: ipv6('IPV6_RECVTCLASS', 'bool', 'flag'),
    ipv6RouterAlert: ipv6('IPV6_ROUTER_ALERT', 'int', 'value'),
    ipv6RtHdr: ipv6('IPV6_RTHDR', 'bytes', 'struct'),
    ipv6RtHdrDstOpts: ipv6('IPV6_RTHDRDSTOPTS', 'bytes', 'struct', root),
    ipv6TClass: ipv6('IPV6_TCLASS', 'int', 'bits'),
    ipv6Transparent: ipv6('IPV6_TRANSPARENT', 'bool', 'flag', root),
    ipv6UnicastHops: ipv6('IPV6_UNICAST_HOPS', 'int', 'hops'),
    ipv6UnicastIf: ipv6('IPV6_UNICAST_IF', 'bytes', 'index', { length: 4 }),
    ipv6XfrmPolicy: ipv6('IPV6_XFRM_POLICY', 'bytes', 'struct', { ...root, ...writeOnly }),
  }
}

const table = () => ({ ...socketRows(), ...queueRows(), ...tcpRows(), ...ipRows(), ...ipv6Rows() })

/** The options by name, as `sockopt` has them. */
export type Table = Readonly<ReturnType<typeof table>>

let made: Table | undefined

/** The table, made when an option is first named: it is a twentieth of what @netfd/net costs to load. */
export function sockopts(): Table {
  made ??= table()
  return made
}

/** The name of an option in `sockopt`, such as `'noDelay'`. */
export type SockoptName = keyof Table

/** The names of the options without this flag. */
type Without<Flag extends 'readOnly' | 'writeOnly'> = {
  [N in SockoptName]: Table[N] extends Record<Flag, true> ? never : N
}[SockoptName]

/** What `setOption` takes: the name of an option that can be set, or a row, of `sockopt` or your own. */
export type SettableSockopt = Without<'readOnly'> | Sockopt

/** What `getOption` takes: the name of an option that can be read, or a row, of `sockopt` or your own. */
export type GettableSockopt = Without<'writeOnly'> | Sockopt

/** The type of a row, or of the row that a name stands for. */
export type SockoptTypeOf<O extends SockoptName | Sockopt> =
  (O extends SockoptName ? Table[O] : O) extends Sockopt<infer T> ? T : never
