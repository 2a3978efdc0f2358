// Addresses of sockets as JavaScript passes them, and as it gets them back.
#ifndef NETFD_SOCKADDR_H
#define NETFD_SOCKADDR_H

#include <sys/socket.h>

#include <cstring>

#include "args.h"

namespace netfd {

// A struct sockaddr: its bytes, exactly as long as the address is, or the first `length_arg` of them.
inline const sockaddr* ReadSockaddr(Args& a, size_t i, socklen_t* length, size_t length_arg = SIZE_MAX) {
  const Bytes bytes = a.View(i, "sockaddr");
  size_t size = bytes.size;
  if (length_arg != SIZE_MAX && !a.missing(length_arg)) {
    size = static_cast<size_t>(a.Whole(length_arg, "nameLength", 0, static_cast<int64_t>(size)));
  }
  if (a.ok() && (size < sizeof(sa_family_t) || size > sizeof(sockaddr_storage))) {
    a.RangeError("sockaddr", "from 2 to 128 bytes long");
  }
  *length = static_cast<socklen_t>(size);
  return reinterpret_cast<const sockaddr*>(bytes.data);
}

// Where the kernel may write an address: the caller's bytes, or nothing when none were passed. What
// lies behind the address is zeroed, so that a buffer used again never shows an older, longer name.
class SockaddrOut {
 public:
  SockaddrOut(Args& a, size_t i) : given_(!a.missing(i)) {
    if (given_) out_ = a.View(i, "sockaddr");
    // The kernel takes the length for an int, and no address is longer than this.
    const size_t most = sizeof(sockaddr_storage);
    length_ = room_ = static_cast<socklen_t>(out_.size < most ? out_.size : most);
  }
  bool has_room() const { return out_.data != nullptr; }
  // The kernel tells a length only where it may write: with no room there, it writes nothing to it.
  sockaddr* address() {
    void* place = has_room() ? static_cast<void*>(out_.data) : &length_;
    return given_ ? static_cast<sockaddr*>(place) : nullptr;
  }
  socklen_t* length() { return given_ ? &length_ : nullptr; }
  // The same of a message, which keeps the length itself, by way of a place that has room for every name: the
  // kernel tells the true length where it has cut one, and AddressSanitizer takes that for what was written.
  void Offer(msghdr& message) {
    message.msg_name = given_ ? &whole_ : nullptr;
    message.msg_namelen = length_;
  }
  void Take(const msghdr& message) {
    length_ = message.msg_namelen;
    if (has_room()) memcpy(out_.data, &whole_, length_ < room_ ? length_ : room_);
    Finish();
  }
  int32_t told() const { return static_cast<int32_t>(length_); }
  // The true length may exceed the room; the name was then cut to fit.
  socklen_t Finish(int32_t* told = nullptr) {
    if (told != nullptr) *told = static_cast<int32_t>(length_);
    if (length_ < out_.size) memset(out_.data + length_, 0, out_.size - length_);
    return length_;
  }

 private:
  bool given_;
  Bytes out_;
  socklen_t room_ = 0;
  socklen_t length_ = 0;
  sockaddr_storage whole_;
};

}  // namespace netfd

#endif
