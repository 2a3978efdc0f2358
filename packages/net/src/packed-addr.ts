// Go: net/sock_posix.go, addrFunc. Addresses are kept as the kernel gave them and decoded when a caller asks. A connection has two, so
// their size counts: an IPv4 end fits into one number, where an array of its bytes takes some 250.
import { AF_INET, AF_UNIX } from '@netfd/syscall'
import type { MakeAddr } from './ip-endpoint.js'
import type { Addr } from './net.js'
import { fromSockaddr } from './sockaddr.js'

/** An IPv4 address and port as one number, anything else as a struct sockaddr of its own. */
export type PackedAddr = number | Uint8Array

const PORTS = 2 ** 16
const family = new Uint16Array(1)
const familyBytes = new Uint8Array(family.buffer)

/** The family alone, which is the address of a local socket without a name. As a rule each client's is such. */
const UNNAMED = new Uint8Array(Uint16Array.of(AF_UNIX).buffer)

/** Packs the struct sockaddr in the first `length` bytes of `room`, which may be used again. */
export function packAddr(room: Uint8Array, length: number): PackedAddr {
  familyBytes[0] = room[0] as number
  familyBytes[1] = room[1] as number
  if (family[0] !== AF_INET || length < 8) {
    return length === UNNAMED.length ? UNNAMED : room.slice(0, length)
  }
  let n = 0
  // struct sockaddr_in: family, port, address, the latter two in network order.
  for (let i = 4; i < 8; i++) n = n * 256 + (room[i] as number)
  return n * PORTS + (room[2] as number) * 256 + (room[3] as number)
}

/** Whether both ends of a socket have the same IP address and port. */
export function sameEnd(a: PackedAddr, b: PackedAddr): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b
  // struct sockaddr_in6: the port, the flow's number, the address; the zone behind it does not count.
  for (let i = 2; i < 24; i++) if ((i < 4 || i >= 8) && a[i] !== b[i]) return false
  return true
}

/** From an address as it was packed to an object. Go: `addrFunc`. */
export type AddrFunc = (packed: PackedAddr) => Addr

/** Addresses made of an IP address and a port, each by `make`. */
export const internetAddrs =
  (make: MakeAddr): AddrFunc =>
  (packed) => {
    if (typeof packed === 'number') return make(dottedQuad(packed), packed % PORTS, '')
    const { ip, port, zone } = fromSockaddr(packed)
    return make(ip, port, zone)
  }

function dottedQuad(packed: number): string {
  let ip = Math.floor(packed / PORTS)
  const parts: number[] = []
  for (let i = 0; i < 4; i++) {
    parts.unshift(ip % 256)
    ip = Math.floor(ip / 256)
  }
  return parts.join('.')
}
