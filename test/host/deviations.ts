// Where the suites of poll and net do not hold on the host backend, test by test, each for a reason: see contract.ts.
import type { Listed } from './contract.js'

export const DEVIATIONS: Listed = {
  'net/src/resolve.test.ts': {
    order: [
      'a lookup > is put into the order of RFC 6724, by the source that each address would have',
    ],
  },
  'net/src/zone.test.ts': {
    zones: [
      'zoneToScopeId and scopeIdToZone > know the interfaces that the kernel lists, the loopback one among them',
    ],
  },
  'net/test/arguments.test.ts': {
    'other calls': [
      'a control callback > whose error is an OpError has it wrapped all the same',
      'a pipe that cannot be registered leaves nothing open',
    ],
  },
  'net/test/conn.test.ts': {
    buffers: [
      'a connection > has every method of Go’s, and echoes (TestConnAndListener, TestTCPConnSpecificMethods)',
    ],
  },
  'net/test/copy-both.test.ts': {
    splice: ['copyBoth > keeps the bytes of TCP connections in the kernel'],
  },
  'net/test/dial-args.test.ts': {
    'other calls': [
      'a Dialer with a local address (TestDialerLocalAddr) > uses its port, and reports the local end in errors',
    ],
  },
  'net/test/dial-at-once.test.ts': {
    'other calls': [
      'a dial over loopback > to 127.0.0.1:0 is over without a turn of the loop',
      'a dial over loopback > to [::1]:0 is over without a turn of the loop',
      'a loop of dials > does not fill the queue of a listener of the same thread',
    ],
  },
  'net/test/dial-injection.test.ts': {
    'other calls': ['connect > takes no wake-up without a peer for success'],
  },
  'net/test/idle-timeout.test.ts': {
    buffers: [
      'readFrom a TCP connection to a peer that is slow to read > goes on while the peer reads, and ends when it does not',
      'readFrom an iterable to a peer that is slow to read > goes on while the peer reads, and ends when it does not',
      'readFrom one large piece to a peer that is slow to read > goes on while the peer reads, and ends when it does not',
      'readFrom a file to a peer that is slow to read > goes on while the peer reads, and ends when it does not',
    ],
  },
  'net/test/node/tune.test.ts': {
    tune: [
      'tuneSocket > sets what it is given, in ms, those of keep-alive rounded up to seconds',
      'tuneSocket > of a server is inherited by what it accepts',
      'tuneSocket > throws what the kernel refuses',
      'tuneAll > tunes what connects, before its own listeners run, until it is closed',
      'tuneAll > takes nothing away that was put around connect since, and works below it',
      'tuneAll > tunes what connects for a client of http',
      'tuneAll > tunes a socket that connects again',
      'tuneAll > tunes what Node accepts when it is told to',
      'tuneAll > gives what is refused to onError, and the client its connection',
    ],
  },
  'net/test/peek.test.ts': {
    'full buffers': [
      'peek > does not wait for more than a pipe surely holds, of which a small write takes much',
    ],
    buffers: ['peek > does not wait for more than the receive buffer surely holds'],
  },
  'net/test/read-from.test.ts': {
    splice: ['writeTo > a connection splices'],
  },
  'net/test/sendfile.test.ts': {
    splice: [
      'readFrom a file (TestSendfile) > sends all of 1 bytes inside the kernel',
      'readFrom a file (TestSendfile) > sends all of 4096 bytes inside the kernel',
      'readFrom a file (TestSendfile) > sends all of 12582917 bytes inside the kernel',
    ],
  },
  'net/test/splice.test.ts': {
    splice: [
      'readFrom a connection (TestSplice) > moves all of 0 bytes inside the kernel',
      'readFrom a connection (TestSplice) > moves all of 1 bytes inside the kernel',
      'readFrom a connection (TestSplice) > moves all of 1000 bytes inside the kernel',
      'readFrom a connection (TestSplice) > moves all of 65536 bytes inside the kernel',
      'readFrom a connection (TestSplice) > moves all of 1048576 bytes inside the kernel',
      'readFrom a connection (TestSplice) > moves all of 8388615 bytes inside the kernel',
    ],
  },
  'net/test/timeouts.test.ts': {
    turns: [
      'the timeout of a connection in a transfer > does not end a transfer whose piece came in time while the loop was busy',
    ],
  },
  'net/test/writev.test.ts': {
    'other calls': [
      'writev > writes 1025 buffers, up to 1024 a call (TestBuffers_WriteTo)',
      'writev > writes 3000 buffers, up to 1024 a call (TestBuffers_WriteTo)',
    ],
  },
  'poll/src/op-relay.test.ts': {
    splice: [
      'a conversation over TCP > costs one recv and one send a piece, and holds no pipe',
      'a conversation over TCP > splices again when a piece is not small, in order, and talks again after it',
      'a conversation over Unix streams > costs one recv and one send a piece, and holds no pipe',
      'a conversation over Unix streams > splices again when a piece is not small, in order, and talks again after it',
      'keeps what two conversations have no room for apart',
    ],
  },
  'poll/src/pause.test.ts': {
    'own descriptor': [
      'a pause > ends when a descriptor of this thread is closed',
      'a pause > goes on when a connection comes, which the next accept finds',
    ],
  },
  'poll/src/splice.test.ts': {
    'own descriptor': [
      'spliceFrom steps aside, with nothing moved, > for a pipe (TestSplice noUnixpacket, noUnixgram)',
      'spliceFrom steps aside, with nothing moved, > for unixgram (TestSplice noUnixpacket, noUnixgram)',
      'spliceFrom steps aside, with nothing moved, > for unixpacket (TestSplice noUnixpacket, noUnixgram)',
    ],
  },
  'poll/src/transfer.test.ts': {
    splice: [
      'an abort of spliceFrom > after a piece was taken sends that piece, and takes no other',
      'an abort of spliceFrom > sends a piece that is put off to the next turn, before the abort, and ends then',
      'an abort of spliceFrom > sends a piece that is put off to the next turn, after the abort, and ends then',
      'an abort of sendFile > while it waits for room says how much was sent',
      'an abort of sendFile > takes effect between two calls of the pool',
      'an abort of sendFile > of what is complete changes nothing',
    ],
  },
  'poll/test/nettest.test.ts': {
    'own descriptor': ['nettest.TestConn over a pair of pipes'],
  },
  'poll/test/skip-read.test.ts': {
    rawCalls: [
      'the skipped read > after rawRead: the next read tries or not, as it must',
      'the skipped read > after rawControl: the next read tries or not, as it must',
      'the skipped read > is given up for good by rawControl',
    ],
    'own descriptor': ['the skipped read > loses nothing of a Unix stream that passes descriptors'],
  },
  'net/test/node/before-connect.test.ts': {
    probes: [
      'a Duplex that is not connected > leaves interval and count of keep-alive as they are',
    ],
    options: [
      'a Duplex that is not connected > sets the options and calls setup before the client sees it',
    ],
  },
  'poll/src/room.test.ts': {
    'own descriptor': [
      'FD.reading > reads a regular file on the thread pool, each loop into a room of its own',
    ],
  },
  'net/test/systemd.test.ts': {
    descriptors: ['listenFds > refuses a number of them that are not all open'],
    otherSockets: [
      'notify > tells the manager at a path',
      'notify > tells the manager at an abstract name',
      'notify > fails where the manager is gone',
      'filePacketConn',
      'programs that speak these protocols > logger writes to a log socket of ours',
    ],
  },
  'net/test/dial-cancel.test.ts': {
    turns: [
      'an aborted dial (TestDialCancel) > is not given one either when connect(2) succeeded at once',
    ],
  },
  'net/test/serve.test.ts': {
    descriptors: [
      'a handler > may detach the connection, whose descriptor is left alone',
      'a handler that fails > after it has closed or detached its connection is told of once',
    ],
    info: ['a handler that fails > can be looked at by onError, before its connection is reset'],
    'other calls': [
      'a limit > leaves what is over it in the backlog, where accept4(2) is not called for it',
    ],
  },
  'net/test/accept-inherited.test.ts': {
    probes: [
      'the options of an accepted connection > are those of the listener on tcp 127.0.0.1:0, without a call (mptcp: false)',
      'the options of an accepted connection > are those of the listener on tcp [::1]:0, without a call (mptcp: false)',
      'the options of an accepted connection > are those of the listener on tcp4 0.0.0.0:0, without a call (mptcp: false)',
      'the options of an accepted connection > are those of the listener on tcp :0, without a call (mptcp: false)',
      'the options of an accepted connection > are those of the listener on tcp 127.0.0.1:0, without a call (mptcp: true)',
      'the options of an accepted connection > are set on each where the kernel does not hand them on',
    ],
    mptcp: [
      'the options of an accepted connection > are the listener’s for Multipath TCP connections as well',
    ],
    rawCalls: [
      'the options of an accepted connection > do not depend on what a control callback set on the listener',
      'the options of an accepted connection > do not depend on what a caller that has the listener’s number sets later',
      'the local address of an accepted connection > is asked for where a caller has the listener’s number, and may have made it transparent',
      'the close of a connection > takes it out of the poller first where a caller was given its number',
    ],
    descriptors: [
      'the options of an accepted connection > do not depend on what is set through a duplicate of the listener',
      'the options of an accepted connection > do not depend on a listener that came from elsewhere',
      'the close of a connection > takes it out of the poller first where it has a duplicate',
      'the close of a connection > is preceded by it when the descriptor goes on as another’s',
      'accepting > looks at O_NONBLOCK only where another process may have the listener',
    ],
    linger: ['the close of a connection > takes it out of the poller first where it may linger'],
  },
  'net/test/accept.test.ts': {
    'other calls': [
      'accept > closes what it cannot use: epoll_ctl fails',
      'a loop over a listener > goes on when a connection can be accepted and not be watched',
    ],
    rawCalls: ['a listener has every method of Go’s (TestTCPListenerSpecificMethods)'],
    linger: ['a listener’s control with a linger makes accepted connections linger'],
  },
  'net/test/listen.test.ts': {
    rawCalls: ['control (TestListenConfigControl) > may use the number of the socket'],
    reusePort: ['several listeners share an address with reusePort'],
  },
  'net/test/dial-options.test.ts': {
    rawCalls: [
      'control > may use the number of the socket',
      'control > cannot wait on a socket that is in no poller yet',
      'control > has a raw connection that works once, while it is called',
    ],
  },
  'net/test/options.test.ts': {
    buffers: [
      'setReadBuffer and setWriteBuffer > set what the kernel doubles',
      'setReadBuffer and setWriteBuffer > are clamped by the kernel: 0 is the least, a negative size the most',
      'setReadBuffer and setWriteBuffer > refuse 1.5',
      'setReadBuffer and setWriteBuffer > refuse null',
      'setReadBuffer and setWriteBuffer > refuse 1099511627776',
    ],
    linger: [
      'setLinger > of 3 is {"on":true,"seconds":3}',
      'setLinger > lets close wait while the loop goes on turning',
      'setLinger > switched off again closes at once',
      'setOption and getOption > know that a socket lingers',
    ],
    userTimeout: ['setUserTimeout'],
    options: [
      'setOption and getOption > take an option by its name or its row',
      'setOption and getOption > reach the kernel through the hook of poll, whatever their type',
      'setOption and getOption > report what the kernel does not have as ENOPROTOOPT, in the words of the operation',
    ],
    info: ['info'],
  },
  'net/test/node/hand-over.test.ts': {
    linger: [
      'the connection > is left as it is while a file is sent over it',
      'the socket > of a connection that lingers 2 s closes without a wait',
    ],
    handOver: [
      'the connection > gives its descriptor back when there can be no socket',
      'what has arrived > comes in the caller’s buffer',
      'the socket > of a connection that lingers 0 s closes without a wait',
      'the socket > is made of a pipe’s end too',
    ],
    userTimeout: ['the socket > keeps the options of the kernel'],
    descriptors: [
      'is made in a worker of a descriptor that was posted there, and closed with the worker',
    ],
  },
  'poll/src/leaks.test.ts': {
    descriptors: [
      'a leaked descriptor > leaves the epoll set, though a duplicate keeps its socket open',
      'a leaked descriptor > is not one that was closed or detached',
    ],
    'own descriptor': ['a leaked descriptor > may be a regular file, too'],
  },
  'poll/test/fairness.test.ts': {
    number: ['fairness > bounds one long write to a fast reader in another thread'],
    rawCalls: [
      'fairness > gives an edge back when abort ends a call that was put off',
      'fairness > gives an edge back when deadline ends a call that was put off',
      'fairness > gives an edge back when a deadline that runs out ends a call that was put off',
      'fairness > keeps an edge that comes while a wait past its deadline is put off',
      'fairness > waits for an edge though the wait was put off past a deadline that is lifted then',
    ],
  },
  'poll/test/raw.test.ts': {
    rawCalls: [
      'rawRead and rawWrite > move data in a loop of the caller (TestRawConnReadWrite)',
      'rawRead and rawWrite > call at once, and again only after an edge',
      'rawRead and rawWrite > rawRead obeys deadlines and close (TestRawConnReadWrite)',
      'rawRead and rawWrite > rawWrite obeys deadlines and close (TestRawConnReadWrite)',
      'rawRead and rawWrite > reject with what the function throws, and let the next one in',
      'rawRead and rawWrite > throw from a function that was called again after an edge',
      'rawRead and rawWrite > reject with an Error even when null is thrown',
      'rawRead and rawWrite > reject with an Error even when a number is thrown',
      'rawRead and rawWrite > reject with an Error even when a text is thrown',
      'rawRead and rawWrite > reject with an Error even when a symbol is thrown',
      'rawRead and rawWrite > reject with an Error even when an object with an odd message is thrown',
      'rawRead and rawWrite > reject with an Error even when a proxy that was revoked is thrown',
      'rawRead and rawWrite > let the function use the descriptor it is called for',

      'rawControl',
      'detach > is EBUSY while the descriptor is inside a call',
      'close of a socket that lingers > is noticed when the option was set through rawControl',
      'close of a socket that lingers > is noticed when the option was set through rawRead',
      'close of a socket that lingers > is noticed when the option was set through rawWrite',
    ],
    descriptors: [
      'dup > gives a number of one’s own, kept from child processes and non-blocking (TestFileConn)',
      'dup > against close never crashes nor leaks (TestFileCloseRace)',
      'detach > hands the number over: open, non-blocking, and good for another FD',
      'detach > leaves a number that the end of the thread does not close',
      'detach > rejects the calls that wait, and those that queue',
      'detach > is EBUSY during a splice, for both ends',
      'close of a socket that lingers > is noticed when the option was set through dup',
    ],
    number: ['accept > gives numbers that are kept from child processes, and do not block'],
    'other calls': [
      'close of a socket that lingers > is an ordinary close when it lingers for no time, or no code may have asked it to',
    ],
    'own descriptor': [
      'shutdown > of what is not a socket is ENOTSOCK',
      'close of a socket that lingers > does not wait for a peer that was never reached',
    ],
    linger: [
      'close of a socket that lingers > shuts it down, and closes it when the peer has all of it',
      'close of a socket that lingers > closes it when the time is over',
      'close of a socket that lingers > closes it when the connection has failed',
      'close of a socket that lingers > resets at once when data is unread',
      'close of a socket that lingers > shuts down no connection that a duplicate shares, and waits for what was sent',
    ],
  },
  'poll/test/sequences.test.ts': {
    'own descriptor': [
      'any sequence of calls on epoll > settles every promise once and keeps the bytes in order over a pipe',
      'any sequence of calls on the restless poller > settles every promise once and keeps the bytes in order over a pipe',
    ],
  },
  'poll/src/linger.test.ts': {
    linger: ['lingerTime > onoff 1, 5 seconds: 5', 'closeNow > waits for no peer'],
    'own descriptor': ['lingerTime > is 0 of what is not a socket, or not open'],
    descriptors: ['closeNow > keeps a reset'],
  },
  'net/test/go.test.ts': {
    otherSockets: [
      'Go as the other end > has the same error texts over local sockets',
      'Go as the other end > has the same error texts over UDP',
    ],
  },
  'net/test/types.test.ts': {
    otherSockets: ['a network of local sockets or packets that is a literal gives its class'],
  },
  'net/test/node/serve.test.ts': {
    descriptors: [
      'a server of Node’s that listens on a duplicate > accepts by itself, with the options of the listener',
    ],
  },
}
