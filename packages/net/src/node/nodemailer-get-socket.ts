// nodemailer, whose transport asks for the socket of each connection.
import type { Socket } from 'node:net'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import type { ConnectOptions } from './options.js'

/** What nodemailer asks for: its transport's options. */
export interface NodemailerTarget {
  /** The server; `'localhost'` when left out. */
  host?: string | undefined
  /** Its port; 587 when left out, or 465 over TLS. */
  port?: number | string | undefined
  /** Whether nodemailer speaks TLS from the start. */
  secure?: boolean | undefined
}

/** How a socket is answered to nodemailer. */
export type NodemailerCallback = (error: Error | null, options: { connection: Socket }) => void

/** Submission, and submission over TLS. */
const PORT = 587
const SECURE_PORT = 465

/**
 * The option `getSocket` of nodemailer's SMTP transports, pooled or not. TLS and STARTTLS are nodemailer's,
 * as ever.
 *
 * ```ts no-run
 * import { nodemailerGetSocket } from '@netfd/net/node'
 * import { createTransport } from 'nodemailer'
 * const getSocket = nodemailerGetSocket({ userTimeout: 20_000 })
 * const transport = createTransport({ host: 'mail.internal', port: 587, getSocket })
 * await transport.sendMail({ from: 'a@internal', to: 'b@internal', subject: 'Hello', text: 'Hello' })
 * ```
 *
 * A dial that fails rejects the mail with its error, and so does a peer that is gone. Throws TypeError or
 * RangeError for a wrong option.
 */
export function nodemailerGetSocket(
  o: ConnectOptions = {},
): (target: NodemailerTarget, callback: NodemailerCallback) => void {
  checkConnector('nodemailerGetSocket', o)
  const options = { ...o }
  return ({ host = 'localhost', port, secure }, callback) => {
    const to = { host, port: Number(port) || (secure === true ? SECURE_PORT : PORT) }
    openSocket(options, to).then(
      (connection) => callback(null, { connection: connection as Socket }),
      // nodemailer's types want options beside an error too; it looks at none.
      (error: Error) => (callback as (error: Error) => void)(error),
    )
  }
}
