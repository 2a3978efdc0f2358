// What an example needs of Linux. It says so at once: not each connection of it, later.
import { backend } from '@netfd/net'

/** Throws on the host backend, which has none of it. */
export function needsLinux(what: string): void {
  if (backend === 'epoll') return
  throw new Error(`this example needs ${what}, which netfd has on Linux alone`)
}
