// Linux: struct tcp_info of <linux/tcp.h>. What the kernel knows about a TCP connection.

/** The state of a TCP socket, as <netinet/tcp.h> names them without their TCP_. */
export type TCPState =
  | 'ESTABLISHED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'LISTEN'
  | 'CLOSING'
  | 'NEW_SYN_RECV'
  | 'UNKNOWN'

/**
 * What TCP_INFO tells about a connection: the names of struct tcp_info in camelCase without `tcpi_`.
 * A field that this kernel does not have is absent. Counters of 64 bits are rounded to a number. See
 * tcp(7) and <linux/tcp.h>.
 */
export interface TCPInfo {
  /** The state of the connection, such as `'ESTABLISHED'`. */
  readonly state: TCPState
  /** Congestion state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss. */
  readonly caState: number
  /** Retransmissions of the segment that waits for its acknowledgement now. */
  readonly retransmits: number
  /** Unanswered keep-alive or zero-window probes. */
  readonly probes: number
  /** How often the retransmission timeout was doubled. */
  readonly backoff: number
  /** The TCPI_OPT_ bits: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN, and newer ones. */
  readonly options: number
  /** The peer's window scale, a shift count. */
  readonly sndWscale: number
  /** Our window scale, a shift count. */
  readonly rcvWscale: number
  /** Whether the application, not the network, limited `deliveryRate`. */
  readonly deliveryRateAppLimited: boolean
  /** Why TCP Fast Open failed on the client: 0 unknown, 1 no cookie, 2 SYN lost, 3 data not taken. */
  readonly fastopenClientFail: number
  /** Retransmission timeout, in µs. */
  readonly rto: number
  /** Timeout of a delayed acknowledgement, in µs. */
  readonly ato: number
  /** The largest segment we send, in bytes. */
  readonly sndMss: number
  /** The largest segment received lately, in bytes. */
  readonly rcvMss: number
  /** Segments sent and not acknowledged; of a listener, connections waiting to be accepted. */
  readonly unacked: number
  /** Segments acknowledged selectively; of a listener, its backlog. */
  readonly sacked: number
  /** Segments thought to be lost. */
  readonly lost: number
  /** Segments retransmitted and not acknowledged. */
  readonly retrans: number
  /** Always 0 since Linux 4.15. */
  readonly fackets: number
  /** Since we last sent data, in ms. */
  readonly lastDataSent: number
  /** Never filled in by Linux. */
  readonly lastAckSent: number
  /** Since data last came, in ms. */
  readonly lastDataRecv: number
  /** Since an acknowledgement last came, in ms. */
  readonly lastAckRecv: number
  /** Path MTU, in bytes. */
  readonly pmtu: number
  /** Slow start threshold of the receive window, in bytes. */
  readonly rcvSsthresh: number
  /** Smoothed round-trip time, in µs. */
  readonly rtt: number
  /** Mean deviation of the round-trip time, in µs. */
  readonly rttvar: number
  /** Slow start threshold, in segments. */
  readonly sndSsthresh: number
  /** Congestion window, in segments. */
  readonly sndCwnd: number
  /** The segment size we advertised, in bytes. */
  readonly advmss: number
  /** How far segments may be out of order before they count as lost. */
  readonly reordering: number
  /** Round-trip time as the receiver sees it, in µs. */
  readonly rcvRtt: number
  /** Space the receive queue needs for one round trip, in bytes. */
  readonly rcvSpace: number
  /** Segments retransmitted since the connection was made. */
  readonly totalRetrans: number
  /** Rate at which segments are paced, in bytes a second. */
  readonly pacingRate?: number
  /** Upper limit of that rate, in bytes a second; about 1.8e19 when there is none. */
  readonly maxPacingRate?: number
  /** Bytes that the peer has acknowledged. Of the end that dialed, its SYN counts as one; so does a FIN. */
  readonly bytesAcked?: number
  /** Bytes received in order; a FIN counts as one. */
  readonly bytesReceived?: number
  /** Segments sent, those without data and retransmissions included. */
  readonly segsOut?: number
  /** Segments received, those without data included. */
  readonly segsIn?: number
  /** Bytes in the send queue that were not sent yet. */
  readonly notsentBytes?: number
  /** Smallest round-trip time lately, in µs. */
  readonly minRtt?: number
  /** Segments received with data. */
  readonly dataSegsIn?: number
  /** Segments sent with data. */
  readonly dataSegsOut?: number
  /** Rate at which data was delivered lately, in bytes a second. */
  readonly deliveryRate?: number
  /** Time spent with data to send, in µs. */
  readonly busyTime?: number
  /** Part of it that the peer's window held us back, in µs. */
  readonly rwndLimited?: number
  /** Part of it that our send buffer held us back, in µs. */
  readonly sndbufLimited?: number
  /** Segments delivered, retransmissions included. */
  readonly delivered?: number
  /** Of these, segments whose acknowledgement carried an ECN mark. */
  readonly deliveredCe?: number
  /** Bytes sent, retransmissions included. */
  readonly bytesSent?: number
  /** Bytes retransmitted. */
  readonly bytesRetrans?: number
  /** Duplicates that the peer reported (DSACK). */
  readonly dsackDups?: number
  /** How often segments were seen out of order. */
  readonly reordSeen?: number
  /** Segments received out of order. */
  readonly rcvOoopack?: number
  /** The window the peer advertises, in bytes. */
  readonly sndWnd?: number
  /** The window we advertise, in bytes. */
  readonly rcvWnd?: number
  /** How often the flow's hash was changed for another path. */
  readonly rehash?: number
  /** Retransmission timeouts that fired. */
  readonly totalRto?: number
  /** How often the connection recovered from such timeouts. */
  readonly totalRtoRecoveries?: number
  /** Time spent in these recoveries, in ms. */
  readonly totalRtoTime?: number
  /** Segments received with an ECN mark. */
  readonly receivedCe?: number
  /** Bytes delivered as ECT(1), by accurate ECN. */
  readonly deliveredE1Bytes?: number
  /** Bytes delivered as ECT(0), by accurate ECN. */
  readonly deliveredE0Bytes?: number
  /** Bytes delivered with a mark, by accurate ECN. */
  readonly deliveredCeBytes?: number
  /** Bytes received as ECT(1). */
  readonly receivedE1Bytes?: number
  /** Bytes received as ECT(0). */
  readonly receivedE0Bytes?: number
  /** Bytes received with a mark. */
  readonly receivedCeBytes?: number
}

