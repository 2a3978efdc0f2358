// What Go sets on its sockets, and what the kernel says that ours have.
import type { GettableSockopt, SockoptName, SockoptValue } from '@netfd/syscall'
import {
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  fmtEvents,
  fmtOpenFlags,
  getOption,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  sockopt,
} from '@netfd/syscall'
import { epollEvents, openFlags } from './fdinfo.js'

/** How a socket came to be: Go treats the three differently. */
export type Role = 'listening' | 'dialed' | 'accepted'

/** One thing that the kernel says about a socket, beside what Go would have made it. */
export interface Fact {
  readonly name: string
  readonly kernel: string
  readonly go: string
  readonly ok: boolean
}

interface Rule {
  readonly name: string
  /** The kernel's answer, as text. */
  readonly ask: (fd: number) => string
  /** What Go makes it; a role that is left out is none of Go's business. */
  readonly go: Partial<Record<Role, string>>
}

const everywhere = (value: string) => ({ listening: value, dialed: value, accepted: value })
const connected = (value: string) => ({ dialed: value, accepted: value })

const onOff = (value: boolean) => (value ? 'on' : 'off')
const seconds = (value: number) => `${value} s`

function option<N extends Extract<GettableSockopt, SockoptName>>(
  option: N,
  print: (value: SockoptValue<N>) => string,
): Pick<Rule, 'name' | 'ask'> {
  return { name: sockopt[option].name, ask: (fd) => print(getOption(fd, option)) }
}

// EPOLLERR and EPOLLHUP are not asked for: epoll_ctl(2) adds them to every mask.
const EVENTS = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET | EPOLLERR | EPOLLHUP

const rules: readonly Rule[] = [
  {
    name: 'open flags',
    ask: (fd) => fmtOpenFlags(openFlags(fd)),
    go: everywhere(fmtOpenFlags(O_RDWR | O_NONBLOCK | O_CLOEXEC)),
  },
  {
    name: 'epoll events',
    ask: (fd) => epollEvents(fd).map(fmtEvents).join(' and ') || 'not registered',
    go: everywhere(fmtEvents(EVENTS)),
  },
  // An accepted socket has what its listener had; Go's dialer leaves this one off.
  { ...option('reuseAddr', onOff), go: { listening: 'on', dialed: 'off', accepted: 'on' } },
  { ...option('noDelay', onOff), go: connected('on') },
  { ...option('keepAlive', onOff), go: connected('on') },
  { ...option('keepIdle', seconds), go: connected('15 s') },
  { ...option('keepInterval', seconds), go: connected('15 s') },
  { ...option('keepCount', (count) => `${count} probes`), go: connected('9 probes') },
]

/** Asks the kernel about a socket, one fact for each thing that Go sets on such a one. */
export function compareWithGo(fd: number, role: Role): Fact[] {
  return rules.flatMap(({ name, ask, go: { [role]: go } }) => {
    if (go === undefined) return []
    const kernel = ask(fd)
    return [{ name, kernel, go, ok: kernel === go }]
  })
}
