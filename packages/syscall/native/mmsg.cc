// Messages in batches. They lie in one slab of equal places, as do their addresses and their control data,
// and `meta` has four numbers for each: its length, its flags, the length of its address, and that of its
// control data. So a batch costs one trip from JavaScript and one into the kernel.
//
// None of these waits, whatever O_NONBLOCK says: MSG_DONTWAIT. Sends carry MSG_NOSIGNAL.
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

// The kernel takes 1024; this many fit on the stack.
constexpr int64_t kMaxBatch = 128;
constexpr size_t kPerMessage = 4;
enum Meta { kLength, kFlags, kNameLength, kControlLength };

// Room for an address of either IP family, and some.
constexpr size_t kLeastName = 32;

// The memory of a batch: as many places as the slab has room for, `capacity`. What lies beside it has the
// same number of places, so that where a message's things are depends on no count. That two of them share
// memory is the caller's affair: the kernel writes bytes, and nothing else follows from them.
struct Slab {
  Bytes data, names, control;
  size_t size = 0, capacity = 0, name_size = 0, control_size = 0;
  int32_t* meta = nullptr;

  Slab(Args& a, size_t slab, size_t meta_arg, size_t names_arg, size_t control_arg) {
    data = a.View(slab, "slab");
    size = static_cast<size_t>(a.Whole(slab + 1, "size", 1, static_cast<int64_t>(kMaxRW)));
    if (!a.ok()) return;
    capacity = data.size / size;
    size_t length = 0;
    meta = a.Ints(meta_arg, "meta", 0, &length);
    if (a.ok() && capacity == 0) a.RangeError("size", "no larger than the slab");
    if (a.ok() && length / kPerMessage < capacity) {
      a.RangeError("meta", "four numbers for each message that the slab has room for");
    }
    if (!a.missing(names_arg)) names = a.View(names_arg, "names");
    if (!a.missing(control_arg)) control = a.View(control_arg, "control");
    if (!a.ok()) return;
    name_size = Divide(a, names, "names");
    control_size = Divide(a, control, "control");
    if (names.size > 0 && (name_size < kLeastName || name_size > sizeof(sockaddr_storage))) {
      a.RangeError("names", "from 32 to 128 bytes for each message that the slab has room for");
    }
  }

  // How many messages from `start` on a call is about.
  uint32_t Count(Args& a, size_t i, uint32_t start) const {
    if (a.ok() && start >= capacity) a.RangeError("start", "below what the slab has room for");
    if (!a.ok()) return 0;
    const auto most = std::min(kMaxBatch, static_cast<int64_t>(capacity - start));
    return static_cast<uint32_t>(a.Whole(i, "count", 1, most));
  }

  int32_t* MetaOf(size_t i) const { return meta + kPerMessage * i; }
  uint8_t* NameOf(size_t i) const { return names.size == 0 ? nullptr : names.data + i * name_size; }
  Bytes ControlOf(size_t i, size_t length) const {
    return length == 0 ? Bytes{} : Bytes{control.data + i * control_size, length};
  }

 private:
  size_t Divide(Args& a, const Bytes& bytes, const char* name) const {
    if (a.ok() && bytes.size % capacity != 0) {
      a.RangeError(name, "a multiple of how many messages the slab has room for");
    }
    return a.ok() ? bytes.size / capacity : 0;
  }
};

// musl puts zeros of its own into the padding of control data, glibc does not: all of it is zeroed here.
template <size_t kCount>
struct Batch {
  mmsghdr messages[kCount];
  iovec iov[kCount];

  msghdr& Set(uint32_t i, iovec part, Bytes control = {}) {
    iov[i] = part;
    memset(&messages[i], 0, sizeof messages[i]);
    return messages[i].msg_hdr = MessageOf(&iov[i], 1, control);
  }
};

void SetName(msghdr& message, const void* name, size_t length) {
  message.msg_name = const_cast<void*>(name);
  message.msg_namelen = static_cast<socklen_t>(length);
}

// What a message that came says of itself; behind its address there are zeros.
void Tell(const Slab& slab, size_t i, const mmsghdr& message) {
  int32_t* meta = slab.MetaOf(i);
  const size_t length = message.msg_hdr.msg_namelen;
  meta[kLength] = static_cast<int32_t>(message.msg_len);
  meta[kFlags] = FlagsOf(message.msg_hdr);
  meta[kNameLength] = static_cast<int32_t>(length);
  meta[kControlLength] = static_cast<int32_t>(message.msg_hdr.msg_controllen);
  if (length < slab.name_size) memset(slab.NameOf(i) + length, 0, slab.name_size - length);
}

Napi::Value Recvmmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Slab slab(a, 1, 4, 5, 6);
  const uint32_t count = slab.Count(a, 3, 0);
  const int flags = ReceiveFlags(a, 7, slab.control.size > 0);
  if ((flags & (MSG_WAITFORONE | MSG_WAITALL)) != 0) {
    a.RangeError("flags", "without MSG_WAITFORONE and MSG_WAITALL");
  }
  const bool adopt = a.Flag(8, "adopt");
  if (!a.ok()) return Refused();
  Batch<kMaxBatch> batch;
  for (uint32_t i = 0; i < count; i++) {
    const iovec part{slab.data.data + i * slab.size, slab.size};
    msghdr& message = batch.Set(i, part, slab.ControlOf(i, slab.control_size));
    if (slab.name_size > 0) SetName(message, slab.NameOf(i), slab.name_size);
  }
  const int n = recvmmsg(fd, batch.messages, count, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC, nullptr);
  for (int i = 0; adopt && i < n; i++) {
    AdoptReceived(State::Of(a.env()), batch.messages[i].msg_hdr);
  }
  for (int i = 0; i < n; i++) Tell(slab, static_cast<size_t>(i), batch.messages[i]);
  return Ret(a.env(), n);
}

