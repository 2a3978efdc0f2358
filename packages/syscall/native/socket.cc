// Making, naming and closing descriptors. One entry, one call, named after it.
#include <fcntl.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "args.h"
#include "sockaddr.h"
#include "state.h"

namespace netfd {
namespace {

Napi::Value Socket(const Napi::CallbackInfo& info) {
  Args a(info);
  const int domain = a.Int(0, "domain"), type = a.Int(1, "type"), protocol = a.IntOr(2, "protocol", 0);
  const bool adopt = a.Flag(3, "adopt");
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->AdoptNew(socket(domain, type, protocol), adopt));
}

Napi::Value Socketpair(const Napi::CallbackInfo& info) {
  Args a(info);
  const int domain = a.Int(0, "domain"), type = a.Int(1, "type"), protocol = a.Int(2, "protocol");
  int32_t* pair = a.Ints(3, "pair", 2);
  const bool adopt = a.Flag(4, "adopt");
  if (!a.ok()) return Refused();
  const int r = socketpair(domain, type, protocol, pair);
  return Ret(a.env(), State::Of(a.env())->AdoptNew(r, pair, adopt));
}

Napi::Value Pipe2(const Napi::CallbackInfo& info) {
  Args a(info);
  const int flags = a.Int(0, "flags");
  int32_t* pair = a.Ints(1, "pair", 2);
  const bool adopt = a.Flag(2, "adopt");
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->AdoptNew(pipe2(pair, flags), pair, adopt));
}

Napi::Value Eventfd(const Napi::CallbackInfo& info) {
  Args a(info);
  const auto initial = static_cast<unsigned>(a.Whole(0, "initial", 0, UINT32_MAX));
  const int flags = a.IntOr(1, "flags", 0);
  const bool adopt = a.Flag(2, "adopt");
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->AdoptNew(eventfd(initial, flags), adopt));
}

Napi::Value Bind(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  socklen_t length;
  const sockaddr* address = ReadSockaddr(a, 1, &length);
  if (!a.ok()) return Refused();
  return Ret(a.env(), bind(fd, address, length));
}

Napi::Value Connect(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  socklen_t length;
  const sockaddr* address = ReadSockaddr(a, 1, &length);
  if (!a.ok()) return Refused();
  return Ret(a.env(), connect(fd, address, length));
}

Napi::Value Listen(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), backlog = a.Int(1, "backlog");
  if (!a.ok()) return Refused();
  return Ret(a.env(), listen(fd, backlog));
}

// With Try, whatever O_NONBLOCK says: see nonblock.h.
template <bool Try>
Napi::Value Accept4(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), flags = a.Int(1, "flags");
  SockaddrOut peer(a, 2);
  const bool adopt = a.Flag(3, "adopt");
  int32_t* length = a.missing(4) ? nullptr : a.Ints(4, "length", 1);
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  if (Try) state->EnsureNonblock(fd);
  const int accepted = accept4(fd, peer.address(), peer.length(), flags);
  if (accepted >= 0) peer.Finish(length);
  return Ret(a.env(), state->AdoptNew(accepted, adopt));
}

template <bool Try>
Napi::Value Accept(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  SockaddrOut peer(a, 1);
  const bool adopt = a.Flag(2, "adopt");
  int32_t* length = a.missing(3) ? nullptr : a.Ints(3, "length", 1);
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  if (Try) state->EnsureNonblock(fd);
  const int accepted = accept(fd, peer.address(), peer.length());
  if (accepted >= 0) peer.Finish(length);
  return Ret(a.env(), state->AdoptNew(accepted, adopt));
}

template <int (*Call)(int, sockaddr*, socklen_t*)>
Napi::Value Name(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (a.ok() && a.missing(1)) a.TypeError("sockaddr", "a Uint8Array");
  SockaddrOut name(a, 1);
  if (!a.ok()) return Refused();
  if (!name.has_room()) {
    a.RangeError("sockaddr", "a Uint8Array with room for the answer");
    return Refused();
  }
  const int r = Call(fd, name.address(), name.length());
  return Ret(a.env(), r < 0 ? r : static_cast<int64_t>(name.Finish()));
}

int GetSockName(int fd, sockaddr* address, socklen_t* length) {
  return getsockname(fd, address, length);
}
int GetPeerName(int fd, sockaddr* address, socklen_t* length) {
  return getpeername(fd, address, length);
}

Napi::Value Shutdown(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), how = a.Int(1, "how");
  if (!a.ok()) return Refused();
  return Ret(a.env(), shutdown(fd, how));
}

