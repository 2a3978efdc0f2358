import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AddrError, DNSError } from './errors.js'
import { lookupPort, parsePort, readServices } from './port.js'

describe('parsePort', () => {
  it.each([
    ['', 0],
    ['0', 0],
    ['-0', 0],
    ['+0', 0],
    ['+', 0],
    ['1', 1],
    ['+1', 1],
    ['-1', -1],
    ['+80', 80],
    ['00080', 80],
    ['65535', 65535],
    ['65536', 65536],
    ['-123456789', -123456789],
    ['4294967376', 4294967376],
    ['9'.repeat(400), Number.POSITIVE_INFINITY],
  ])('reads %j as %d (TestParsePort)', (text, port) => {
    expect(parsePort(text)).toBe(port)
  })

  it.each([
    'abc',
    '9pfs',
    '123badport',
    'bad123port',
    '--1',
    '1-',
    '0x50',
    '8.0',
    '1e3',
    ' 80',
    '80\n',
    '٤',
  ])('leaves %j to a lookup (TestParsePort)', (text) => {
    expect(parsePort(text)).toBeNull()
  })
})

describe('lookupPort', () => {
  it.each([
    ['tcp', '0', 0],
    ['tcp', '', 0],
    ['udp', '65535', 65535],
    ['tcp', 'http', 80],
    ['tcp4', 'https', 443],
    ['tcp6', 'HTTP', 80],
    ['tcp', 'sMtP', 25],
    ['udp', 'domain', 53],
    ['udp4', 'ntp', 123],
    ['udp6', 'domain', 53],
    ['ip', 'ssh', 22],
    ['ip', 'ntp', 123],
    ['', 'telnet', 23],
    ['anything', '80', 80],
  ])('of %s and %j is %d (TestLookupPort)', (network, service, port) => {
    expect(lookupPort(network, service)).toBe(port)
  })

  it.each(['-1', '65536', '+65536', '123456789', '9'.repeat(400)])(
    'throws an AddrError for %s, which is out of range',
    (service) => {
      expect(() => lookupPort('tcp', service)).toThrow(new AddrError('invalid port', service))
    },
  )

  it.each([
    ['tcp', 'zzz', 'tcp/zzz'],
    ['tcp4', 'No-Such', 'tcp/No-Such'],
    ['tcp6', '9pfz', 'tcp/9pfz'],
    ['udp', '--badport', 'udp/--badport'],
    ['udp', 'ldaps-none', 'udp/ldaps-none'],
    ['ip', 'zzz', 'ip/zzz'],
    ['', 'zzz', 'ip/zzz'],
  ])('throws a DNSError for %s and the unknown service %s', (network, service, name) => {
    const error = new DNSError('unknown port', name, { isNotFound: true })
    expect(() => lookupPort(network, service)).toThrow(error)
    expect(error.message).toBe(`lookup ${name}: unknown port`)
  })

  it.each(['tcp5', 'unix', 'constructor', 'TCP'])(
    'throws an AddrError for a name on the network %s',
    (network) => {
      expect(() => lookupPort(network, 'http')).toThrow(new AddrError('unknown network', network))
    },
  )
})

describe('readServices', () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-services-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const services = (text: string) => {
    writeFileSync(join(dir, 'services'), text)
    return readServices(join(dir, 'services'))
  }

  it('reads names and aliases per protocol, and skips what is no service', () => {
    const found = services(
      [
        '# a comment',
        '',
        'Chatter\t 7001/tcp  talk TALKER # an alias in capitals',
        'chatter 7002/udp',
        '  indented 7003/tcp',
        'noport',
        'noprotocol 7004',
        'badport x/tcp',
        'commented 7005/tcp # hidden',
        '#off 7006/tcp',
        'last 7007/sctp',
      ].join('\n'),
    )
    const ours = [...found].filter(([, port]) => port > 7000)
    expect(Object.fromEntries(ours)).toEqual({
      'tcp/chatter': 7001,
      'tcp/talk': 7001,
      'tcp/talker': 7001,
      'udp/chatter': 7002,
      'tcp/indented': 7003,
      'tcp/commented': 7005,
      'sctp/last': 7007,
    })
  })

  it('keeps the built-in services and lets the file win', () => {
    const found = services('http 8080/tcp\n')
    expect([found.get('tcp/http'), found.get('tcp/https')]).toEqual([8080, 443])
  })

  it('has the built-in services alone when there is no file', () => {
    const found = [...readServices(join(dir, 'missing'))].map(([name, port]) => `${name}=${port}`)
    const tcp =
      'ftp=21 ssh=22 telnet=23 smtp=25 mail=25 domain=53 gopher=70 http=80 www=80 pop3=110 ' +
      'imap=143 imap2=143 imap3=220 ldap=389 https=443 submissions=465 submission=587 ldaps=636 ' +
      'ftps=990 imaps=993 pop3s=995 mysql=3306 postgresql=5432 redis=6379'
    const udp = 'domain=53 ntp=123 snmp=161'
    expect(found.toSorted()).toEqual(
      [
        ...tcp.split(' ').map((entry) => `tcp/${entry}`),
        ...udp.split(' ').map((entry) => `udp/${entry}`),
      ].toSorted(),
    )
  })

  it('has the built-in services alone when the file cannot be read', () => {
    expect(readServices(dir)).toEqual(readServices(join(dir, 'missing')))
  })
})
