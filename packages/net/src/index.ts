/**
 * TCP connections and listeners as Go's net has them.
 *
 * @mergeModuleWith <project>
 * @module
 */
export type { CallOptions, Deadline } from '@netfd/poll'
export type { Backend } from '@netfd/syscall'
export { backend } from '@netfd/syscall'
export type { TransferOptions } from './copy.js'
export type { CopyBothOptions, CopyEnd } from './copy-both.js'
export { copyBoth } from './copy-both.js'
export type { WebWritable } from './destination-web.js'
export type { Destination, Writer } from './destinations.js'
export type { Conns, DialCallOptions, DialerOptions } from './dial.js'
export { Dialer, dial, dialTCP, dialTimeout, dialUDP, dialUnix } from './dial.js'
export type { QueuedError } from './error-queue.js'
export type { DNSErrorInit, OpErrorExtra } from './errors.js'
export {
  AddrError,
  CanceledError,
  ControlTruncatedError,
  DeadlineExceededError,
  DNSError,
  InvalidAddrError,
  NetClosingError,
  NetError,
  OpError,
  ParseError,
  UnexpectedEOFError,
  UnknownNetworkError,
  WriteToConnectedError,
} from './errors.js'
export type { FileConns, FileListeners } from './file.js'
export { fileConn, fileListener, filePacketConn } from './file.js'
export { hook } from './hook.js'
export { joinHostPort, splitHostPort } from './ipsock.js'
export type { KeepAliveConfig, KeepAliveOptions } from './keep-alive.js'
export type {
  ListenCallOptions,
  Listeners,
  ListenOptions,
  PacketConns,
} from './listen.js'
export { ListenConfig, listen, listenTCP, listenUnix } from './listen.js'
export type { ListenFd } from './listen-fds.js'
export { listenFds } from './listen-fds.js'
export type { ListenPacketOptions } from './listen-packet.js'
export {
  listenMulticastUDP,
  listenPacket,
  listenUDP,
  listenUnixgram,
} from './listen-packet.js'
export type { Resolver } from './lookup.js'
export type { GroupOptions } from './multicast.js'
export type {
  Addr,
  Conn,
  Listener,
  Packet,
  PacketConn,
  Reader,
  StreamConn,
  TCPNetwork,
  UDPNetwork,
  UnixNetwork,
} from './net.js'
export { notify } from './notify.js'
export type { PacketBatchOptions } from './packet-batch.js'
export { PacketBatch } from './packet-batch.js'
export type { PacketInfo } from './packet-info.js'
export { packetInfo } from './packet-info.js'
export type { Piece } from './pieces.js'
export { pipe } from './pipe.js'
export type { RawListener } from './rawconn.js'
export { RawConn } from './rawconn.js'
export { resolveTCPAddr, resolveUDPAddr } from './resolve.js'
export type { ServeOptions } from './serve.js'
export { serve } from './serve.js'
export type { Control } from './sock.js'
export type { WebReadable, WebReader } from './source-web.js'
export type { Source } from './sources.js'
export type { PeekOptions } from './stream-conn.js'
export { TCPAddr } from './tcpaddr.js'
export { TCPConn } from './tcpconn.js'
export { TCPListener } from './tcplistener.js'
export type { ConnTrace, DialAttempt, DialResolve, DialTrace } from './trace.js'
export type { MTUDiscover, ReceiveInfoOptions } from './udp-options.js'
export { UDPAddr } from './udpaddr.js'
export { UDPConn } from './udpconn.js'
export type {
  PeerCred,
  ReceivedFds,
  ReceiveFdOptions,
  SendFdOptions,
  UnixMsg,
} from './unix-rights.js'
export { resolveUnixAddr, UnixAddr } from './unixaddr.js'
export { UnixConn } from './unixconn.js'
export { UnixgramConn } from './unixgramconn.js'
export { UnixListener } from './unixlistener.js'
export { UnixpacketConn } from './unixpacketconn.js'
