// Go: net/port.go and net/port_unix.go. Port numbers and service names.

import { AddrError, DNSError } from './errors.js'
import { hook } from './hook.js'

type Services = ReadonlyMap<string, number>

// What a program should be able to dial on a machine without /etc/services.
const wellKnown = `
ftp 21/tcp
ssh 22/tcp
telnet 23/tcp
smtp 25/tcp mail
domain 53/tcp
domain 53/udp
gopher 70/tcp
http 80/tcp www
pop3 110/tcp
ntp 123/udp
imap 143/tcp imap2
snmp 161/udp
imap3 220/tcp
ldap 389/tcp
https 443/tcp
submissions 465/tcp
submission 587/tcp
ldaps 636/tcp
ftps 990/tcp
imaps 993/tcp
pop3s 995/tcp
mysql 3306/tcp
postgresql 5432/tcp
redis 6379/tcp
`

const protocols: Readonly<Record<string, readonly string[]>> = {
  tcp: ['tcp'],
  tcp4: ['tcp'],
  tcp6: ['tcp'],
  udp: ['udp'],
  udp4: ['udp'],
  udp6: ['udp'],
  ip: ['tcp', 'udp'],
}

let services: Services | undefined

/**
 * The number that a port's text stands for, `null` when it is no number and so may be a service's
 * name. No text is port 0; a sign is allowed; the range is not looked at. Go: `parsePort`.
 */
export function parsePort(service: string): number | null {
  const [, sign, digits] = /^([+-]?)(\d*)$/.exec(service) ?? []
  if (digits === undefined) return null
  return sign === '-' ? 0 - Number(digits) : Number(digits)
}

/**
 * The port that `service` means on `network` (`tcp`, `udp` or `ip`, the first two with or without a
 * 4 or 6): a decimal number, or a name that is found in /etc/services or the built-in table, in
 * upper or lower case. Go: `net.LookupPort`.
 *
 * Throws an `AddrError` `invalid port` for a number outside 0 to 65535 and `unknown network` for a
 * name on another network, and a `DNSError` `unknown port` with `isNotFound` for an unknown name.
 */
export function lookupPort(network: string, service: string): number {
  const port = parsePort(service) ?? servicePort(network === '' ? 'ip' : network, service)
  if (port < 0 || port > 0xffff) throw new AddrError('invalid port', service)
  return port
}

function servicePort(network: string, service: string): number {
  const wanted = Object.hasOwn(protocols, network) ? protocols[network] : undefined
  if (wanted === undefined) throw new AddrError('unknown network', network)
  services ??= readServices('/etc/services')
  for (const protocol of wanted) {
    const port = services.get(`${protocol}/${service.toLowerCase()}`)
    if (port !== undefined) return port
  }
  const kind = network.replace(/[46]$/, '')
  throw new DNSError('unknown port', `${kind}/${service}`, { isNotFound: true })
}

/** The built-in services and those of the file, which wins; a file that cannot be read has none. */
export function readServices(path: string): Services {
  const found = new Map<string, number>()
  addServices(found, wellKnown)
  addServices(found, textOf(path))
  return found
}

function textOf(path: string): string {
  try {
    return hook.readFile(path)
  } catch {
    // Small containers have no such file and a sandbox may refuse it; the table is all then, as in Go.
    return ''
  }
}

/** Adds the lines of a services(5) text, `name port/protocol alias... # comment`. */
function addServices(found: Map<string, number>, text: string): void {
  for (const line of text.split('\n')) {
    const [name, where = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, port, protocol] = /^(\d+)\/(\w+)$/.exec(where) ?? []
    if (name === undefined || port === undefined) continue
    for (const alias of [name, ...aliases]) {
      found.set(`${protocol}/${alias.toLowerCase()}`, Number(port))
    }
  }
}
