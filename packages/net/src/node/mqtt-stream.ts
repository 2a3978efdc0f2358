// mqtt, whose client takes a function that builds its stream.
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { connect } from 'node:tls'
import type { DuplexConnectOptions } from './connector-options.js'
import { checkDuplexConnector } from './connector-options.js'
import { dialDuplex } from './duplex.js'
import { targetOf } from './target.js'
import { serverName } from './tls-over.js'

/** What {@link mqttStream} takes beside the options of every connector. */
export interface MqttOptions extends DuplexConnectOptions {
  /** The broker. */
  host: string
  /** The port of the broker. */
  port: number
  /** Speaks TLS, with these options. */
  tls?: ConnectionOptions
}

/**
 * The first argument of mqtt's `new MqttClient`. The client writes at once, so it is a Duplex, in every
 * runtime. It is called again for each reconnection.
 *
 * ```ts no-run
 * import { mqttStream } from '@netfd/net/node'
 * import { MqttClient } from 'mqtt'
 * const stream = mqttStream({ host: 'broker.internal', port: 1883, userTimeout: 20_000 })
 * const client = new MqttClient(stream, { reconnectPeriod: 1_000 })
 * await client.publishAsync('lamp', 'on')
 * ```
 *
 * A dial that fails is the client's `'error'`, and so is a peer that is gone; then it reconnects. Throws
 * TypeError or RangeError for a wrong option, and TypeError for the form `'socket'`.
 */
export function mqttStream(o: MqttOptions): () => Duplex {
  checkDuplexConnector('mqttStream', o, 'host', 'port', 'tls')
  const { tls, host, port, ...options } = o
  const to = targetOf(port, host)
  return () => {
    const socket = dialDuplex({ ...options, ...to })
    return tls === undefined ? socket : connect({ ...serverName(to.host), ...tls, socket })
  }
}
