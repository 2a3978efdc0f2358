// What a call needs that must not block and must not end the process.
//
// O_NONBLOCK belongs to the open file, which other processes may share: a child that is given a duplicate
// as its standard output switches it off, and so may the process that started this one. So the calls of an
// event loop do not rest on it. Sockets have MSG_DONTWAIT and pipes RWF_NOWAIT; where the kernel offers
// nothing of the kind (accept4, splice, sendfile, terminals, FIFOs) the flag is looked at before
// the call and switched on again. Between the look and the call is all that is left to chance.
#ifndef NETFD_NONBLOCK_H
#define NETFD_NONBLOCK_H

#include <signal.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>

#include "state.h"

namespace netfd {

// Switches O_NONBLOCK on: whether it was off and is on now.
bool SetNonblock(int fd);

// As read(2), but never waits.
ssize_t TryRead(State* state, int fd, iovec into);
// As writev(2), but never waits; EPIPE raises no signal.
ssize_t TryWritev(State* state, int fd, const iovec* iov, int count);
// As writev(2); EPIPE raises no signal.
ssize_t QuietWritev(State* state, int fd, const iovec* iov, int count);

// Takes SIGPIPE, all that `set` holds, from those that wait for this thread.
void DropSigpipe(const sigset_t& set);

// Runs a call that moves up to `wanted` bytes with SIGPIPE kept from this thread, and takes back one that
// it raised. Node ignores the signal from its start, but a handler that is added and removed leaves it at
// its default, which ends the process. Only the mask of signals is the thread's own.
template <typename Call>
ssize_t WithoutSigpipe(size_t wanted, Call call) {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  const ssize_t n = call();
  const int error = errno;
  // A thread that kept the signal back before keeps what has come, which may not be ours.
  if (sigismember(&before, SIGPIPE) != 1) {
    // The reader may also have gone in the middle: bytes were moved, and the signal was raised.
    if (n < 0 ? error == EPIPE : static_cast<size_t>(n) < wanted) DropSigpipe(set);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  errno = error;
  return n;
}

}  // namespace netfd

#endif
