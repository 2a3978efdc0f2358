// @ts-check
// Regressions of packages/syscall and its addon: a flag that is dropped, an argument that is not checked.

/** @type {import('./mutant.mjs').Mutant[]} */
export const syscall = [
  {
    what: 'sendfile from 0 uses the position of the file',
    file: 'src/io.ts',
    find: "must('sendfile', raw.sendfile(out, file, offset ?? -1, count))",
    put: "must('sendfile', raw.sendfile(out, file, offset || -1, count))",
  },
  {
    what: 'recvmsg loses the flags of the message',
    file: 'src/dgram.ts',
    find: 'flags: meta[1] ?? 0, nameLength: meta[2] ?? 0',
    put: 'flags: 0, nameLength: meta[2] ?? 0',
  },
  {
    what: 'the callback of a watcher on a thread stays when it closes',
    file: 'src/watch-host.ts',
    find: 'callbacks().delete(id)\n',
    put: '',
  },
  {
    what: 'a call that failed with -1 passes for one that did not',
    file: 'src/syscall-error.ts',
    find: 'if (result < 0) throw',
    put: 'if (result < -1) throw',
  },
  {
    what: 'EAGAIN is no timeout',
    file: 'src/syscall-error.ts',
    find: 'return this.errno === -EAGAIN || this.errno === -ETIMEDOUT',
    put: 'return this.errno === -ETIMEDOUT',
  },
]

/** @type {import('./mutant.mjs').Mutant[]} */
export const addon = [
  {
    what: 'send raises SIGPIPE',
    file: 'native/io.cc',
    find: 'return send(fd, from.iov_base, from.iov_len, flags | kDontwait<Try> | MSG_NOSIGNAL);',
    put: 'return send(fd, from.iov_base, from.iov_len, flags | kDontwait<Try>);',
  },
  {
    what: 'sendmsg raises SIGPIPE',
    file: 'native/dgram.cc',
    find: 'sendmsg(fd, &message, flags | kDontwait<Try> | MSG_NOSIGNAL)',
    put: 'sendmsg(fd, &message, flags | kDontwait<Try>)',
  },
  {
    what: 'splice raises SIGPIPE',
    file: 'native/io.cc',
    find: 'return Ret(a.env(), WithoutSigpipe(length, call));',
    put: 'return Ret(a.env(), call());',
  },
  {
    what: 'recv waits where another process has switched O_NONBLOCK off',
    file: 'native/io.cc',
    find: 'return recv(fd, to.iov_base, to.iov_len, flags | kDontwait<Try>);',
    put: 'return recv(fd, to.iov_base, to.iov_len, flags);',
    see: ['--project', 'reports', 'nonblock-switched-off'],
  },
  {
    what: 'a descriptor that arrives with a message is inherited by children',
    file: 'native/dgram.cc',
    find: 'flags | kDontwait<Try> | MSG_CMSG_CLOEXEC',
    put: 'flags | kDontwait<Try>',
  },
  {
    what: 'writev passes over more than its first buffer',
    file: 'native/iovec.cc',
    find: 'skip)) return;\n    skip = 0;',
    put: 'skip)) return;',
  },
  {
    what: 'an offset beyond the first buffer is taken',
    file: 'native/iovec.cc',
    find: 'if (skip > bytes.size) a.RangeError("offset", "no larger than the first buffer");',
    put: 'if (skip > bytes.size) skip = bytes.size;',
  },
  {
    what: 'sendfile moves the position of the file although an offset was given',
    file: 'native/io.cc',
    find: 'return sendfile(out, in, offset < 0 ? nullptr : &offset, count);',
    put: 'return sendfile(out, in, offset < (INT64_C(1) << 60) ? nullptr : &offset, count);',
  },
  {
    what: 'the pool works on the number of the caller',
    file: 'native/pool.cc',
    find: 'return (fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0;',
    put: 'return (fd_ = fd) >= 0;',
  },
  {
    what: 'a socket that blocks is sent to on the pool as it is',
    file: 'native/pool.cc',
    find: 'SetNonblock(j.out.get());\n',
    put: '',
  },
  {
    what: 'closePool leaves the number open until the pool has closed its duplicate',
    file: 'native/pool.cc',
    find: '} else if (job->out.Dup(fd)) {\n    close(fd);',
    put: '} else if (job->out.Dup(fd)) {',
  },
  {
    what: 'a duplicate is inherited by children',
    file: 'native/socket.cc',
    find: 'AdoptNew(fcntl(fd, F_DUPFD_CLOEXEC, 0), adopt)',
    put: 'AdoptNew(fcntl(fd, F_DUPFD, 0), adopt)',
  },
  {
    what: 'a closed number is still adopted, and the end of the thread closes what has it then',
    file: 'native/state.cc',
    find: '  Disown(fd);\n  return true;',
    put: '  return true;',
  },
  {
    what: 'a descriptor of a watcher can be closed by its number',
    file: 'native/state.cc',
    find: 'if (Watches(fd)) {\n    errno = EBADF;\n    return false;\n  }',
    put: '',
  },
  {
    what: 'an address longer than the room leaves older bytes behind it',
    file: 'native/sockaddr.h',
    find: 'if (length_ < out_.size) memset(out_.data + length_, 0, out_.size - length_);',
    put: '',
  },
  {
    what: 'NaN is a whole number',
    file: 'native/args.cc',
    find: 'if (!(number >= static_cast<double>(lo) && number <= static_cast<double>(hi)) ||',
    put: 'if ((number < static_cast<double>(lo) || number > static_cast<double>(hi)) ||',
  },
  {
    what: 'shared memory is taken for plain memory',
    file: 'native/args.cc',
    find: 'if (napi_is_arraybuffer(env_, buffer, &plain) != napi_ok || !plain) {',
    put: 'if (napi_is_arraybuffer(env_, buffer, &plain) != napi_ok) {',
  },
  {
    what: 'a length beyond the buffer is taken',
    file: 'native/args.cc',
    find: 'Whole(i + 2, "length", 0, static_cast<int64_t>(bytes.size))',
    put: 'Whole(i + 2, "length", 0, static_cast<int64_t>(bytes.size) + 1)',
  },
  {
    what: 'fcntl takes a command whose argument is a pointer',
    file: 'native/socket.cc',
    find: 'if (a.ok() && !TakesNumber(command))',
    put: 'if (a.ok() && command < 0)',
  },
  {
    what: 'an option that holds an address is taken as bytes',
    file: 'native/sockopt.cc',
    find: 'if (HoldsAddress(level, optname)) Refuse(a, door);',
    put: '',
  },
  {
    what: 'the registration of a closed watcher on a thread stays',
    file: 'native/watch-thread.cc',
    find: 'epoll_ctl(helper->epfd, EPOLL_CTL_DEL, w->fd, nullptr);\n',
    put: '',
  },
  {
    what: 'the thread of a watcher keeps its eventfd open',
    file: 'native/watch-thread.cc',
    find: 'if (helper->stop >= 0) close(helper->stop);\n',
    put: '',
  },
  {
    what: 'a watcher leaves its duplicate open',
    file: 'native/state.cc',
    find: '  close(watcher->fd);',
    put: '',
  },
  {
    what: 'the reference to a callback leaks',
    file: 'native/state.cc',
    find: 'napi_delete_reference(env_, watcher->callback);\n',
    put: '',
  },
  {
    what: 'the end of a worker leaves its descriptors open',
    file: 'native/state.cc',
    find: 'adopted_.Drain(CloseNow)',
    put: '(void)0',
  },
]
