// What the calls share that carry a struct msghdr.
#ifndef NETFD_MESSAGE_H
#define NETFD_MESSAGE_H

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstring>

#include "args.h"

// Newer than the headers of most build machines.
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif

namespace netfd {

class State;

// glibc and musl pad msghdr differently, so every byte of it is zeroed first.
inline msghdr MessageOf(iovec* iov, int count, Bytes control = {}) {
  msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = iov;
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
  message.msg_control = control.data;
  message.msg_controllen = static_cast<decltype(message.msg_controllen)>(control.size);
  return message;
}

// The flags of a message that came. The kernel repeats MSG_CMSG_CLOEXEC, which no caller has asked for.
inline int32_t FlagsOf(const msghdr& message) { return message.msg_flags & ~MSG_CMSG_CLOEXEC; }

// Adopts every descriptor that came with a message.
void AdoptReceived(State* state, const msghdr& message);

// The flags of a call that receives control data. A look at a message without taking it would install its
// descriptors once more each time, and the top bit has control data laid out as for 32-bit programs.
int ReceiveFlags(Args& a, size_t i, bool control);

}  // namespace netfd

#endif
