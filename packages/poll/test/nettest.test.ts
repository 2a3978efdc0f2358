// Go: nettest.TestConn, over everything that an FD can be both ends of.
import type { FD } from '../src/index.js'
import type { NetConn, NetPair } from './nettest.js'
import { testConn } from './nettest.js'
import { pipePair, tcpPair, unixPair } from './support.js'

type Deadline = Parameters<NetConn['setDeadline']>[0]

/** Two pipes, one for each way, as one connection. */
class PipeConn implements NetConn {
  readonly #r: FD
  readonly #w: FD

  constructor(r: FD, w: FD) {
    this.#r = r
    this.#w = w
  }

  read(buf: Uint8Array): Promise<number | null> {
    return this.#r.read(buf)
  }

  write(buf: Uint8Array): Promise<number> {
    return this.#w.write(buf)
  }

  async close(): Promise<void> {
    await Promise.all([this.#r.close(), this.#w.close()])
  }

  setDeadline(t: Deadline): void {
    this.setReadDeadline(t)
    this.setWriteDeadline(t)
  }

  setReadDeadline(t: Deadline): void {
    this.#r.setReadDeadline(t)
  }

  setWriteDeadline(t: Deadline): void {
    this.#w.setWriteDeadline(t)
  }
}

const pairOf = (c1: NetConn, c2: NetConn): NetPair => ({
  c1,
  c2,
  stop: async () => {
    // A test may have closed either: that second close is refused.
    await Promise.allSettled([c1.close(), c2.close()])
  },
})

function pipes(): NetPair {
  const [r1, w2] = pipePair()
  const [r2, w1] = pipePair()
  return pairOf(new PipeConn(r1, w1), new PipeConn(r2, w2))
}

testConn('TCP', async () => pairOf(...tcpPair()))
testConn('a Unix socketpair', async () => pairOf(...unixPair()))
testConn('a pair of pipes', async () => pipes())
