// Go: net/udpsock.go, UDPAddr. The address of a UDP end point.
import { AF_INET, AF_INET6 } from '@netfd/syscall'
import { IPEndpoint, trusted } from './ip-endpoint.js'
import { internetAddrs, packAddr } from './packed-addr.js'
import { toSockaddr } from './sockaddr.js'

/**
 * The address of a UDP end point. Go: `net.UDPAddr`.
 *
 * ```ts
 * import { UDPAddr } from '@netfd/net'
 *
 * console.log(`${new UDPAddr('fe80::1', 53, 'eth0')}`) // [fe80::1%eth0]:53
 * console.log(`${new UDPAddr('', 53)}`) // :53
 * ```
 *
 * @category Addresses
 */
export class UDPAddr extends IPEndpoint {
  /** As the kernel has it, for sockets of one family: to answer a packet, it need not be made again. */
  #sockaddr: Uint8Array | null = null
  #socketFamily = 0

  /**
   * An address whose parts are known to be canonical, made without looking at them.
   * @internal
   */
  static of(ip: string, port: number, zone: string): UDPAddr {
    return trust(ip, port, zone)
  }

  /** Always `udp`. */
  get network(): string {
    return 'udp'
  }

  /**
   * Its struct sockaddr for a socket of a family. Throws AddrError when it is of the other one.
   * @internal
   */
  sockaddr(family: number): Uint8Array {
    if (this.#sockaddr !== null && this.#socketFamily === family) return this.#sockaddr
    const sockaddr = toSockaddr(family, this)
    // The number of an interface may become another one's.
    if (this.zone === '') this.came(family, sockaddr)
    return sockaddr
  }

  /**
   * The kernel gave this struct sockaddr for it, on a socket of this family.
   * @internal
   */
  came(family: number, sockaddr: Uint8Array): void {
    this.#sockaddr = sockaddr
    this.#socketFamily = family
  }
}

const decode = internetAddrs((ip, port, zone) => UDPAddr.of(ip, port, zone))

/** The address in a struct sockaddr of the kernel's, which goes back to it as it came. */
export function udpAddrFrom(sockaddr: Uint8Array): UDPAddr {
  const packed = packAddr(sockaddr, sockaddr.length)
  const addr = decode(packed) as UDPAddr
  addr.came(typeof packed === 'number' ? AF_INET : AF_INET6, sockaddr)
  return addr
}

// Outside the class: a bundler renames one that names itself.
const trust = (ip: string, port: number, zone: string) => new UDPAddr(ip, port, zone, trusted)
