import { afterAll, describe, expect, expectTypeOf, it } from 'vitest'
import { bundle, runProgram } from '../test/bundle.js'
import { hasIPv6, isRoot, listening, own, tcpPair, thrown } from '../test/fds.js'
import type { Case } from '../test/option-samples.js'
import { cases } from '../test/option-samples.js'
import * as sys from './index.js'

const families = { inet4: sys.AF_INET, inet6: sys.AF_INET6 }
const tcp = (family: 'inet4' | 'inet6' = 'inet4') =>
  own(sys.socket(families[family], sys.SOCK_STREAM | sys.SOCK_CLOEXEC))

// What this kernel does not have, told at the end of the run.
const lacking = new Map<string, string>()
afterAll(() => {
  for (const [name, code] of lacking) console.info(`this kernel answers ${name} with ${code}`)
})

/** Runs the call; false when the kernel is too old for it or this process lacks the rights. */
function possible({ row, recent }: Case, call: () => void): boolean {
  try {
    call()
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const tooOld = recent && (code === 'ENOPROTOOPT' || code === 'EOPNOTSUPP')
    if (!tooOld && !(row.root && !isRoot && code === 'EPERM')) throw error
    lacking.set(row.name, code)
    return false
  }
}

const codeOf = (call: () => unknown): string => {
  try {
    call()
    return 'ok'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

describe.each(['inet4', 'inet6'] as const)('an option of a TCP socket of %s', (family) => {
  const present = family === 'inet4' || hasIPv6
  if (!present) console.info('skipped: this machine has no IPv6')
  const all = cases.filter(({ name }) => present && (family === 'inet6' || !/^ipv6/.test(name)))
  const settable = all.filter(({ values }) => values !== undefined)

  it.each(settable)('$name reads back as it was set', (sample) => {
    const { row, values = [], reads = values } = sample
    const fd = tcp(family)
    for (const [i, value] of values.entries()) {
      if (!possible(sample, () => sys.setOption(fd, row, value as never))) return
      if (!row.writeOnly) expect(sys.getOption(fd, row)).toEqual(reads[i])
    }
  })

  it.each(all.filter(({ refused }) => refused))('$name is refused with a code', (sample) => {
    const { row, refused } = sample
    if (row.type === 'tcp_info') {
      expect(() => sys.setOption(tcp(family), row, {} as never)).toThrow('TCP_INFO cannot be set')
      return
    }
    const code = codeOf(() => sys.setOption(tcp(family), row, refused?.value as never))
    if (row.root && !isRoot && code === 'EPERM') return
    expect(refused?.codes).toContain(code)
  })

  it.each(all)('$name is told, or refused with a code', (sample) => {
    const { row, untold = row.writeOnly ? ['ENOPROTOOPT'] : undefined } = sample
    const get = () => sys.getOption(tcp(family), row)
    if (untold) {
      // A kernel that does tell it is no worse.
      expect([...untold, 'ok']).toContain(codeOf(get))
    } else {
      possible(sample, get)
    }
  })
})

describe('setOption and getOption', () => {
  it('take the name of an option or its row', () => {
    const fd = tcp()
    sys.setOption(fd, 'keepIdle', 33)
    expect(sys.getOption(fd, sys.sockopt.keepIdle)).toBe(33)
    sys.setOption(fd, sys.sockopt.keepIdle, 44)
    expect(sys.getOption(fd, 'keepIdle')).toBe(44)
  })

  it('take a row that is not in the table', () => {
    const fd = tcp()
    const own: sys.Sockopt<'bool'> = { ...sys.sockopt.noDelay, name: 'TCP_NODELAY' }
    sys.setOption(fd, own, true)
    expect(sys.getOption(fd, own)).toBe(true)
  })

  it('give each value its type', () => {
    const fd = tcp()
    expectTypeOf(sys.getOption(fd, 'noDelay')).toEqualTypeOf<boolean>()
    expectTypeOf(sys.getOption(fd, 'keepIdle')).toEqualTypeOf<number>()
    expectTypeOf(sys.getOption(fd, 'linger')).toEqualTypeOf<sys.Linger>()
    expectTypeOf(sys.getOption(fd, 'rcvTimeout')).toEqualTypeOf<number>()
    expectTypeOf(sys.getOption(fd, sys.sockopt.congestion)).toEqualTypeOf<string>()
    expectTypeOf(sys.getOption(fd, 'cookie')).toEqualTypeOf<Uint8Array>()
    expectTypeOf(sys.getOption(fd, 'info')).toEqualTypeOf<sys.TCPInfo>()
    expectTypeOf<sys.SockoptValue<'bool'>>().toEqualTypeOf<boolean>()
    // @ts-expect-error a flag is no number
    expect(() => sys.setOption(fd, 'noDelay', 1)).toThrow(TypeError)
    // @ts-expect-error an option that is only told
    expect(codeOf(() => sys.setOption(fd, 'acceptConn', true))).toBe('ENOPROTOOPT')
    // @ts-expect-error an option that is only taken
    expect(codeOf(() => sys.getOption(fd, 'rcvBufForce'))).toBe('ENOPROTOOPT')
  })

  const wrong: [name: sys.SockoptName, value: unknown, kind: ErrorConstructor][] = [
    ['noDelay', 1, TypeError],
    ['noDelay', undefined, TypeError],
    ['keepIdle', '5', TypeError],
    ['keepIdle', true, TypeError],
    ['keepIdle', 1.5, RangeError],
    ['keepIdle', 2 ** 31, RangeError],
    ['keepIdle', Number.NaN, RangeError],
    ['mark', -1, RangeError],
    ['mark', 2 ** 32, RangeError],
    ['linger', 5, TypeError],
    ['linger', null, TypeError],
    ['linger', { on: 1, seconds: 1 }, TypeError],
    ['linger', { on: true }, TypeError],
    ['linger', { on: true, seconds: -1 }, RangeError],
    ['linger', { on: true, seconds: 0.5 }, RangeError],
    ['rcvTimeout', { seconds: 1 }, TypeError],
    ['rcvTimeout', -1, RangeError],
    ['rcvTimeout', Number.POSITIVE_INFINITY, RangeError],
    ['congestion', 7, TypeError],
    ['congestion', 'x'.repeat(256), RangeError],
    ['fastOpenKey', 'key', TypeError],
    ['fastOpenKey', [1, 2], TypeError],
    ['info', {}, TypeError],
  ]

  it.each(wrong)('%s refuses %o', (name, value, kind) => {
    const error = thrown(() => sys.setOption(tcp(), name as 'noDelay', value as boolean))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(sys.sockopt[name].name)
  })

  it.each(['nodelay', '', 'toString', '__proto__'])('know no option %o', (name) => {
    const fd = tcp()
    const expected = new TypeError(`there is no socket option ${name}`)
    expect(() => sys.getOption(fd, name as 'noDelay')).toThrow(expected)
    expect(() => sys.setOption(fd, name as 'noDelay', true)).toThrow(expected)
  })

  it('throw SyscallError with the name of the call', () => {
    const fd = tcp()
    expect(thrown(() => sys.setOption(fd, 'keepIdle', 0))).toMatchObject({
      code: 'EINVAL',
      syscall: 'setsockopt',
    })
    expect(thrown(() => sys.getOption(fd, 'ipMTU'))).toMatchObject({
      code: 'ENOTCONN',
      syscall: 'getsockopt',
    })
    const missing = { ...sys.sockopt.noDelay, optname: 99_999 }
    expect(thrown(() => sys.setOption(fd, missing, true)).code).toBe('ENOPROTOOPT')
    expect(thrown(() => sys.getOption(fd, missing)).code).toBe('ENOPROTOOPT')
  })

  it('count a timeout in milliseconds, and none as 0', () => {
    const fd = tcp()
    sys.setOption(fd, 'rcvTimeout', 2500)
    expect(sys.getsockoptTimeval(fd, sys.SOL_SOCKET, sys.SO_RCVTIMEO)).toEqual({
      seconds: 2,
      microseconds: 500_000,
    })
    sys.setOption(fd, 'rcvTimeout', 0.0001)
    expect(sys.getOption(fd, 'rcvTimeout')).toBeGreaterThan(0)
  })

  it('tell about a connection and a listener', () => {
    const [dialed, accepted] = tcpPair()
    expect(sys.getOption(dialed, 'ipMTU')).toBeGreaterThan(0)
    expect(sys.getOption(accepted, 'info').state).toBe('ESTABLISHED')
    expect(sys.getOption(accepted, 'acceptConn')).toBe(false)
    const listener = listening()
    expect(sys.getOption(listener, 'acceptConn')).toBe(true)
    expect(sys.getOption(listener, 'info').state).toBe('LISTEN')
    expect(sys.getOption(listener, 'protocol')).toBe(sys.IPPROTO_TCP)
  })

  it.runIf(isRoot)('set what only a socket under repair has', () => {
    const fd = tcp()
    sys.setOption(fd, 'repair', 1)
    sys.setOption(fd, 'repairQueue', 1)
    sys.setOption(fd, 'queueSeq', 2 ** 32 - 5)
    expect(sys.getOption(fd, 'repairQueue')).toBe(1)
    expect(sys.getOption(fd, 'queueSeq')).toBe(2 ** 32 - 5)
    expect(sys.getOption(fd, 'repairWindow')).toHaveLength(20)
    expect(codeOf(() => sys.setOption(fd, 'tcpTimestamp', 1000))).toBe('ok')
  })

  // Why the table asks for rights although a fresh socket of this kernel did without.
  const sometimes: Partial<Record<sys.SockoptName, string>> = {
    bindToDevice: 'only to change a device',
    bindToIfIndex: 'only to change a device',
    busyPoll: 'of older kernels',
    queueSeq: 'after repair',
    repairOptions: 'after repair',
  }

  it.runIf(isRoot)('need rights where the table says so, and nowhere else', () => {
    const child = runProgram(bundle('unprivileged-child.ts'))
    expect(child.stderr).toBe('')
    const answers = JSON.parse(child.stdout) as Record<sys.SockoptName, string[]>
    const denied = cases.filter(({ name }) =>
      answers[name].some((code) => /EPERM|EACCES/.test(code)),
    )
    const claimed = cases.filter(({ name, row }) => row.root && !sometimes[name])
    const names = (some: readonly Case[]) => some.map(({ name }) => name).sort()
    expect(names(denied)).toEqual(names(claimed))
  })
})