type FieldType = 'state' | 'low4' | 'high4' | 'bit0' | 'bits12' | 'u8' | 'u16' | 'u32' | 'u64'

// Where each field lies. The kernel only ever appends, so these hold for all versions. What follows at
// 276 is left out: its four bytes changed their meaning between two releases.
// biome-ignore format: a table reads better packed.
const fields: readonly (readonly [name: keyof TCPInfo, offset: number, type: FieldType])[] = [
  ['state', 0, 'state'], ['caState', 1, 'u8'], ['retransmits', 2, 'u8'], ['probes', 3, 'u8'],
  ['backoff', 4, 'u8'], ['options', 5, 'u8'], ['sndWscale', 6, 'low4'], ['rcvWscale', 6, 'high4'],
  ['deliveryRateAppLimited', 7, 'bit0'], ['fastopenClientFail', 7, 'bits12'],
  ['rto', 8, 'u32'], ['ato', 12, 'u32'], ['sndMss', 16, 'u32'], ['rcvMss', 20, 'u32'],
  ['unacked', 24, 'u32'], ['sacked', 28, 'u32'], ['lost', 32, 'u32'], ['retrans', 36, 'u32'],
  ['fackets', 40, 'u32'], ['lastDataSent', 44, 'u32'], ['lastAckSent', 48, 'u32'],
  ['lastDataRecv', 52, 'u32'], ['lastAckRecv', 56, 'u32'], ['pmtu', 60, 'u32'],
  ['rcvSsthresh', 64, 'u32'], ['rtt', 68, 'u32'], ['rttvar', 72, 'u32'], ['sndSsthresh', 76, 'u32'],
  ['sndCwnd', 80, 'u32'], ['advmss', 84, 'u32'], ['reordering', 88, 'u32'], ['rcvRtt', 92, 'u32'],
  ['rcvSpace', 96, 'u32'], ['totalRetrans', 100, 'u32'],
  ['pacingRate', 104, 'u64'], ['maxPacingRate', 112, 'u64'], ['bytesAcked', 120, 'u64'],
  ['bytesReceived', 128, 'u64'], ['segsOut', 136, 'u32'], ['segsIn', 140, 'u32'],
  ['notsentBytes', 144, 'u32'], ['minRtt', 148, 'u32'], ['dataSegsIn', 152, 'u32'],
  ['dataSegsOut', 156, 'u32'], ['deliveryRate', 160, 'u64'], ['busyTime', 168, 'u64'],
  ['rwndLimited', 176, 'u64'], ['sndbufLimited', 184, 'u64'], ['delivered', 192, 'u32'],
  ['deliveredCe', 196, 'u32'], ['bytesSent', 200, 'u64'], ['bytesRetrans', 208, 'u64'],
  ['dsackDups', 216, 'u32'], ['reordSeen', 220, 'u32'], ['rcvOoopack', 224, 'u32'],
  ['sndWnd', 228, 'u32'], ['rcvWnd', 232, 'u32'], ['rehash', 236, 'u32'], ['totalRto', 240, 'u16'],
  ['totalRtoRecoveries', 242, 'u16'], ['totalRtoTime', 244, 'u32'], ['receivedCe', 248, 'u32'],
  ['deliveredE1Bytes', 252, 'u32'], ['deliveredE0Bytes', 256, 'u32'],
  ['deliveredCeBytes', 260, 'u32'], ['receivedE1Bytes', 264, 'u32'],
  ['receivedE0Bytes', 268, 'u32'], ['receivedCeBytes', 272, 'u32'],
]

