// getsockopt and setsockopt: an int, a string, or raw bytes.
#include <netinet/in.h>
#include <sys/socket.h>
#include <linux/tcp.h>

#include <cstring>

#include "args.h"

namespace netfd {
namespace {

// Room for the longest string option there is (a congestion control or device name is 16 bytes).
constexpr size_t kMaxText = 256;

// MPTCP's level, and its option that fills arrays elsewhere. Many headers do not know them yet.
constexpr int kLevelMptcp = 284, kMptcpFullInfo = 4;

// Options whose struct holds an address that the kernel then writes to, beside the bytes it was given.
// No check of ours could tell a good address, so these are refused: receiving by remapping pages,
// MPTCP's arrays, and replacing the tables of iptables (64), arptables (96) and ebtables (128 to 131).
bool WritesElsewhere(int level, int optname) {
  if (level == IPPROTO_TCP) return optname == TCP_ZEROCOPY_RECEIVE;
  if (level == kLevelMptcp) return optname == kMptcpFullInfo;
  if (level != IPPROTO_IP && level != IPPROTO_IPV6) return false;
  return optname == 64 || optname == 96 || (optname >= 128 && optname <= 131);
}

// The option an entry is about: its descriptor, its level and its name.
struct Option {
  int fd, level, optname;

  explicit Option(Args& a) : fd(a.Fd(0)), level(a.Int(1, "level")), optname(a.Int(2, "optname")) {
    if (a.ok() && WritesElsewhere(level, optname)) {
      a.RangeError("optname", "an option whose value holds no address of memory");
    }
  }
};

Napi::Value SetText(Args& a, const Option& o) {
  char text[kMaxText];
  size_t length = 0;
  napi_get_value_string_utf8(a.env(), a.at(3), nullptr, 0, &length);
  if (length >= kMaxText) {
    a.RangeError("value", "a string of at most 255 bytes");
    return Refused();
  }
  napi_get_value_string_utf8(a.env(), a.at(3), text, sizeof text, &length);
  return Ret(a.env(), setsockopt(o.fd, o.level, o.optname, text, static_cast<socklen_t>(length)));
}

// setsockopt(fd, level, optname, value: number | boolean | string | Uint8Array)
Napi::Value Setsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  if (!a.ok()) return Refused();
  const napi_valuetype type = a.type(3);
  if (type == napi_string) return SetText(a, o);
  if (type == napi_number || type == napi_boolean) {
    bool on = false;
    int value;
    if (type == napi_boolean) {
      napi_get_value_bool(a.env(), a.at(3), &on);
      value = on ? 1 : 0;
    } else {
      value = a.Int(3, "value");
    }
    if (!a.ok()) return Refused();
    return Ret(a.env(), setsockopt(o.fd, o.level, o.optname, &value, sizeof value));
  }
  if (type != napi_object) a.TypeError("value", "a number, a boolean, a string or a Uint8Array");
  const Bytes bytes = a.View(3, "value");
  if (a.ok() && bytes.size > INT_MAX) a.RangeError("value", "shorter than 2 GiB");
  if (!a.ok()) return Refused();
  const auto length = static_cast<socklen_t>(bytes.size);
  return Ret(a.env(), setsockopt(o.fd, o.level, o.optname, bytes.data, length));
}

// getsockopt(fd, level, optname, out?: Int32Array): the value itself, or 0 with the value in out[0],
// which alone tells a value of -1 from -EPERM.
Napi::Value Getsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  int32_t* out = a.missing(3) ? nullptr : a.Ints(3, "out", 1);
  if (!a.ok()) return Refused();
  int value = 0;
  socklen_t length = sizeof value;
  const int r = getsockopt(o.fd, o.level, o.optname, &value, &length);
  if (r < 0) return Ret(a.env(), r);
  // Some options answer with fewer bytes (IP_TTL and its kin may give one).
  if (length == 1) {
    uint8_t byte;
    memcpy(&byte, &value, 1);
    value = byte;
  }
  if (out == nullptr) return Napi::Number::New(info.Env(), value);
  out[0] = value;
  return Ret(a.env(), 0);
}

// getsockoptBytes(fd, level, optname, out: Uint8Array): how many bytes the kernel wrote.
Napi::Value GetsockoptBytes(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  const Bytes out = a.View(3, "out");
  if (a.ok() && out.size > INT_MAX) a.RangeError("out", "shorter than 2 GiB");
  if (!a.ok()) return Refused();
  auto length = static_cast<socklen_t>(out.size);
  const int r = getsockopt(o.fd, o.level, o.optname, out.data, &length);
  return Ret(a.env(), r < 0 ? r : static_cast<int64_t>(length));
}

}  // namespace

void ExportSockopt(Napi::Env env, Napi::Object exports) {
  Export<Setsockopt>(env, exports, "setsockopt");
  Export<Getsockopt>(env, exports, "getsockopt");
  Export<GetsockoptBytes>(env, exports, "getsockoptBytes");
}

}  // namespace netfd
