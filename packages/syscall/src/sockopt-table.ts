// Go: syscall/zerrors_linux_amd64.go, and Rust's socket2. The options of a socket, with what each holds.
import { constants } from './constants.js'
import { ipRows, ipv6Rows, mcastRows, udpRows } from './sockopt-ip-table.js'
import type { Sockopt } from './sockopt-row.js'
import { level, listener, readOnly, root, unsigned, writeOnly } from './sockopt-row.js'

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
    passPidFd: so('SO_PASSPIDFD', 'bool', 'flag'),
    passRights: so('SO_PASSRIGHTS', 'bool', 'flag'),
    passSec: so('SO_PASSSEC', 'bool', 'flag'),
    peerCred: so('SO_PEERCRED', 'bytes', 'struct', readOnly),
    peerGroups: so('SO_PEERGROUPS', 'bytes', 'struct', readOnly),
    peerPidFd: so('SO_PEERPIDFD', 'int', 'value', readOnly),
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

const table = () => ({
  ...socketRows(),
  ...queueRows(),
  ...tcpRows(),
  ...udpRows(),
  ...mcastRows(),
  ...ipRows(),
  ...ipv6Rows(),
})

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
