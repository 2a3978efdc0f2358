// Go: net/conn_test.go and pipe_test.go, nettest.TestConn over this package's connections.
import type { NetConn } from '../../poll/test/nettest.js'
import { testConn } from '../../poll/test/nettest.js'
import { Dialer, pipe } from '../src/index.js'
import { listening, pair } from './support.js'

const stopping = (c1: NetConn, c2: NetConn) => ({
  c1,
  c2,
  // A test may have closed either: that second close is refused.
  stop: async () => void (await Promise.allSettled([c1.close(), c2.close()])),
})

testConn('TCPConn', async () => stopping(...(await pair())))

testConn('TCPConn over IPv6', async () =>
  stopping(...(await pair(await listening('tcp', '[::1]:0')))),
)

testConn('TCPConn over Multipath TCP, where there is one', async () => {
  const listener = await listening('tcp', '127.0.0.1:0', { mptcp: true })
  return stopping(...(await pair(listener, new Dialer({ mptcp: true }))))
})

testConn('pipe()', async () => stopping(...pipe()))
