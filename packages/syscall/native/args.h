// Reading what JavaScript passed in, and handing libc's answer back.
//
// Every entry reads its arguments through Args. The first one that does not fit throws a TypeError or
// RangeError and clears ok(); the entry then returns without having called the kernel. Nothing here
// trusts a caller: a wrong type, a fraction, a negative length, a detached or a shared buffer are all
// refused, because a kernel call on a wild pointer cannot be taken back.
#ifndef NETFD_ARGS_H
#define NETFD_ARGS_H

#include <napi.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>

namespace netfd {

// One read or write moves at most 1 GiB, the cap Go puts on a single call.
constexpr size_t kMaxRW = size_t{1} << 30;

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

class Args {
 public:
  explicit Args(const Napi::CallbackInfo& info) : info_(info), env_(info.Env()) {}

  bool ok() const { return ok_; }
  napi_env env() const { return env_; }
  size_t count() const { return info_.Length(); }
  napi_value at(size_t i) const { return info_[i]; }
  napi_valuetype type(size_t i) const;
  bool missing(size_t i) const;

  // A descriptor: a whole number from 0 to INT_MAX.
  int Fd(size_t i) { return static_cast<int>(Whole(i, "fd", 0, INT_MAX)); }
  // A C int. Flags with the top bit set arrive as uint32 or as int32; both are the same bits.
  int Int(size_t i, const char* name) {
    return static_cast<int>(static_cast<uint32_t>(Whole(i, name, INT_MIN, UINT32_MAX)));
  }
  int IntOr(size_t i, const char* name, int fallback) {
    return missing(i) ? fallback : Int(i, name);
  }
  // A boolean, false when it is left out.
  bool Flag(size_t i, const char* name);
  // A whole number between lo and hi, both included.
  int64_t Whole(size_t i, const char* name, int64_t lo, int64_t hi);

  // A Uint8Array (a Buffer is one) that is neither shared nor detached.
  Bytes View(size_t i, const char* name) { return View(info_[i], name); }
  Bytes View(napi_value value, const char* name);
  // The part of a Uint8Array that the optional (offset, length) at i + 1 and i + 2 name.
  Bytes Slice(size_t i);
  // An Int32Array with room for at least count numbers, for the length of this call.
  int32_t* Ints(size_t i, const char* name, size_t count, size_t* length = nullptr);
  // The same over a SharedArrayBuffer. Such memory can be neither transferred nor shrunk, so the
  // pointer stays good for as long as the array is referenced.
  int32_t* SharedInts(size_t i, const char* name, size_t count);

  // Both throw and make ok() false.
  void TypeError(const char* name, const char* wanted);
  void RangeError(const char* name, const char* wanted);

 private:
  struct IntArray {
    bool fits = false;
    int32_t* data = nullptr;
    size_t length = 0;
  };
  IntArray IntsOf(size_t i, bool shared) const;

  const Napi::CallbackInfo& info_;
  napi_env env_;
  bool ok_ = true;
};

// The kernel's convention in one number: the result, or errno negated.
inline Napi::Value Ret(napi_env env, int64_t r) {
  const int64_t answer = r < 0 ? -static_cast<int64_t>(errno) : r;
  napi_value value = nullptr;
  if (answer >= INT32_MIN && answer <= INT32_MAX) {
    napi_create_int32(env, static_cast<int32_t>(answer), &value);
  } else {
    napi_create_int64(env, answer, &value);
  }
  return Napi::Value(env, value);
}

// What an entry returns after an argument was refused: the exception is pending, the value unseen.
inline Napi::Value Refused() { return Napi::Value(); }

// Each source file adds its own entries to the exports object.
void ExportSocket(Napi::Env env, Napi::Object exports);
void ExportIo(Napi::Env env, Napi::Object exports);
void ExportDgram(Napi::Env env, Napi::Object exports);
void ExportMmsg(Napi::Env env, Napi::Object exports);
void ExportSockopt(Napi::Env env, Napi::Object exports);
void ExportEpoll(Napi::Env env, Napi::Object exports);
void ExportWatch(Napi::Env env, Napi::Object exports);
void ExportWatchThread(Napi::Env env, Napi::Object exports);
void ExportPool(Napi::Env env, Napi::Object exports);
void ExportConstants(Napi::Env env, Napi::Object exports);

template <Napi::Value (*Entry)(const Napi::CallbackInfo&)>
void Export(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<Entry>(env, name));
}

// An entry: its name, the function, and its type as TypeScript writes it, or `as` and the name of another
// entry of the same type. The compiler drops the type. scripts/generate.mjs writes src/native.ts and
// src/raw.ts from these rows and the comments above them, as Go's mksyscall does from its `//sys` lines: a
// CALL is public in @netfd/syscall/raw, an OWN is for the sources of the package.
#define CALL(name, entry, ...) Export<entry>(env, exports, #name)
#define OWN(name, entry, ...) Export<entry>(env, exports, #name)

}  // namespace netfd

#endif
