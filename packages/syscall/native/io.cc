// Moving bytes. The kernel reads from and writes into the caller's memory; nothing is copied here.
//
// A peer that has gone is an EPIPE, never a SIGPIPE: sends always carry MSG_NOSIGNAL, and every other
// call that would raise one is made WithoutSigpipe.
//
// With Try, an entry answers at once whatever O_NONBLOCK says: see nonblock.h.
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>

#include <cstring>
#include <memory>

#include "args.h"
#include "nonblock.h"
#include "state.h"

namespace netfd {
namespace {

// IOV_MAX of every Linux; also the number of entries Go hands to one writev.
constexpr uint32_t kMaxIov = 1024;

template <bool Try>
constexpr int kDontwait = Try ? MSG_DONTWAIT : 0;

// What read, write, recv and send have in common: one buffer, and flags where kFlags says so.
template <bool kFlags, typename Call>
Napi::Value OneBuffer(const Napi::CallbackInfo& info, Call call) {
  Args a(info);
  const int fd = a.Fd(0);
  const Bytes buf = a.Slice(1);
  const int flags = kFlags ? a.IntOr(4, "flags", 0) : 0;
  if (!a.ok()) return Refused();
  return Ret(a.env(), call(a.env(), fd, iovec{buf.data, buf.size}, flags));
}

template <bool Try>
Napi::Value Read(const Napi::CallbackInfo& info) {
  return OneBuffer<false>(info, [](napi_env env, int fd, const iovec& to, int) {
    return Try ? TryRead(State::Of(env), fd, to) : read(fd, to.iov_base, to.iov_len);
  });
}

template <bool Try>
Napi::Value Write(const Napi::CallbackInfo& info) {
  return OneBuffer<false>(info, [](napi_env env, int fd, const iovec& from, int) {
    State* state = State::Of(env);
    return Try ? TryWritev(state, fd, &from, 1) : QuietWritev(state, fd, &from, 1);
  });
}

template <bool Try>
Napi::Value Recv(const Napi::CallbackInfo& info) {
  return OneBuffer<true>(info, [](napi_env, int fd, const iovec& to, int flags) {
    return recv(fd, to.iov_base, to.iov_len, flags | kDontwait<Try>);
  });
}

template <bool Try>
Napi::Value Send(const Napi::CallbackInfo& info) {
  return OneBuffer<true>(info, [](napi_env, int fd, const iovec& from, int flags) {
    return send(fd, from.iov_base, from.iov_len, flags | kDontwait<Try> | MSG_NOSIGNAL);
  });
}

// The iovec of an array of Uint8Array, from entry `start`, whose first `offset` bytes are done with.
// Empty entries are passed over. An entry over 1 GiB is cut there, and the list ends with it.
class Vector {
 public:
  iovec* iov = small_;
  int count = 0;

  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  Vector(Args& a, size_t list, size_t start_arg, size_t offset_arg) {
    uint32_t length = 0;
    if (!a.ok()) return;
    if (napi_get_array_length(a.env(), a.at(list), &length) != napi_ok) {
      a.TypeError("bufs", "an array of Uint8Array");
      return;
    }
    const auto start = a.missing(start_arg)
                           ? 0
                           : static_cast<uint32_t>(a.Whole(start_arg, "start", 0, length));
    auto skip = a.missing(offset_arg)
                    ? 0
                    : static_cast<size_t>(a.Whole(offset_arg, "offset", 0, INT64_C(1) << 53));
    if (!a.ok()) return;
    const uint32_t have = length - start < kMaxIov ? length - start : kMaxIov;
    if (have == 0 && skip > 0) a.RangeError("offset", "no larger than the first buffer");
    if (have > kSmall) {
      large_.reset(new iovec[have]);
      iov = large_.get();
    }
    // Reading an element may run a getter, and a getter may detach a buffer. So every element is
    // read before the first pointer is taken; until then it stands where its pointer will.
    for (uint32_t i = 0; a.ok() && i < have; i++) {
      napi_value entry = nullptr;
      if (napi_get_element(a.env(), a.at(list), start + i, &entry) != napi_ok) {
        a.TypeError("bufs", "an array of Uint8Array");
      }
      iov[i].iov_base = entry;
    }
    for (uint32_t i = 0; a.ok() && i < have; i++) {
      Bytes bytes = a.View(static_cast<napi_value>(iov[i].iov_base), "bufs");
      if (skip > bytes.size) a.RangeError("offset", "no larger than the first buffer");
      if (!a.ok()) return;
      bytes.size -= skip;
      if (bytes.size > 0) {
        iov[count].iov_base = bytes.data + skip;
        iov[count].iov_len = bytes.size > kMaxRW ? kMaxRW : bytes.size;
        count++;
        if (bytes.size > kMaxRW) return;
      }
      skip = 0;
    }
  }

