// Making, naming and closing descriptors. One entry, one call, named after it.
#include <fcntl.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "args.h"
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

// A struct sockaddr as JavaScript passes it: its bytes, exactly as long as the address is.
const sockaddr* ReadSockaddr(Args& a, size_t i, socklen_t* length) {
  const Bytes bytes = a.View(i, "sockaddr");
  if (a.ok() && (bytes.size < sizeof(sa_family_t) || bytes.size > sizeof(sockaddr_storage))) {
    a.RangeError("sockaddr", "from 2 to 128 bytes long");
  }
  *length = static_cast<socklen_t>(bytes.size);
  return reinterpret_cast<const sockaddr*>(bytes.data);
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

// Where the kernel may write an address: the caller's bytes, or nothing when none were passed. What
// lies behind the address is zeroed, so that a buffer used again never shows an older, longer name.
class SockaddrOut {
 public:
  SockaddrOut(Args& a, size_t i) {
    if (!a.missing(i)) out_ = a.View(i, "sockaddr");
    // The kernel takes the length for an int, and no address is longer than this.
    const size_t most = sizeof(sockaddr_storage);
    length_ = static_cast<socklen_t>(out_.size < most ? out_.size : most);
  }
  sockaddr* address() { return reinterpret_cast<sockaddr*>(out_.data); }
  socklen_t* length() { return out_.data == nullptr ? nullptr : &length_; }
  // The true length may exceed the room; the name was then cut to fit.
  socklen_t Finish() {
    if (length_ < out_.size) memset(out_.data + length_, 0, out_.size - length_);
    return length_;
  }

 private:
  Bytes out_;
  socklen_t length_ = 0;
};

// With Try, whatever O_NONBLOCK says: see nonblock.h.
template <bool Try>
Napi::Value Accept4(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0), flags = a.Int(1, "flags");
  SockaddrOut peer(a, 2);
  const bool adopt = a.Flag(3, "adopt");
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  if (Try) state->EnsureNonblock(fd);
  const int accepted = accept4(fd, peer.address(), peer.length(), flags);
  if (accepted >= 0) peer.Finish();
  return Ret(a.env(), state->AdoptNew(accepted, adopt));
}

template <bool Try>
Napi::Value Accept(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  SockaddrOut peer(a, 1);
  const bool adopt = a.Flag(2, "adopt");
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  if (Try) state->EnsureNonblock(fd);
  const int accepted = accept(fd, peer.address(), peer.length());
  if (accepted >= 0) peer.Finish();
  return Ret(a.env(), state->AdoptNew(accepted, adopt));
}

template <int (*Call)(int, sockaddr*, socklen_t*)>
Napi::Value Name(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (a.ok() && a.missing(1)) a.TypeError("sockaddr", "a Uint8Array");
  SockaddrOut name(a, 1);
  if (!a.ok()) return Refused();
  if (name.address() == nullptr) {
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
  Export<Socket>(env, exports, "socket");
  Export<Socketpair>(env, exports, "socketpair");
  Export<Pipe2>(env, exports, "pipe2");
  Export<Eventfd>(env, exports, "eventfd");
  Export<Bind>(env, exports, "bind");
  Export<Connect>(env, exports, "connect");
  Export<Listen>(env, exports, "listen");
  Export<Accept4<false>>(env, exports, "accept4");
  Export<Accept4<true>>(env, exports, "tryAccept4");
  Export<Accept<false>>(env, exports, "accept");
  Export<Accept<true>>(env, exports, "tryAccept");
  Export<Name<GetSockName>>(env, exports, "getsockname");
  Export<Name<GetPeerName>>(env, exports, "getpeername");
  Export<Shutdown>(env, exports, "shutdown");
  Export<Close>(env, exports, "close");
  Export<SetNonblock>(env, exports, "setNonblock");
  Export<EnsureNonblock>(env, exports, "ensureNonblock");
  Export<GiveBack>(env, exports, "giveBack");
  Export<CloseOnExec>(env, exports, "closeOnExec");
  Export<DupCloexec>(env, exports, "dupCloexec");
  Export<Fcntl>(env, exports, "fcntl");
  Export<IfNametoindex>(env, exports, "ifNametoindex");
  Export<IfIndextoname>(env, exports, "ifIndextoname");
  Export<Adopt>(env, exports, "adopt");
  Export<Disown>(env, exports, "disown");
}

}  // namespace netfd
