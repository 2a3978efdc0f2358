// Go: net/ip.go and net/netip. What the rest of the package asks about an IP address in text form.

import { formatIP, parseIP } from '@netfd/syscall'

/** The address and the zone behind its first `%`, unchecked; no zone is ''. */
export function splitZone(text: string): { ip: string; zone: string } {
  const cut = text.indexOf('%')
  return cut < 0 ? { ip: text, zone: '' } : { ip: text.slice(0, cut), zone: text.slice(cut + 1) }
}

/**
 * An IP literal in canonical text and its zone, or `null`. Go: `netip.ParseAddr`: only IPv6 can
 * have a zone, and a `%` must be followed by one. A v4-mapped address comes out as the dotted quad
 * that `net.IP` prints, since everything below treats it as IPv4; it keeps its zone, as in Go.
 */
export function parseAddr(text: string): { ip: string; zone: string } | null {
  const { ip, zone } = splitZone(text)
  const bytes = parseIP(ip)
  if (bytes === null) return null
  const bare = ip.length === text.length
  if (!bare && (zone === '' || bytes.length === 4)) return null
  return { ip: formatIP(bytes), zone }
}

/** 4 bytes for IPv4 and v4-mapped text, 16 for other IPv6, `null` for anything else. */
export function ipBytes(ip: string): Uint8Array | null {
  const bytes = parseIP(ip)
  return bytes !== null && mapsIPv4(bytes) ? bytes.subarray(12) : bytes
}

function mapsIPv4(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.every((byte, i) => i > 11 || byte === (i < 10 ? 0 : 0xff))
}

/** Whether Go's `To4` would take it: a dotted quad or a v4-mapped address. */
export function isIPv4(ip: string): boolean {
  return ipBytes(ip)?.length === 4
}

/** `isIPv4` of a canonical text, which only IPv6 gives a colon. No text at all passes for IPv4. */
export function looksIPv4(canonical: string): boolean {
  return !canonical.includes(':')
}

/** Whether the text is a v4-mapped IPv6 address, in whatever notation. */
export function isMapped(ip: string): boolean {
  const bytes = parseIP(ip)
  return bytes !== null && mapsIPv4(bytes)
}

/** Whether it is the wildcard of its family, `0.0.0.0` or `::`; '' is no address at all. */
export function isUnspecified(ip: string): boolean {
  return ipBytes(ip)?.every((byte) => byte === 0) ?? false
}

/** Whether it is in 224.0.0.0/4 or ff00::/8. */
export function isMulticast(ip: string): boolean {
  const bytes = ipBytes(ip)
  if (bytes === null) return false
  const [first = 0] = bytes
  return bytes.length === 4 ? first >> 4 === 0xe : first === 0xff
}

/** Whether it is in 127.0.0.0/8 or is `::1`. */
export function isLoopback(ip: string): boolean {
  const bytes = ipBytes(ip)
  if (bytes?.length === 4) return bytes[0] === 127
  return bytes?.every((byte, i) => byte === (i === 15 ? 1 : 0)) ?? false
}