// The lengths that `meta` has of one message; false when they cannot be.
bool Fits(const Slab& slab, const int32_t* meta) {
  const auto within = [](int32_t n, size_t most) { return n >= 0 && static_cast<size_t>(n) <= most; };
  return within(meta[kLength], slab.size) &&
         (slab.name_size == 0 || meta[kNameLength] != 1) &&
         (slab.name_size == 0 || within(meta[kNameLength], slab.name_size)) &&
         (slab.control_size == 0 || within(meta[kControlLength], slab.control_size));
}

Napi::Value Sendmmsg(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  const Slab slab(a, 1, 5, 6, 7);
  const auto start = static_cast<uint32_t>(a.Whole(3, "start", 0, INT_MAX));
  const uint32_t count = slab.Count(a, 4, start);
  const int flags = a.IntOr(8, "flags", 0);
  Batch<kMaxBatch> batch;
  for (uint32_t i = 0; a.ok() && i < count; i++) {
    const size_t at = start + i;
    const int32_t* meta = slab.MetaOf(at);
    if (!Fits(slab, meta)) {
      a.RangeError("meta", "lengths that fit what there is for each message");
      break;
    }
    const size_t control = slab.control_size == 0 ? 0 : static_cast<size_t>(meta[kControlLength]);
    const iovec part{slab.data.data + at * slab.size, static_cast<size_t>(meta[kLength])};
    msghdr& message = batch.Set(i, part, slab.ControlOf(at, control));
    const size_t length = slab.name_size == 0 ? 0 : static_cast<size_t>(meta[kNameLength]);
    if (length > 0) SetName(message, slab.NameOf(at), length);
  }
  if (!a.ok()) return Refused();
  return Ret(a.env(), sendmmsg(fd, batch.messages, count, flags | MSG_DONTWAIT | MSG_NOSIGNAL));
}

Napi::Value Sendmmsgv(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  uint32_t length = 0;
  if (a.ok() && napi_get_array_length(a.env(), a.at(1), &length) != napi_ok) {
    a.TypeError("bufs", "an array of Uint8Array");
  }
  const auto start = static_cast<uint32_t>(a.Whole(2, "start", 0, length));
  const auto most = std::min(kMaxBatch, static_cast<int64_t>(length) - start);
  const auto count = static_cast<uint32_t>(a.Whole(3, "count", 1, most));
  Batch<kMaxBatch> batch;
  if (a.ok()) ReadElements(a, 1, start, count, batch.iov);
  socklen_t name_length = 0;
  const sockaddr* name = nullptr;
  if (a.ok() && !a.missing(4)) name = ReadSockaddr(a, 4, &name_length);
  const int flags = a.IntOr(5, "flags", 0);
  for (uint32_t i = 0; a.ok() && i < count; i++) {
    const Bytes bytes = a.View(static_cast<napi_value>(batch.iov[i].iov_base), "bufs");
    SetName(batch.Set(i, {bytes.data, bytes.size}), name, name_length);
  }
  if (!a.ok()) return Refused();
  return Ret(a.env(), sendmmsg(fd, batch.messages, count, flags | MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace

void ExportMmsg(Napi::Env env, Napi::Object exports) {
  // recvmmsg(2): how many messages came, at most `count`, 1 to 128; it never waits. Message i is at i * size
  // of `slab`, which has room for a number of them, the capacity. `meta` receives four numbers of each: its
  // length, its flags, the true length of its address, and that of its control data. `names` (32 to 128
  // bytes a message) and `control` are divided by the capacity. Descriptors that come have FD_CLOEXEC;
  // `adopt` adopts them within the call.
  CALL(recvmmsg, Recvmmsg,
       (fd: number, slab: Uint8Array, size: number, count: number, meta: Int32Array, names?: Uint8Array,
        control?: Uint8Array, flags?: number, adopt?: boolean): number);

  // sendmmsg(2): how many messages went, of `count` (1 to 128) from message `start` on; it never waits. They
  // lie as `recvmmsg` leaves them, and `meta` says how long each and its address and its control data is.
  // Where it stops, a call from there tells why. MSG_NOSIGNAL is always added.
  CALL(sendmmsg, Sendmmsg,
       (fd: number, slab: Uint8Array, size: number, start: number, count: number, meta: Int32Array,
        names?: Uint8Array, control?: Uint8Array, flags?: number): number);

  // sendmmsg(2) of `count` buffers (1 to 128) from entry `start` on, each a message, all to the same address:
  // how many went. It never waits. MSG_NOSIGNAL is always added.
  CALL(sendmmsgv, Sendmmsgv,
       (fd: number, bufs: readonly Uint8Array[], start: number, count: number, name?: Uint8Array,
        flags?: number): number);
}

}  // namespace netfd