// close(2) is never retried: Linux has released the number even when it answers EINTR. It may be
// another thread's by the next instruction, so this environment forgets that it had adopted it.
Napi::Value Close(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->GiveUp(fd) ? close(fd) : -1);
}

Napi::Value SetNonblock(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), on = static_cast<int>(a.Whole(1, "on", 0, 1));
  if (!a.ok()) return Refused();
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return Ret(a.env(), flags);
  return Ret(a.env(), fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

Napi::Value EnsureNonblock(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  State::Of(a.env())->EnsureNonblock(fd);
  return Ret(a.env(), 0);
}

Napi::Value GiveBack(const Napi::CallbackInfo& info) {
  State::Of(info.Env())->GiveBackAll();
  return Ret(info.Env(), 0);
}

Napi::Value CloseOnExec(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  return Ret(a.env(), fcntl(fd, F_SETFD, FD_CLOEXEC));
}

Napi::Value DupCloexec(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const bool adopt = a.Flag(1, "adopt");
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->AdoptNew(fcntl(fd, F_DUPFD_CLOEXEC, 0), adopt));
}

// Only commands whose argument is a plain number: with any other, the kernel would take it as a pointer.
bool TakesNumber(int command) {
  switch (command) {
    case F_GETFD:
    case F_SETFD:
    case F_GETFL:
    case F_SETFL:
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ:
    case F_DUPFD_CLOEXEC:
      return true;
    default:
      return false;
  }
}

Napi::Value Fcntl(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), command = a.Int(1, "cmd"), arg = a.IntOr(2, "arg", 0);
  if (a.ok() && !TakesNumber(command)) a.RangeError("cmd", "a command with a numeric argument");
  if (a.ok() && command == F_SETFL && (arg & O_ASYNC) != 0) {
    a.RangeError("arg", "flags without O_ASYNC, whose signal would end the process");
  }
  if (!a.ok()) return Refused();
  // The C library reads a long, whatever the command.
  return Ret(a.env(), fcntl(fd, command, static_cast<long>(arg)));
}

Napi::Value IfNametoindex(const Napi::CallbackInfo& info) {
  Args a(info);
  char name[IF_NAMESIZE];
  size_t length = 0;
  if (napi_get_value_string_utf8(a.env(), a.at(0), nullptr, 0, &length) != napi_ok) {
    a.TypeError("name", "a string");
    return Refused();
  }
  // A longer name, or one with a NUL inside, would be cut to that of another interface.
  if (length < sizeof name) {
    napi_get_value_string_utf8(a.env(), a.at(0), name, sizeof name, &length);
  }
  if (length >= sizeof name || memchr(name, '\0', length) != nullptr) {
    errno = ENODEV;
    return Ret(a.env(), -1);
  }
  const unsigned index = if_nametoindex(name);
  return Ret(a.env(), index == 0 ? -1 : static_cast<int64_t>(index));
}

Napi::Value IfIndextoname(const Napi::CallbackInfo& info) {
  Args a(info);
  const auto index = static_cast<unsigned>(a.Whole(0, "index", 0, UINT32_MAX));
  if (!a.ok()) return Refused();
  char name[IF_NAMESIZE];
  if (if_indextoname(index, name) == nullptr) return Ret(a.env(), -1);
  return Napi::String::New(info.Env(), name);
}

// A descriptor that this environment must close when it ends, unless the program has closed it before. It
// has to be open: the kernel's limit on descriptors is the only one on the size of our list.
Napi::Value Adopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const bool borrowed = a.Flag(1, "borrowed");
  if (!a.ok()) return Refused();
  // Only a number beyond the table is asked after, so that a wild one cannot make it grow without end.
  State* state = State::Of(a.env());
  if (!state->HasRoom(fd) && fcntl(fd, F_GETFD) < 0) return Ret(a.env(), -1);
  // Closed with its watcher, and once more when the number may be another thread's.
  if (state->Watches(fd)) {
    errno = EBADF;
    return Ret(a.env(), -1);
  }
  state->Adopt(fd, borrowed);
  return Ret(a.env(), 0);
}

Napi::Value Disown(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  State::Of(a.env())->Disown(fd);
  return Ret(a.env(), 0);
}

}  // namespace

