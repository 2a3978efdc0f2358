// kafkajs, which wants a socket at once and is told when it is connected.
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { connect } from 'node:tls'
import type { DuplexConnectOptions } from './connector-options.js'
import { checkDuplexConnector } from './connector-options.js'
import { dialDuplex } from './duplex.js'
import { serverName } from './tls-over.js'

/** What kafkajs asks a socket factory for. */
export interface KafkaTarget {
  /** The broker. */
  host: string
  /** The port of the broker. */
  port: number
  /** Speaks TLS, with these options. */
  ssl?: ConnectionOptions | undefined
  /** Called once the connection is there, and TLS if there is any. */
  onConnect: () => void
}

/** As kafkajs's own factory has it, in ms. */
const KEEP_ALIVE_DELAY = 60_000

/**
 * The option `socketFactory` of kafkajs. It is a Duplex, in every runtime; TLS is spoken when the client's
 * `ssl` says so.
 *
 * ```ts no-run
 * import { kafkaSocketFactory } from '@netfd/net/node'
 * import { Kafka } from 'kafkajs'
 * const socketFactory = kafkaSocketFactory({ userTimeout: 20_000 })
 * const kafka = new Kafka({ brokers: ['kafka.internal:9092'], socketFactory })
 * await kafka.producer().connect()
 * ```
 *
 * A dial that fails is the client's connection error. Throws TypeError or RangeError for a wrong option, and
 * TypeError for the form `'socket'`.
 */
export function kafkaSocketFactory(o: DuplexConnectOptions = {}): (target: KafkaTarget) => Socket {
  checkDuplexConnector('kafkaSocketFactory', o)
  const options = { ...o }
  return ({ host, port, ssl, onConnect }) => {
    const duplex = dialDuplex({ ...options, host, port })
    // kafkajs's types say net.Socket; what it uses of one a NetDuplex has.
    const socket = duplex as unknown as Socket
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY)
    if (!ssl) return socket.once('connect', onConnect)
    return connect({ ...serverName(host), ...ssl, socket }, onConnect)
  }
}
