// A list of buffers for calls that take several.
#ifndef NETFD_IOVEC_H
#define NETFD_IOVEC_H

#include <sys/uio.h>

#include <memory>

#include "args.h"

namespace netfd {

// IOV_MAX of every Linux; also the number of entries Go hands to one writev.
constexpr uint32_t kMaxIov = 1024;

// An argument that is left out, for a caller whose entry has no such argument.
constexpr size_t kNone = SIZE_MAX;

// The iovec of an array of Uint8Array, from entry `start`, whose first `offset` bytes are done with; with
// kOrOne, a single Uint8Array stands for a list of one. Empty entries are passed over. An entry over 1 GiB
// is cut there, and the list ends with it.
class Vector {
 public:
  enum Kind { kList, kOrOne };
  iovec* iov = small_;
  int count = 0;

  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  Vector(Args& a, size_t list, size_t start_arg, size_t offset_arg, Kind kind = kList);

 private:
  // False when the list ends here.
  bool Put(Args& a, napi_value value, size_t skip);

  // A list that is no longer costs no allocation, and little of the stack: a getter may call again.
  static constexpr uint32_t kSmall = 64;
  iovec small_[kSmall];
  std::unique_ptr<iovec[]> large_;
};

// Reads `count` elements of an array from `start` on into the places where their pointers will stand.
// Reading one may run a getter, and a getter may detach a buffer: so an entry calls this, and takes the
// first pointer only when it is through.
void ReadElements(Args& a, size_t list, uint32_t start, uint32_t count, iovec* into);

}  // namespace netfd

#endif
