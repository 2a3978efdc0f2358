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

#include "args.h"
#include "iovec.h"
#include "nonblock.h"
#include "state.h"

namespace netfd {
namespace {

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
