// Go: net/tcpsock.go, TCPAddr. The address of a TCP end point.
import { IPEndpoint, trusted } from './ip-endpoint.js'

/**
 * The address of a TCP end point. Go: `net.TCPAddr`.
 *
 * ```ts
 * import { TCPAddr } from '@netfd/net'
 *
 * console.log(`${new TCPAddr('fe80::1', 80, 'eth0')}`) // [fe80::1%eth0]:80
 * console.log(`${new TCPAddr('', 80)}`) // :80
 * ```
 *
 * @category Addresses
 */
export class TCPAddr extends IPEndpoint {
  /**
   * An address whose parts are known to be canonical, made without looking at them.
   * @internal
   */
  static of(ip: string, port: number, zone: string): TCPAddr {
    return trust(ip, port, zone)
  }

  /** Always `tcp`. */
  get network(): string {
    return 'tcp'
  }
}

// Outside the class: a bundler renames one that names itself.
const trust = (ip: string, port: number, zone: string) => new TCPAddr(ip, port, zone, trusted)
