// Go: net/fd_unix.go, netFD.connect, for local sockets. A listener whose queue is full refuses at once, and
// no edge tells of room in it.
import { host, startTimer } from '@netfd/poll/internal'
import type { SyscallError } from '@netfd/syscall'
import { EAGAIN } from '@netfd/syscall'
import type { Bound } from './bound.js'
import { within } from './bound.js'
import { connect } from './connect.js'
import type { NetFD } from './fd.js'
import type { PackedAddr } from './packed-addr.js'

/** The longest time between two tries, in ms. */
const LONGEST = 50

/**
 * `connect`, tried again after 1, 2, 4 … 50 ms while the queue is full, until the bound ends. Without a bound it
 * fails with EAGAIN, as in Go: it might never end.
 */
export async function connectLocal(
  fd: NetFD,
  sockaddr: Uint8Array,
  bound: Bound,
): Promise<PackedAddr | null> {
  const endless = bound.due === 0 && bound.signal === undefined
  for (let delay = 1; ; delay = Math.min(2 * delay, LONGEST)) {
    try {
      return await connect(fd, sockaddr, bound)
    } catch (error) {
      if (endless || (error as SyscallError).errno !== -EAGAIN) throw error
    }
    await sleep(delay, bound)
  }
}

async function sleep(ms: number, bound: Bound): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const slept = new Promise<void>((resolve) => {
    timer = startTimer(resolve, ms)
  })
  try {
    await within(bound, slept)
  } finally {
    host.clearTimeout(timer)
  }
}