 private:
  // A list that is no longer costs no allocation, and little of the stack: a getter may call again.
  static constexpr uint32_t kSmall = 64;
  iovec small_[kSmall];
  std::unique_ptr<iovec[]> large_;
};

Napi::Value Readv(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Vector v(a, 1, 2, 3);
  if (!a.ok()) return Refused();
  return Ret(a.env(), readv(fd, v.iov, v.count));
}

template <bool Try>
Napi::Value Writev(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Vector v(a, 1, 2, 3);
  if (!a.ok()) return Refused();
  if (Try) return Ret(a.env(), TryWritev(State::Of(a.env()), fd, v.iov, v.count));
  return Ret(a.env(), QuietWritev(State::Of(a.env()), fd, v.iov, v.count));
}

// The list is read before the control data: its getters may detach whatever pointer has been taken already.
template <bool Try>
Napi::Value Sendmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  Vector v(a, 1, 4, 5);
  const int flags = a.IntOr(2, "flags", 0);
  const Bytes control = a.missing(3) ? Bytes{} : a.View(3, "control");
  if (!a.ok()) return Refused();
  // glibc and musl pad msghdr differently, so every byte of it is zeroed first.
  msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = v.iov;
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(v.count);
  message.msg_control = control.data;
  message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size);
  return Ret(a.env(), sendmsg(fd, &message, flags | kDontwait<Try> | MSG_NOSIGNAL));
}

// meta[0] is the control data's length, meta[1] msg_flags.
Napi::Value Recvmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  Vector v(a, 1, SIZE_MAX, SIZE_MAX);
  const int flags = a.IntOr(2, "flags", 0);
  const Bytes control = a.missing(3) ? Bytes{} : a.View(3, "control");
  int32_t* meta = a.missing(4) ? nullptr : a.Ints(4, "meta", 2);
  if (!a.ok()) return Refused();
  msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = v.iov;
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(v.count);
  message.msg_control = control.data;
  message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size);
  // A descriptor that arrives with the message must not leak into a child process.
  const ssize_t n = recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
  if (n >= 0 && meta != nullptr) {
    meta[0] = static_cast<int32_t>(message.msg_controllen);
    meta[1] = message.msg_flags;
  }
  return Ret(a.env(), n);
}

// One end is a pipe, so no file offset is ever passed.
Napi::Value Splice(const Napi::CallbackInfo& info) {
  Args a(info);
  const int in = a.Fd(0), out = a.Fd(1);
  const auto length = static_cast<size_t>(a.Whole(2, "length", 0, INT64_C(1) << 53));
  const auto flags = static_cast<unsigned>(a.IntOr(3, "flags", 0));
  if (!a.ok()) return Refused();
  return Ret(a.env(), WithoutSigpipe(length, [&] {
               return splice(in, nullptr, out, nullptr, length, flags);
             }));
}

// A socket's end goes by O_NONBLOCK alone: SPLICE_F_NONBLOCK speaks for pipes. toPipe says which end is a pipe that only the caller has, both of whose ends are open:
// nothing is to be feared from that end, and a look at it would cost as much as at the other.
Napi::Value TrySplice(const Napi::CallbackInfo& info) {
  Args a(info);
  const int in = a.Fd(0), out = a.Fd(1);
  const auto length = static_cast<size_t>(a.Whole(2, "length", 0, INT64_C(1) << 53));
  const auto flags = static_cast<unsigned>(a.IntOr(3, "flags", 0)) | SPLICE_F_NONBLOCK;
  const bool to_pipe = a.Flag(4, "toPipe");
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  const auto call = [&] { return splice(in, nullptr, out, nullptr, length, flags); };
  if (to_pipe || a.missing(4)) state->EnsureNonblock(in);
  if (to_pipe) return Ret(a.env(), call());
  state->EnsureNonblock(out);
  return Ret(a.env(), WithoutSigpipe(length, call));
}

