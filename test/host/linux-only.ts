// Files of poll and net that are not run on the host backend, each with what it is about. All others are, and
// deviations.ts lists where they do not hold.

/** By their file below packages/, or a pattern of such. */
export const LINUX_ONLY: Readonly<Record<string, string>> = {
  'poll/test/netpoll-epoll.test.ts': 'the poller over epoll',
  'poll/test/netpoll-fake.test.ts': 'the poller over a fake epoll',
  'poll/src/pipe-pool.test.ts': 'the pipes of splice(2)',
  'poll/src/sendfile.test.ts': 'sendfile(2) on the pool of threads',
  'poll/src/op-splice.test.ts': 'the operations of splice(2)',
  'poll/test/any-descriptor.test.ts': 'descriptors of every other kind',
  'poll/test/files.test.ts': 'regular files',
  'poll/test/faults.test.ts': 'what each system call may answer',
  'poll/src/kind.test.ts': 'what fstat(2) and getsockopt(2) say of a descriptor',
  'poll/test/message.test.ts': 'sockets of datagrams and of records',
  'net/test/strace.test.ts': 'which system calls are made',
  'net/test/ss.test.ts': 'what ss(8) shows of the kernel’s sockets',
  'net/test/netns.test.ts': 'network namespaces and TCP_USER_TIMEOUT',
  'net/test/memory.test.ts': 'the memory of an idle connection on epoll',
  'net/test/keep-alive.test.ts': 'what the kernel says of keep-alive, by getsockopt(2) on a number',
  'net/test/rawconn.test.ts': 'the number of a descriptor',
  'net/test/unix-kernel.test.ts': 'Unix sockets',
  'net/test/unix-left.test.ts': 'Unix sockets',
  'net/test/unix-programs.test.ts': 'Unix sockets',
  'net/test/unix-socat.test.ts': 'Unix sockets',
  'net/test/node/local.test.ts': 'Unix sockets',
  'net/test/descriptors.test.ts': 'the number of a descriptor',
  'net/test/multicast.test.ts': 'UDP',
  'net/test/udp*.test.ts': 'UDP',
  'net/test/unix*.test.ts': 'Unix sockets',
}
