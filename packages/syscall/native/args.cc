#include "args.h"

#include <cmath>
#include <cstdio>

namespace netfd {

napi_valuetype Args::type(size_t i) const {
  napi_valuetype type = napi_undefined;
  napi_typeof(env_, info_[i], &type);
  return type;
}

bool Args::missing(size_t i) const { return i >= info_.Length() || type(i) == napi_undefined; }

void Args::TypeError(const char* name, const char* wanted) {
  if (!ok_) return;
  ok_ = false;
  char text[160];
  snprintf(text, sizeof text, "%s must be %s", name, wanted);
  napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", text);
}

void Args::RangeError(const char* name, const char* wanted) {
  if (!ok_) return;
  ok_ = false;
  char text[160];
  snprintf(text, sizeof text, "%s must be %s", name, wanted);
  napi_throw_range_error(env_, "ERR_OUT_OF_RANGE", text);
}

int64_t Args::Whole(size_t i, const char* name, int64_t lo, int64_t hi) {
  if (!ok_) return lo;
  double number = 0;
  if (napi_get_value_double(env_, info_[i], &number) != napi_ok) {
    TypeError(name, "a number");
    return lo;
  }
  // Written so that NaN fails it: every comparison with NaN is false.
  if (!(number >= static_cast<double>(lo) && number <= static_cast<double>(hi)) ||
      number != std::trunc(number)) {
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", static_cast<long long>(lo),
             static_cast<long long>(hi));
    RangeError(name, wanted);
    return lo;
  }
  return static_cast<int64_t>(number);
}

bool Args::Flag(size_t i, const char* name) {
  bool on = false;
  if (ok_ && !missing(i) && napi_get_value_bool(env_, info_[i], &on) != napi_ok) {
    TypeError(name, "a boolean");
  }
  return on;
}

Bytes Args::View(napi_value value, const char* name) {
  Bytes bytes;
  if (!ok_) return bytes;
  // Not left to chance: Node-API stores nothing here for an array type that is newer than itself.
  napi_typedarray_type type = napi_int8_array;
  napi_value buffer;
  void* data = nullptr;
  // The length of a Uint8Array is its size in bytes; anything but a typed array fails the call.
  if (napi_get_typedarray_info(env_, value, &type, &bytes.size, &data, &buffer, nullptr) !=
          napi_ok ||
      type != napi_uint8_array) {
    bytes.size = 0;
    TypeError(name, "a Uint8Array");
    return bytes;
  }
  bool plain = false;
  if (napi_is_arraybuffer(env_, buffer, &plain) != napi_ok || !plain) {
    bytes.size = 0;
    TypeError(name, "a Uint8Array over memory that is not shared");
    return bytes;
  }
  if (bytes.size == 0) {
    bool detached = false;
    if (napi_is_detached_arraybuffer(env_, buffer, &detached) == napi_ok && detached) {
      TypeError(name, "a Uint8Array whose memory has not been transferred away");
    }
    return bytes;
  }
  bytes.data = static_cast<uint8_t*>(data);
  return bytes;
}

Bytes Args::Slice(size_t i) {
  Bytes bytes = View(i, "buf");
  if (!ok_) return bytes;
  if (!missing(i + 1)) {
    const auto offset = static_cast<size_t>(
        Whole(i + 1, "offset", 0, static_cast<int64_t>(bytes.size)));
    bytes.data = bytes.data == nullptr ? nullptr : bytes.data + offset;
    bytes.size -= offset;
  }
  if (!missing(i + 2)) {
    bytes.size = static_cast<size_t>(Whole(i + 2, "length", 0, static_cast<int64_t>(bytes.size)));
  }
  if (bytes.size > kMaxRW) bytes.size = kMaxRW;
  return bytes;
}

int32_t* Args::Ints(size_t i, const char* name, size_t count, size_t* length) {
  const IntArray found = IntsOf(i, false);
  if (!ok_) return nullptr;
  if (!found.fits) {
    TypeError(name, "an Int32Array over memory that is not shared");
  } else if (found.length < count) {
    RangeError(name, "an Int32Array with room for the answer");
  }
  if (length != nullptr) *length = found.length;
  return found.data;
}

int32_t* Args::SharedInts(size_t i, const char* name, size_t count) {
  const IntArray found = IntsOf(i, true);
  if (!ok_) return nullptr;
  if (!found.fits || found.length < count) {
    TypeError(name, "an Int32Array over a SharedArrayBuffer");
  }
  return found.data;
}

Args::IntArray Args::IntsOf(size_t i, bool shared) const {
  IntArray found;
  napi_typedarray_type type = napi_int8_array;
  napi_value buffer;
  void* data = nullptr;
  bool plain = false;
  found.fits = napi_get_typedarray_info(env_, info_[i], &type, &found.length, &data, &buffer,
                                        nullptr) == napi_ok &&
               type == napi_int32_array &&
               napi_is_arraybuffer(env_, buffer, &plain) == napi_ok && plain != shared;
  found.data = static_cast<int32_t*>(data);
  return found;
}

}  // namespace netfd
