// Go: net/interface.go, ipv6ZoneCache. The names of interfaces and the scope ids of their addresses.

import { hook } from './hook.js'

// Go asks the kernel for all interfaces and keeps the table for a minute. Asking for one name is a
// single ioctl, so nothing is kept here and a renamed interface is known at once.

/**
 * The scope id of a zone: the index of the interface with that name, else the number that the text
 * is, else 0, which is also the scope id of ''.
 */
export function zoneToScopeId(zone: string): number {
  // A name with a NUL would be cut there, and might then be another interface's.
  if (zone === '' || zone.includes('\0')) return 0
  const index = hook.ifNametoindex(zone)
  if (index > 0) return index
  const number = /^\d+$/.test(zone) ? Number(zone) : 0
  return number <= 0xffffffff ? number : 0
}

/** The zone of a scope id: the interface's name, else the number as text; '' for 0. */
export function scopeIdToZone(id: number): string {
  if (id === 0) return ''
  const name = hook.ifIndextoname(id)
  return typeof name === 'string' ? name : String(id)
}
