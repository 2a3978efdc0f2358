// @netfd/net/web: connections as streams of the web, and as sockets of WinterTC.

export type { Chunk } from './chunk.js'
export { connect } from './connect.js'
export type { Socket, SocketInfo } from './socket.js'
export { SocketError } from './socket-error.js'
export type { SecureTransport, SocketAddress, SocketOptions } from './socket-options.js'
export { readable, writable } from './streams.js'
export type { WebPair } from './to-web.js'
export { toWeb } from './to-web.js'
