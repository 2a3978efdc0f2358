// Go: net/netip/netip.go and net/ip.go. The text form of IP addresses, to and from their bytes.

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const dottedQuad = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const hexGroup = /^[0-9a-f]{1,4}$/i

// '0000:0000:0000:0000:0000:ffff:255.255.255.255' is the longest text there is.
const maxLength = 45

/**
 * The bytes of an IP address in text form: 4 for a dotted quad, 16 for IPv6, `null` for anything
 * else. The rules are those of Go's `netip.ParseAddr` without a zone: four decimal octets without
 * leading zeros; or eight groups of one to four hex digits, `::` once for one or more groups of
 * zeros, and a dotted quad in place of the last two groups. It never throws.
 *
 * ```ts
 * import { parseIP } from '@netfd/syscall'
 *
 * console.log(parseIP('127.0.0.1')) // Uint8Array(4) [ 127, 0, 0, 1 ]
 * console.log(parseIP('::1')?.length) // 16
 * console.log(parseIP('127.0.0.01')) // null
 * ```
 */
export function parseIP(text: string): Uint8Array | null {
  if (text.length > maxLength) return null
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text)
}

function parseIPv4(text: string): Uint8Array | null {
  if (!dottedQuad.test(text)) return null
  const bytes = new Uint8Array(4)
  // Uint8Array.from would take several times as long.
  for (const [i, part] of text.split('.').entries()) bytes[i] = Number(part)
  return bytes
}

function parseIPv6(text: string): Uint8Array | null {
  const plain = text.includes('.') ? withoutQuad(text) : text
  if (plain === null) return null
  const [head = '', tail, ...more] = plain.split('::')
  if (more.length > 0) return null
  const before = groups(head)
  const after = groups(tail ?? '')
  const missing = 8 - before.length - after.length
  // A `::` has to stand for one group at least, and without one none may be missing.
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  const all = [...before, ...new Array<string>(missing).fill('0'), ...after]
  if (!all.every((group) => hexGroup.test(group))) return null
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (const [i, group] of all.entries()) view.setUint16(2 * i, Number.parseInt(group, 16))
  return bytes
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':')
}

/** The same address with its dotted-quad tail written as two hex groups. */
function withoutQuad(text: string): string | null {
  const cut = text.lastIndexOf(':') + 1
  const quad = parseIPv4(text.slice(cut))
  if (quad === null) return null
  const [a = 0, b = 0, c = 0, d = 0] = quad
  return `${text.slice(0, cut)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/**
 * The text of an IP address as Go's `net.IP.String` prints it: a dotted quad for 4 bytes and for
 * a v4-mapped address of 16 bytes, else the form of RFC 5952 (lower case, no leading zeros, the
 * first longest run of two or more zero groups as `::`). Throws a `TypeError` when there are
 * neither 4 nor 16 bytes.
 *
 * ```ts
 * import { formatIP } from '@netfd/syscall'
 *
 * console.log(formatIP(Uint8Array.of(127, 0, 0, 1))) // 127.0.0.1
 * ```
 */
export function formatIP(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
  if (bytes.length !== 16)
    throw new TypeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`)
  if (isMapped(bytes)) return `${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`
  return formatIPv6(bytes)
}

function isMapped(bytes: Uint8Array): boolean {
  if (bytes[10] !== 0xff || bytes[11] !== 0xff) return false
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false
  return true
}

function formatIPv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const words = Array.from({ length: 8 }, (_, i) => view.getUint16(2 * i).toString(16))
  const [start, length] = longestZeros(words)
  if (length < 2) return words.join(':')
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`
}

/** Where the first longest run of zero groups begins, and how many groups it has. */
function longestZeros(words: readonly string[]): [start: number, length: number] {
  let [best, length, run] = [0, 0, 0]
  for (const [i, word] of words.entries()) {
    run = word === '0' ? run + 1 : 0
    if (run > length) [best, length] = [i + 1 - run, run]
  }
  return [best, length]
}
