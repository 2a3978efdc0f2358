#include "nonblock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace netfd {
namespace {

// Of linux/fs.h, which is older than they are where this is built.
constexpr int kNowait = 0x8;
constexpr int kNosignal = 0x100;  // since Linux 6.18

// preadv2(2) and pwritev2(2) at the file's own position. musl has them only since 1.2.5.
ssize_t Rwv2(long call, int fd, const iovec* iov, int count, int flags) {
  return syscall(call, fd, iov, count, -1L, -1L, flags);
}

// The flags or the kind of file is known to the kernel; nothing was moved.
bool Unsupported(ssize_t n) { return n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS); }

size_t SizeOf(const iovec* iov, int count) {
  size_t size = 0;
  for (int i = 0; i < count; i++) size += iov[i].iov_len;
  return size;
}

void SwitchOff(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

}  // namespace

bool SetNonblock(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) == 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

void State::EnsureNonblock(int fd) {
  if (SetNonblock(fd) && borrowed_.Has(fd)) switched_.Add(fd);
}

void State::GiveBack(int fd) {
  borrowed_.Remove(fd);
  if (switched_.Remove(fd)) SwitchOff(fd);
}

void State::GiveBackAll() { switched_.Drain(SwitchOff); }

// Found by trying, on a pipe of our own: what a sandbox forbids or the kernel lacks is refused there too.
int State::PipeFlags() {
  int pair[2];
  if (pipe_flags_ >= 0 || pipe2(pair, O_CLOEXEC) != 0) return pipe_flags_ < 0 ? 0 : pipe_flags_;
  char byte = 0;
  const iovec one{&byte, 1};
  pipe_flags_ = kNowait | kNosignal;
  if (Rwv2(SYS_pwritev2, pair[1], &one, 1, pipe_flags_) != 1) {
    pipe_flags_ = Rwv2(SYS_pwritev2, pair[1], &one, 1, kNowait) == 1 ? kNowait : 0;
  }
  close(pair[0]);
  close(pair[1]);
  return pipe_flags_;
}

ssize_t TryRead(State* state, int fd, iovec into) {
  if (state->PipeFlags() != 0) {
    const ssize_t n = Rwv2(SYS_preadv2, fd, &into, 1, kNowait);
    if (!Unsupported(n)) return n;
  }
  state->EnsureNonblock(fd);
  return read(fd, into.iov_base, into.iov_len);
}

// Without the mask, where the kernel can keep the signal back by itself; -1 with EOPNOTSUPP elsewhere.
static ssize_t Unsignalled(State* state, int fd, const iovec* iov, int count, int flags) {
  if ((state->PipeFlags() & kNosignal) == 0) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return Rwv2(SYS_pwritev2, fd, iov, count, flags | kNosignal);
}

ssize_t TryWritev(State* state, int fd, const iovec* iov, int count) {
  const ssize_t sent = Unsignalled(state, fd, iov, count, kNowait);
  if (!Unsupported(sent)) return sent;
  return WithoutSigpipe(SizeOf(iov, count), [&] {
    if (state->PipeFlags() == kNowait) {
      const ssize_t n = Rwv2(SYS_pwritev2, fd, iov, count, kNowait);
      if (!Unsupported(n)) return n;
    }
    state->EnsureNonblock(fd);
    return writev(fd, iov, count);
  });
}

ssize_t QuietWritev(State* state, int fd, const iovec* iov, int count) {
  const ssize_t sent = Unsignalled(state, fd, iov, count, 0);
  if (!Unsupported(sent)) return sent;
  return WithoutSigpipe(SizeOf(iov, count), [&] { return writev(fd, iov, count); });
}

void DropSigpipe(const sigset_t& set) {
  const timespec none{0, 0};
  while (sigtimedwait(&set, nullptr, &none) < 0 && errno == EINTR) {
  }
}

}  // namespace netfd
