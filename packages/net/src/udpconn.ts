// Go: net/udpsock.go and udpsock_posix.go, UDPConn.
import { inspect } from 'node:util'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { NetPacketConn } from './packet-conn.js'
import type { UDPAddr } from './udpaddr.js'

/**
 * A UDP socket: made by `listenPacket`, for packets from and to anybody, or by `dial`, for those of one peer.
 * Go: `net.UDPConn`; udp(7).
 *
 * ```ts
 * import { dial, listenPacket } from '@netfd/net'
 * await using server = await listenPacket('udp', '127.0.0.1:0')
 * await using client = await dial('udp', String(server.localAddr))
 * await client.write('ping')
 * const buf = new Uint8Array(1500)
 * const { n, addr } = await server.readFrom(buf)
 * await server.writeTo(buf.subarray(0, n), addr)
 * console.assert((await client.read(buf)) === 4)
 * ```
 *
 * @category Packets
 */
export class UDPConn extends NetPacketConn<UDPAddr, UDPAddr> {
  /** @internal */
  constructor(fd: NetFD) {
    super(fd, (sockaddr) => {
      const addr = fd.addrOf(sockaddr) as UDPAddr
      addr.came(fd.family, sockaddr)
      return addr
    })
  }

  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `UDPConn { ${endsOf(this.fd)} }`
  }

  /** This end's address, with the port that the kernel chose: the same object each time, also after close. */
  override get localAddr(): UDPAddr {
    return this.fd.laddr as UDPAddr
  }

  /** The peer's address where it is connected, else null: the same object each time, also after close. */
  override get remoteAddr(): UDPAddr | null {
    return this.fd.raddr as UDPAddr | null
  }
}

/** From a socket to what is made of it. */
export function newUDPConn(fd: NetFD): UDPConn {
  fd.establish()
  return new UDPConn(fd)
}