// biome-ignore format: a list of names reads better packed.
const states: readonly TCPState[] = [
  'UNKNOWN', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE',
  'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'NEW_SYN_RECV',
]

// The struct as every kernel has it; what came later is optional in TCPInfo.
const LEAST = 104

const sizes: Partial<Record<FieldType, number>> = { u16: 2, u32: 4, u64: 8 }

// Both CPUs that netfd runs on are little-endian, bit fields included.
const little = true

function read(view: DataView, offset: number, type: FieldType): TCPState | number | boolean {
  if (type === 'u16') return view.getUint16(offset, little)
  if (type === 'u32') return view.getUint32(offset, little)
  if (type === 'u64') return Number(view.getBigUint64(offset, little))
  const byte = view.getUint8(offset)
  if (type === 'state') return states[byte] ?? 'UNKNOWN'
  if (type === 'low4') return byte & 15
  if (type === 'high4') return byte >> 4
  if (type === 'bit0') return (byte & 1) === 1
  if (type === 'bits12') return (byte >> 1) & 3
  return byte
}

/**
 * Reads a struct tcp_info as getsockopt(2) with TCP_INFO returns it. Fields that do not lie wholly
 * inside `bytes` are left out; fewer than the 104 bytes that every kernel has throw RangeError.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const fd = sys.socket(sys.AF_INET, sys.SOCK_STREAM)
 * const bytes = sys.getsockoptBytes(fd, sys.IPPROTO_TCP, sys.TCP_INFO, 512)
 * console.assert(sys.decodeTCPInfo(bytes).state === 'CLOSE')
 * sys.close(fd)
 * ```
 */
export function decodeTCPInfo(bytes: Uint8Array): TCPInfo {
  if (bytes.length < LEAST) {
    throw new RangeError(`a struct tcp_info has ${LEAST} bytes at least, not ${bytes.length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const info: Partial<Record<keyof TCPInfo, TCPState | number | boolean>> = {}
  for (const [name, offset, type] of fields) {
    if (offset + (sizes[type] ?? 1) <= bytes.length) info[name] = read(view, offset, type)
  }
  return info as TCPInfo
}
