// The system calls of a listen, a dial, an accept and a message, against those that Go makes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installed, program, run, scratch } from './program.js'

/** Calls of the host's own event loop, which a trace of any Node program has. */
const HOST = /^(epoll_p?wait|read|write|ioctl|futex|mmap|munmap)\b/

/** The child closes a number that is none between the parts of its program. */
const MARK = /^close\(10000\d\d\)/m

/** A line of strace as the call's name, its flags and option values, and its errno. */
function plain(line: string): string {
  const call = line.replace(/\{sa_family.*?\}/g, '')
  return (call.match(/^\w+(?=\()|\b[A-Z][A-Z0-9_|]{2,}\b|\[\d+\](?=, )/g) ?? []).join(' ')
}

/** The calls of the child, cut at its marks. */
async function traced(name: string, ...args: string[]): Promise<string[][]> {
  const dir = scratch()
  const child = program(name)
  // A file for each thread: in a common one, calls of two threads at once cut each other's lines in half.
  const strace = ['strace', '-ff', '-e', 'trace=network,desc', '-e', 'signal=none']
  await run([...strace, '-o', join(dir, 'trace'), process.execPath, child, ...args])
  const traces = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'))
  const parts: string[][] = [[]]
  for (const line of traces.find((trace) => MARK.test(trace))?.split('\n') ?? []) {
    if (MARK.test(line)) {
      parts.push([])
    } else {
      const call = plain(line)
      if (call !== '' && !HOST.test(call)) parts.at(-1)?.push(call)
    }
  }
  return parts
}

const FLAGS = 'SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK IPPROTO_TCP'
const ADD = 'epoll_ctl EPOLL_CTL_ADD EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET'

/** TCP_NODELAY and keep-alive, as every connection gets them. */
const OPTIONS = [
  'setsockopt SOL_TCP TCP_NODELAY [1]',
  'setsockopt SOL_SOCKET SO_KEEPALIVE [1]',
  'setsockopt SOL_TCP TCP_KEEPIDLE [15]',
  'setsockopt SOL_TCP TCP_KEEPINTVL [15]',
  'setsockopt SOL_TCP TCP_KEEPCNT [9]',
]

/** The columns of the table in Go's order. */
const expected = (family: string, v6only: string[]) => ({
  listen: [
    `socket ${family} ${FLAGS}`,
    ...v6only,
    'setsockopt SOL_SOCKET SO_REUSEADDR [1]',
    'bind',
    ...OPTIONS,
    'listen',
    ADD,
    'getsockname',
  ],
  dial: [
    `socket ${family} ${FLAGS}`,
    ...v6only,
    'connect EINPROGRESS',
    // Where Go waits for an edge and asks for SO_ERROR: a peer that has answered by now settles it.
    ADD,
    'getpeername',
    'getsockname',
    ...OPTIONS,
  ],
  // Go sets the options of each connection and asks it for its address: here both come from the listener.
  accept: ['accept4 SOCK_CLOEXEC|SOCK_NONBLOCK', ADD],
  close: ['close'],
})

async function stepsOf(network: string, address: string) {
  const [, listen, , dial, accept, , close] = await traced('strace-child.ts', network, address)
  return { listen, dial, accept, close }
}

// Debian: apt-get install strace.
describe.skipIf(!installed('strace'))('the system calls, as strace sees them,', () => {
  it.each([
    ['tcp', '127.0.0.1:0', 'AF_INET', []],
    ['tcp', '[::1]:0', 'AF_INET6', ['setsockopt SOL_IPV6 IPV6_V6ONLY [0]']],
    ['tcp6', '[::1]:0', 'AF_INET6', ['setsockopt SOL_IPV6 IPV6_V6ONLY [1]']],
  ])(
    'of %s on %s are Go’s, in Go’s order, without those that loopback and a listener spare',
    async (network, address, family, v6only) => {
      expect(await stepsOf(network, address)).toEqual(expected(family, v6only))
    },
  )

  it('of batches are one a full batch, none after one that came short, and one to send it', async () => {
    const parts = await traced('udp-strace-child.ts')
    // The host's loop watches the set of the poller while a call waits, by epoll_ctl.
    const [, write, reads, waiting, woken, list] = parts.map((part) =>
      part.map((call) => call.replace(/ .*/, '')).filter((call) => call !== 'epoll_ctl'),
    )
    expect(write).toEqual(['sendmmsg'])
    expect(reads).toEqual(['recvmmsg', 'recvmmsg', 'recvmmsg'])
    expect(waiting).toEqual([])
    expect(woken).toEqual(['sendto', 'recvmmsg'])
    // One call takes 128.
    expect(list).toEqual(['sendmmsg', 'sendmmsg'])
  })

  it('of a ping-pong are one recv and one send a message', async () => {
    const rounds = 100
    const out = join(scratch(), 'counts')
    const child = [process.execPath, program('strace-child.ts'), 'tcp', '127.0.0.1:0', `${rounds}`]
    await run(['strace', '-f', '-c', '-e', 'trace=network', '-o', out, ...child])
    const counts = readFileSync(out, 'utf8')
    const of = (call: string): number =>
      Number(new RegExp(`^ *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) .*${call}$`, 'm').exec(counts)?.[1])
    // Two messages a round, and one to warm up, whose reader may have tried before it came.
    expect(of('sendto')).toBe(2 * rounds + 1)
    expect(of('recvfrom')).toBeGreaterThanOrEqual(2 * rounds + 1)
    expect(of('recvfrom')).toBeLessThanOrEqual(2 * rounds + 4)
  })
})
