// @netfd/net/node: connections for what is written for the sockets and streams of Node.
export { dialDuplex, toDuplex } from './duplex.js'
export { NetDuplex } from './net-duplex.js'
export type { ConnectOptions, DuplexOptions, Form, TuneOptions } from './options.js'
export type { SocketAddress } from './socket-ends.js'
export type { KeepAliveSettings } from './socket-flags.js'
export type { ConnectTo } from './target.js'