Napi::Value Sendfile(const Napi::CallbackInfo& info) {
  Args a(info);
  const int out = a.Fd(0), in = a.Fd(1);
  auto offset = static_cast<off_t>(a.Whole(2, "offset", -1, INT64_C(1) << 53));
  const auto count = static_cast<size_t>(a.Whole(3, "count", 0, INT64_C(1) << 53));
  if (!a.ok()) return Refused();
  return Ret(a.env(), WithoutSigpipe(count, [&] {
               return sendfile(out, in, offset < 0 ? nullptr : &offset, count);
             }));
}

}  // namespace

void ExportIo(Napi::Env env, Napi::Object exports) {
  // read(2) into `buf[offset, offset + length)`: how many bytes, 0 at the end. At most 1 GiB a call.
  CALL(read, Read<false>, (fd: number, buf: Uint8Array, offset?: number, length?: number): number);

  // `read` that never waits.
  CALL(tryRead, Read<true>, as read);

  // write(2) from `buf[offset, offset + length)`: how many bytes were taken. At most 1 GiB a call. A pipe
  // that has no reader is -EPIPE, never a SIGPIPE; so it is in `writev`, `splice` and `sendfile`.
  CALL(write, Write<false>, (fd: number, buf: Uint8Array, offset?: number, length?: number): number);

  // `write` that never waits.
  CALL(tryWrite, Write<true>, as write);

  // recv(2): as `read`, on a socket.
  CALL(recv, Recv<false>,
       (fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number);

  // `recv` that never waits: MSG_DONTWAIT.
  CALL(tryRecv, Recv<true>, as recv);

  // send(2): as `write`, on a socket. MSG_NOSIGNAL is always added.
  CALL(send, Send<false>,
       (fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number);

  // `send` that never waits: MSG_DONTWAIT.
  CALL(trySend, Send<true>, as send);

  // readv(2): fills up to 1024 buffers, from entry `start` at byte `offset`.
  CALL(readv, Readv, (fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number);

  // writev(2): sends up to 1024 buffers, from entry `start` at byte `offset`. Empty ones are skipped.
  CALL(writev, Writev<false>,
       (fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number);

  // `writev` that never waits.
  CALL(tryWritev, Writev<true>, as writev);

  // sendmsg(2): as `writev`, on a socket, with flags and control data. MSG_NOSIGNAL is always added.
  CALL(sendmsg, Sendmsg<false>,
       (fd: number, bufs: readonly Uint8Array[], flags?: number, control?: Uint8Array,
        start?: number, offset?: number): number);

  // `sendmsg` that never waits: MSG_DONTWAIT.
  CALL(trySendmsg, Sendmsg<true>, as sendmsg);

  // recvmsg(2): fills `bufs`; `meta` receives the length of the control data and the message's flags.
  CALL(recvmsg, Recvmsg,
       (fd: number, bufs: readonly Uint8Array[], flags?: number, control?: Uint8Array,
        meta?: Int32Array): number);

  // splice(2) between a descriptor and a pipe: how many bytes were moved.
  CALL(splice, Splice, (fdIn: number, fdOut: number, length: number, flags?: number): number);

  // `splice` that never waits: O_NONBLOCK is switched on at both ends, or at the other one alone when `toPipe`
  // says that `fdOut` (true) or `fdIn` (false) is a pipe of the caller's, both of whose ends are open.
  CALL(trySplice, TrySplice,
       (fdIn: number, fdOut: number, length: number, flags?: number, toPipe?: boolean): number);

  // sendfile(2) on this thread: how many bytes were moved. An offset of -1 moves the file's own.
  CALL(sendfile, Sendfile, (out: number, file: number, offset: number, count: number): number);
}

}  // namespace netfd
