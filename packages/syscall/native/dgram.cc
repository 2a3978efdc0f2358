// Messages one by one: with the address of the other end, and with control data.
//
// A try entry answers at once whatever O_NONBLOCK says: MSG_DONTWAIT. Sends carry MSG_NOSIGNAL, for a peer
// that has gone is an EPIPE, never a SIGPIPE.
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "args.h"
#include "iovec.h"
#include "message.h"
#include "sockaddr.h"
#include "state.h"

namespace netfd {
namespace {

// A caller whose buffers lie over each other has the peer's bytes where the kernel wrote descriptors: a wild
// number must neither grow the list without end nor be that of a watcher.
void AdoptOne(State* state, int fd) {
  if (fd < 0 || (!state->HasRoom(fd) && fcntl(fd, F_GETFD) < 0) || state->Watches(fd)) return;
  state->Adopt(fd);
}

}  // namespace

// The buffer may begin anywhere, so what stands in it is copied out, never looked at in place.
void AdoptReceived(State* state, const msghdr& message) {
  const auto* at = static_cast<const uint8_t*>(message.msg_control);
  size_t left = message.msg_controllen;
  cmsghdr header;
  while (left >= sizeof header) {
    memcpy(&header, at, sizeof header);
    const auto length = static_cast<size_t>(header.cmsg_len);
    if (length < sizeof header || length > left) return;
    const bool holds = header.cmsg_level == SOL_SOCKET &&
                       (header.cmsg_type == SCM_RIGHTS || header.cmsg_type == SCM_PIDFD);
    int fd;
    for (size_t i = sizeof header; holds && i + sizeof fd <= length; i += sizeof fd) {
      memcpy(&fd, at + i, sizeof fd);
      AdoptOne(state, fd);
    }
    const size_t step = std::min(left, CMSG_ALIGN(length));
    at += step;
    left -= step;
  }
}

int ReceiveFlags(Args& a, size_t i, bool control) {
  const int flags = a.missing(i) ? 0 : static_cast<int>(a.Whole(i, "flags", 0, INT_MAX));
  if (control && (flags & MSG_PEEK) != 0) a.RangeError("flags", "without MSG_PEEK, with control data");
  return flags;
}

namespace {

template <bool Try>
constexpr int kDontwait = Try ? MSG_DONTWAIT : 0;

// meta[0] is the length of the name, meta[1] msg_flags.
template <bool Try>
Napi::Value Recvfrom(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Bytes buf = a.Slice(1);
  const int flags = ReceiveFlags(a, 4, false);
  SockaddrOut name(a, 5);
  int32_t* meta = a.missing(6) ? nullptr : a.Ints(6, "meta", 2);
  if (!a.ok()) return Refused();
  iovec to{buf.data, buf.size};
  msghdr message = MessageOf(&to, 1);
  name.Offer(message);
  const ssize_t n = recvmsg(fd, &message, flags | kDontwait<Try>);
  if (n >= 0) {
    name.Take(message);
    if (meta != nullptr) {
      meta[0] = name.told();
      meta[1] = FlagsOf(message);
    }
  }
  return Ret(a.env(), n);
}

template <bool Try>
Napi::Value Sendto(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Bytes buf = a.Slice(1);
  const int flags = a.IntOr(4, "flags", 0);
  socklen_t length = 0;
  const sockaddr* name = a.missing(5) ? nullptr : ReadSockaddr(a, 5, &length, 6);
  if (!a.ok()) return Refused();
  return Ret(a.env(), sendto(fd, buf.data, buf.size, flags | kDontwait<Try> | MSG_NOSIGNAL, name, length));
}

// The list is read before all else: its getters may detach whatever pointer has been taken already.
template <bool Try>
Napi::Value Sendmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  Vector v(a, 1, 4, 5, Vector::kOrOne);
  const int flags = a.IntOr(2, "flags", 0);
  const Bytes control = a.missing(3) ? Bytes{} : a.View(3, "control");
  socklen_t length = 0;
  const sockaddr* name = a.missing(6) ? nullptr : ReadSockaddr(a, 6, &length);
  if (!a.ok()) return Refused();
  msghdr message = MessageOf(v.iov, v.count, control);
  message.msg_name = const_cast<sockaddr*>(name);
  message.msg_namelen = length;
  return Ret(a.env(), sendmsg(fd, &message, flags | kDontwait<Try> | MSG_NOSIGNAL));
}

// meta[0] is the control data's length, meta[1] msg_flags, meta[2] the name's length.
template <bool Try>
Napi::Value Recvmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  Vector v(a, 1, kNone, kNone, Vector::kOrOne);
  const Bytes control = a.missing(3) ? Bytes{} : a.View(3, "control");
  const int flags = ReceiveFlags(a, 2, control.size > 0);
  size_t count = 0;
  int32_t* meta = a.missing(4) ? nullptr : a.Ints(4, "meta", 2, &count);
  SockaddrOut name(a, 5);
  const bool adopt = a.Flag(6, "adopt");
  if (!a.ok()) return Refused();
  msghdr message = MessageOf(v.iov, v.count, control);
  name.Offer(message);
  // A descriptor that arrives with the message must not leak into a child process.
  const ssize_t n = recvmsg(fd, &message, flags | kDontwait<Try> | MSG_CMSG_CLOEXEC);
  if (n < 0) return Ret(a.env(), n);
  if (adopt) AdoptReceived(State::Of(a.env()), message);
  name.Take(message);
  if (meta != nullptr) {
    meta[0] = static_cast<int32_t>(message.msg_controllen);
    meta[1] = FlagsOf(message);
    if (count > 2) meta[2] = name.told();
  }
  return Ret(a.env(), n);
}

}  // namespace

