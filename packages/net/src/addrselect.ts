// Go: net/addrselect.go. The order in which RFC 6724 has a host's addresses tried.

import { ParseError } from './errors.js'
import { ipBytes, isLoopback, splitZone } from './ip.js'

/** A row of the policy table of RFC 6724 section 2.1. */
interface Policy {
  readonly precedence: number
  readonly label: number
}

interface PolicyRow extends Policy {
  readonly prefix: Uint8Array
  readonly bits: number
}

const row = (prefix: string, bits: number, precedence: number, label: number): PolicyRow => {
  return { prefix: wide(prefix), bits, precedence, label }
}

// The longest prefix is first, so the first match is the best. IPv4 is looked up as v4-mapped.
const rows = (): readonly PolicyRow[] => [
  row('::1', 128, 50, 0),
  row('0.0.0.0', 96, 35, 4), // ::ffff:0:0/96
  row('::', 96, 1, 3), // v4-compatible
  row('2001::', 32, 5, 5), // Teredo
  row('2002::', 16, 30, 2), // 6to4
  row('3ffe::', 16, 1, 12), // 6bone
  row('fec0::', 10, 1, 11), // site-local
  row('fc00::', 7, 3, 13), // unique local
  row('::', 0, 40, 1),
]

/** Read when a host with several addresses is first dialled: parsing them would cost every start. */
let policies: readonly PolicyRow[] | undefined

/** The scopes of RFC 6724 section 3.1; IPv6 multicast has others between them. */
const scopes = { linkLocal: 2, siteLocal: 5, global: 14 } as const

interface Candidate {
  readonly addr: string
  /** What the candidate's own end would be; null when it cannot be reached. */
  readonly src: string | null
  readonly scope: number
  readonly policy: Policy
  readonly matchesScope: boolean
  readonly matchesLabel: boolean
}

/**
 * `addrs` in the order in which to try them; `srcs[i]` is the local address from which `addrs[i]`
 * would be reached, or null. Equal candidates keep their order, and of the RFC's rules the
 * third, fourth and seventh are left out, as in Go: `sortByRFC6724withSrcs`.
 */
export function sortByRFC6724(
  addrs: readonly string[],
  srcs: readonly (string | null)[],
): string[] {
  if (addrs.length !== srcs.length) {
    throw new RangeError(`${addrs.length} addresses need as many sources, not ${srcs.length}`)
  }
  return addrs
    .map((addr, i) => candidate(addr, srcs[i] ?? null))
    .sort(compare)
    .map(({ addr }) => addr)
}

function candidate(addr: string, src: string | null): Candidate {
  const [scope, policy] = [classifyScope(addr), classifyPolicy(addr)]
  return {
    addr,
    src,
    scope,
    policy,
    matchesScope: src !== null && classifyScope(src) === scope,
    matchesLabel: src !== null && classifyPolicy(src).label === policy.label,
  }
}

/** Negative when `a` is to be tried before `b`. The numbers are those of RFC 6724 section 6. */
function compare(a: Candidate, b: Candidate): number {
  if (a.src === null || b.src === null) return Number(a.src === null) - Number(b.src === null) // 1
  return (
    Number(b.matchesScope) - Number(a.matchesScope) || // 2
    Number(b.matchesLabel) - Number(a.matchesLabel) || // 5
    b.policy.precedence - a.policy.precedence || // 6
    a.scope - b.scope || // 8
    commonPrefixOf(b, b.src) - commonPrefixOf(a, a.src) // 9
  )
}

/**
 * Rule 9 would send every client of a site to the same one of its IPv4 servers, so it counts for
 * IPv6 alone. Both are of one family here: rule 6 has told IPv4 and IPv6 apart.
 */
function commonPrefixOf({ addr }: Candidate, src: string): number {
  return bytesOf(addr).length === 4 ? 0 : commonPrefixLen(src, addr)
}

/** The row of the policy table with the longest prefix of `ip`. */
export function classifyPolicy(ip: string): Policy {
  const bytes = wide(ip)
  policies ??= rows()
  const found = policies.find(({ prefix, bits }) => commonBits(prefix, bytes) >= bits)
  // The last row matches every address.
  return found as Policy
}

/** How far `ip` reaches: 2 on the link, 5 in the site, 14 everywhere, as IPv6 multicast counts. */
export function classifyScope(ip: string): number {
  const bytes = bytesOf(ip)
  const [first = 0, second = 0] = bytes
  if (isLoopback(splitZone(ip).ip)) return scopes.linkLocal
  if (bytes.length === 4) {
    return first === 169 && second === 254 ? scopes.linkLocal : scopes.global
  }
  if (first === 0xff) return second & 0xf
  if (first !== 0xfe || second < 0x80) return scopes.global
  return second < 0xc0 ? scopes.linkLocal : scopes.siteLocal
}

/**
 * How many leading bits two addresses share: at most 32 for IPv4 and 64 for IPv6, whose other half
 * names the interface; 0 between the families.
 */
export function commonPrefixLen(a: string, b: string): number {
  const [x, y] = [bytesOf(a), bytesOf(b)]
  return x.length === y.length ? commonBits(x.subarray(0, 8), y.subarray(0, 8)) : 0
}

function commonBits(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, i) => byte !== b[i])
  if (differs < 0) return 8 * a.length
  return 8 * differs + Math.clz32((a[differs] ?? 0) ^ (b[differs] ?? 0)) - 24
}

function bytesOf(ip: string): Uint8Array {
  const bytes = ipBytes(splitZone(ip).ip)
  if (bytes === null) throw new ParseError('IP address', ip)
  return bytes
}

/** 16 bytes, IPv4 as v4-mapped. */
function wide(ip: string): Uint8Array {
  const bytes = bytesOf(ip)
  return bytes.length === 4
    ? Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes)
    : bytes
}
