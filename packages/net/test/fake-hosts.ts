// Addresses of any kind on a machine that has only loopback: connect(2) is redirected by address.
import { AF_INET6, decodeSockaddr, EINPROGRESS, encodeSockaddr } from '@netfd/syscall'
import type { Resolver, TCPAddr } from '../src/index.js'
import { hook } from '../src/index.js'
import { replace } from './support.js'

/** What a dial to an address comes to. */
export type Host = 'hang' | TCPAddr | ((fd: number) => number)

/** Has connect(2) to each IP address do what `hosts` says; the addresses, in the order of the calls. */
export function fakeHosts(hosts: Record<string, Host>): string[] {
  const dialed: string[] = []
  const { connect } = hook
  replace({
    connect: (fd, sockaddr) => {
      const ip = (decodeSockaddr(sockaddr) as { addr: string }).addr
      const host = hosts[ip]
      if (host === undefined) return connect(fd, sockaddr)
      dialed.push(ip)
      // A socket that was never connected raises one edge without cause, and then none.
      if (host === 'hang') return -EINPROGRESS
      return typeof host === 'function' ? host(fd) : connect(fd, target(sockaddr, host))
    },
  })
  return dialed
}

/** The address of a listener, in the family of the socket that dials it. */
function target(sockaddr: Uint8Array, { ip, port }: TCPAddr): Uint8Array {
  const v6 = new Uint16Array(sockaddr.slice(0, 2).buffer)[0] === AF_INET6
  return v6
    ? encodeSockaddr({
        family: 'inet6',
        addr: ip.includes(':') ? ip : `::ffff:${ip}`,
        port,
        scopeId: 0,
        flowinfo: 0,
      })
    : encodeSockaddr({ family: 'inet4', addr: ip, port })
}

/** A resolver that knows one answer. */
export const answering = (...addrs: string[]): Resolver => ({ lookupHost: async () => addrs })
