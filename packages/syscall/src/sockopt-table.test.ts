import { describe, expect, expectTypeOf, it } from 'vitest'
import type { SettableSockopt, Sockopt, SockoptTypeOf } from './index.js'
import {
  constants,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOL_SOCKET,
  sockopt,
} from './index.js'

const rows = Object.entries<Sockopt>(sockopt)

// Constants that look like options and are none, or none that a value can be passed for.
// biome-ignore format: a list of names reads better packed.
const leftOut = new Set([
  // Their values are addresses of memory.
  'SO_ATTACH_FILTER', 'SO_ATTACH_REUSEPORT_CBPF', 'TCP_ZEROCOPY_RECEIVE',
  // The kernel accepts and ignores them.
  'SO_BSDCOMPAT', 'TCP_THIN_DUPACK',
  // The kernel has never had it, and a call of its own answers the other.
  'IPV6_NEXTHOP', 'SO_PEERNAME',
  // The name of a control message, and another name of TCP_INQ.
  'TCP_CM_INQ',
  // The name of a control message, which IPV6_RECVHOPLIMIT asks for.
  'IPV6_HOPLIMIT',
  // Where an error of the error queue comes from.
  'SO_EE_ORIGIN_ICMP', 'SO_EE_ORIGIN_ICMP6', 'SO_EE_ORIGIN_LOCAL', 'SO_EE_ORIGIN_NONE',
  'SO_EE_ORIGIN_TIMESTAMPING', 'SO_EE_ORIGIN_TXTIME', 'SO_EE_ORIGIN_ZEROCOPY',
  // Values of IP_MTU_DISCOVER.
  'IP_PMTUDISC_DO', 'IP_PMTUDISC_DONT', 'IP_PMTUDISC_INTERFACE', 'IP_PMTUDISC_OMIT',
  'IP_PMTUDISC_PROBE', 'IP_PMTUDISC_WANT',
  // States of a connection.
  'TCP_ESTABLISHED', 'TCP_SYN_SENT', 'TCP_SYN_RECV', 'TCP_FIN_WAIT1', 'TCP_FIN_WAIT2',
  'TCP_TIME_WAIT', 'TCP_CLOSE', 'TCP_CLOSE_WAIT', 'TCP_LAST_ACK', 'TCP_LISTEN', 'TCP_CLOSING',
  'TCP_NEW_SYN_RECV',
])

describe('sockopt', () => {
  it('has every option among the constants, and each once, but those of both families twice', () => {
    const isOption = (name: string) => /^(SO|TCP|UDP|MCAST|IP|IPV6|IP6T_SO)_/.test(name)
    const options = Object.keys(constants).filter((name) => isOption(name) && !leftOut.has(name))
    const mcast = options.filter((name) => name.startsWith('MCAST_'))
    const names = rows.map(([, row]) => row.name as string)
    expect(names.sort()).toEqual([...options, ...mcast].sort())
  })

  it.each(rows)('%s has the numbers of its C name', (key, row) => {
    expect(row.optname).toBe(constants[row.name])
    const prefix = /^(SO_ORIGINAL|IP6T_SO|SO|TCP|UDP|MCAST|IPV6|IP)_/.exec(row.name)?.[1]
    const levels: Record<string, number> = {
      SO: SOL_SOCKET,
      TCP: IPPROTO_TCP,
      UDP: IPPROTO_UDP,
      MCAST: key.startsWith('ipv6') ? IPPROTO_IPV6 : IPPROTO_IP,
      IP: IPPROTO_IP,
      SO_ORIGINAL: IPPROTO_IP,
      IPV6: IPPROTO_IPV6,
      IP6T_SO: IPPROTO_IPV6,
    }
    expect(row.level).toBe(levels[prefix ?? ''])
  })

  it.each(rows)('%s has a unit that fits its type', (_key, { type, unit, ...row }) => {
    const units: Record<typeof type, readonly string[]> = {
      bool: ['flag'],
      int: [
        'ms',
        's',
        'us',
        'bytes',
        'bytes/s',
        'packets',
        'hops',
        'count',
        'index',
        'bits',
        'value',
      ],
      linger: ['s'],
      timeval: ['ms'],
      string: ['name'],
      bytes: ['struct', 'index'],
      tcp_info: ['struct'],
    }
    expect(units[type]).toContain(unit)
    expect(row.readOnly && row.writeOnly).toBeUndefined()
  })

  it('carries the type of each value', () => {
    expectTypeOf<SockoptTypeOf<'noDelay'>>().toEqualTypeOf<'bool'>()
    expectTypeOf<SockoptTypeOf<typeof sockopt.congestion>>().toEqualTypeOf<'string'>()
    expectTypeOf<SockoptTypeOf<Sockopt<'timeval'>>>().toEqualTypeOf<'timeval'>()
    expectTypeOf<'noDelay'>().toExtend<SettableSockopt>()
    expectTypeOf<'info'>().not.toExtend<SettableSockopt>()
    expect(sockopt.noDelay).toEqual({
      name: 'TCP_NODELAY',
      level: IPPROTO_TCP,
      optname: constants.TCP_NODELAY,
      type: 'bool',
      unit: 'flag',
    })
  })
})