void ExportDgram(Napi::Env env, Napi::Object exports) {
  // recvfrom(2): as `recv`, with the address of the sender in `name`, when given; the rest of that is
  // zeroed. `meta` receives the true length of the address, which may exceed the room, and the message's
  // flags: MSG_TRUNC when the datagram was longer than the room for it.
  CALL(recvfrom, Recvfrom<false>,
       (fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number,
        name?: Uint8Array, meta?: Int32Array): number);

  // `recvfrom` that never waits: MSG_DONTWAIT.
  CALL(tryRecvfrom, Recvfrom<true>, as recvfrom);

  // sendto(2): as `send`, to the address in the first `nameLength` bytes of `name`, by default all.
  // MSG_NOSIGNAL is always added.
  CALL(sendto, Sendto<false>,
       (fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number,
        name?: Uint8Array, nameLength?: number): number);

  // `sendto` that never waits: MSG_DONTWAIT.
  CALL(trySendto, Sendto<true>, as sendto);

  // sendmsg(2): as `writev`, on a socket, with flags, control data and the address it is for; `bufs` may be
  // one buffer. MSG_NOSIGNAL is always added.
  CALL(sendmsg, Sendmsg<false>,
       (fd: number, bufs: readonly Uint8Array[] | Uint8Array, flags?: number, control?: Uint8Array,
        start?: number, offset?: number, name?: Uint8Array): number);

  // `sendmsg` that never waits: MSG_DONTWAIT.
  CALL(trySendmsg, Sendmsg<true>, as sendmsg);

  // recvmsg(2): fills `bufs`, which may be one buffer; `meta` receives the length of the control data and
  // the message's flags, and where it has a third place, the true length of the sender's address, which goes
  // into `name`. Descriptors that come have FD_CLOEXEC; `adopt` adopts them within the call.
  CALL(recvmsg, Recvmsg<false>,
       (fd: number, bufs: readonly Uint8Array[] | Uint8Array, flags?: number, control?: Uint8Array,
        meta?: Int32Array, name?: Uint8Array, adopt?: boolean): number);

  // `recvmsg` that never waits: MSG_DONTWAIT.
  CALL(tryRecvmsg, Recvmsg<true>, as recvmsg);
}

}  // namespace netfd
