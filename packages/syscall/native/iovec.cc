#include "iovec.h"

namespace netfd {

void ReadElements(Args& a, size_t list, uint32_t start, uint32_t count, iovec* into) {
  for (uint32_t i = 0; a.ok() && i < count; i++) {
    napi_value entry = nullptr;
    if (napi_get_element(a.env(), a.at(list), start + i, &entry) != napi_ok) {
      a.TypeError("bufs", "an array of Uint8Array");
    }
    into[i].iov_base = entry;
  }
}

bool Vector::Put(Args& a, napi_value value, size_t skip) {
  const Bytes bytes = a.View(value, "bufs");
  if (skip > bytes.size) a.RangeError("offset", "no larger than the first buffer");
  if (!a.ok()) return false;
  const size_t left = bytes.size - skip;
  if (left == 0) return true;
  iov[count].iov_base = bytes.data + skip;
  iov[count].iov_len = left > kMaxRW ? kMaxRW : left;
  count++;
  return left <= kMaxRW;
}

Vector::Vector(Args& a, size_t list, size_t start_arg, size_t offset_arg, Kind kind) {
  uint32_t length = 0;
  if (!a.ok()) return;
  const bool one = napi_get_array_length(a.env(), a.at(list), &length) != napi_ok;
  if (one && kind == kList) {
    a.TypeError("bufs", "an array of Uint8Array");
    return;
  }
  if (one) length = 1;
  const auto start = a.missing(start_arg)
                         ? 0
                         : static_cast<uint32_t>(a.Whole(start_arg, "start", 0, length));
  auto skip = a.missing(offset_arg)
                  ? 0
                  : static_cast<size_t>(a.Whole(offset_arg, "offset", 0, INT64_C(1) << 53));
  if (!a.ok()) return;
  const uint32_t have = length - start < kMaxIov ? length - start : kMaxIov;
  if (have == 0 && skip > 0) a.RangeError("offset", "no larger than the first buffer");
  if (one) {
    // Looked at even when it is not used, so that what is no Uint8Array is always refused.
    a.View(list, "bufs");
    if (a.ok() && have > 0) Put(a, a.at(list), skip);
    return;
  }
  if (have > kSmall) {
    large_.reset(new iovec[have]);
    iov = large_.get();
  }
  ReadElements(a, list, start, have, iov);
  for (uint32_t i = 0; a.ok() && i < have; i++) {
    if (!Put(a, static_cast<napi_value>(iov[i].iov_base), skip)) return;
    skip = 0;
  }
}

}  // namespace netfd
