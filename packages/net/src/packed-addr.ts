// Addresses are kept as the kernel gave them and decoded when somebody asks. A connection has two, so
// their size counts: an IPv4 end fits into one number, where an array of its bytes takes some 250.
import { AF_INET } from '@netfd/syscall'
import { toAddr } from './ipsock-posix.js'
import { TCPAddr } from './tcpaddr.js'

/** An IPv4 address and port as one number, anything else as a struct sockaddr of its own. */
export type PackedAddr = number | Uint8Array

const PORTS = 2 ** 16
const family = new Uint16Array(1)
const familyBytes = new Uint8Array(family.buffer)

/** Packs the struct sockaddr in the first `length` bytes of `room`, which may be used again. */
export function packAddr(room: Uint8Array, length: number): PackedAddr {
  familyBytes[0] = room[0] as number
  familyBytes[1] = room[1] as number
  if (family[0] !== AF_INET || length < 8) return room.slice(0, length)
  let n = 0
  // struct sockaddr_in: family, port, address, the latter two in network order.
  for (let i = 4; i < 8; i++) n = n * 256 + (room[i] as number)
  return n * PORTS + (room[2] as number) * 256 + (room[3] as number)
}

/** The address that was packed. */
export function unpackAddr(packed: PackedAddr): TCPAddr {
  if (typeof packed !== 'number') return toAddr(packed)
  let ip = Math.floor(packed / PORTS)
  const parts: number[] = []
  for (let i = 0; i < 4; i++) {
    parts.unshift(ip % 256)
    ip = Math.floor(ip / 256)
  }
  return TCPAddr.of(parts.join('.'), packed % PORTS, '')
}