void ExportSocket(Napi::Env env, Napi::Object exports) {
  // socket(2): a descriptor. Flags such as SOCK_NONBLOCK go into the type.
  CALL(socket, Socket, (domain: number, type: number, protocol?: number, adopt?: boolean): number);

  // socketpair(2): 0, with the two descriptors in `pair`.
  CALL(socketpair, Socketpair,
       (domain: number, type: number, protocol: number, pair: Int32Array, adopt?: boolean): number);

  // pipe2(2): 0, with the reading and the writing end in `pair`.
  CALL(pipe2, Pipe2, (flags: number, pair: Int32Array, adopt?: boolean): number);

  // eventfd(2): a descriptor whose counter starts at `initial`.
  CALL(eventfd, Eventfd, (initial: number, flags?: number, adopt?: boolean): number);

  // bind(2): 0. The address is a struct sockaddr, as `encodeSockaddr` makes it.
  CALL(bind, Bind, (fd: number, sockaddr: Uint8Array): number);

  // connect(2): 0, or -EINPROGRESS on a non-blocking socket.
  CALL(connect, Connect, (fd: number, sockaddr: Uint8Array): number);

  // listen(2): 0.
  CALL(listen, Listen, (fd: number, backlog: number): number);

  // accept4(2): a descriptor. The peer's address goes into `sockaddr`, when given; the rest is zeroed. Its
  // true length, which may exceed the room, goes into `length[0]`: 0 without `sockaddr`.
  CALL(accept4, Accept4<false>,
       (fd: number, flags: number, sockaddr?: Uint8Array, adopt?: boolean, length?: Int32Array): number);

  // `accept4` that never waits: O_NONBLOCK is switched on.
  CALL(tryAccept4, Accept4<true>, as accept4);

  // accept(2): as `accept4`, a descriptor without any flag.
  CALL(accept, Accept<false>,
       (fd: number, sockaddr?: Uint8Array, adopt?: boolean, length?: Int32Array): number);

  // `accept` that never waits: O_NONBLOCK is switched on.
  CALL(tryAccept, Accept<true>, as accept);

  // getsockname(2): the length of the address now in `sockaddr`, in bytes.
  CALL(getsockname, Name<GetSockName>, (fd: number, sockaddr: Uint8Array): number);

  // getpeername(2): the length of the address now in `sockaddr`, in bytes.
  CALL(getpeername, Name<GetPeerName>, (fd: number, sockaddr: Uint8Array): number);

  // shutdown(2): 0.
  CALL(shutdown, Shutdown, (fd: number, how: number): number);

  // close(2): 0. Never retried, for Linux has released the number even after EINTR. Ends `adopt`. -EBADF
  // for the number that a Watcher has, which its own `close` closes.
  CALL(close, Close, (fd: number): number);

  // fcntl(2) with F_GETFL and F_SETFL: switches O_NONBLOCK on (1) or off (0).
  CALL(setNonblock, SetNonblock, (fd: number, on: 0 | 1): number);

  // Switches O_NONBLOCK on where it is off: 0. Of a descriptor that was adopted as borrowed, `close`,
  // `disown` and the end of the thread switch it off again.
  CALL(ensureNonblock, EnsureNonblock, (fd: number): number);

  // Switches O_NONBLOCK off on every borrowed descriptor of this thread on which it was switched on: 0. For
  // the end of the process, which the addon is not told of.
  CALL(giveBack, GiveBack, (): number);

  // fcntl(2) with F_SETFD: sets FD_CLOEXEC.
  CALL(closeOnExec, CloseOnExec, (fd: number): number);

  // fcntl(2) with F_DUPFD_CLOEXEC: a new descriptor of the same open file.
  CALL(dupCloexec, DupCloexec, (fd: number, adopt?: boolean): number);

  // fcntl(2) for the commands whose argument is a number (F_GETFL, F_SETPIPE_SZ and so on).
  CALL(fcntl, Fcntl, (fd: number, cmd: number, arg?: number): number);

  // if_nametoindex(3): the index of a network interface, or -ENODEV.
  CALL(ifNametoindex, IfNametoindex, (name: string): number);

  // if_indextoname(3): the name of a network interface, or -ENXIO.
  CALL(ifIndextoname, IfIndextoname, (index: number): string | number);

  // Has this thread close an open descriptor when it ends, unless it closes or disowns it before: 0. Not for
  // one that node:fs opened in a worker: Node closes that itself, so adopt a duplicate (`dupCloexec`).
  // `borrowed` is for one that was here before: what the try calls switch on is switched off again.
  CALL(adopt, Adopt, (fd: number, borrowed?: boolean): number);

  // Takes back `adopt`, for a descriptor that is handed over, with O_NONBLOCK as it came: 0.
  CALL(disown, Disown, (fd: number): number);
}

}  // namespace netfd
