// TLS over a connection that is there already.
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { connect } from 'node:tls'

/** The server name to ask for, which may not be an address. */
export const serverName = (host: string): { servername?: string } =>
  isIP(host) === 0 ? { servername: host } : {}

/** Resolves after the handshake. A handshake that fails takes the connection with it. */
export function tlsOver(socket: Duplex, o: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connect({ ...o, socket })
    const failed = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    secure.once('error', failed)
    secure.once('secureConnect', () => {
      // From here on its errors are the client's.
      secure.off('error', failed)
      resolve(secure)
    })
  })
}
