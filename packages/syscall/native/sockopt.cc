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

// The keys of TCP's authentication option, which Linux has had since 6.7.
constexpr int kTcpAoGetKeys = 41;

// Options that make the kernel write beside the bytes it was given. The struct of some holds an address,
// and no check of ours could tell a good one: receiving by remapping pages, MPTCP's arrays, the keys of
// RDS, and replacing the tables of iptables (64), arptables (96) and ebtables (128 to 131). The others
// count their room in something else than bytes: a socket filter in instructions, TCP's keys in keys.
bool WritesElsewhere(int level, int optname) {
  if (level == SOL_SOCKET) return optname == SO_ATTACH_FILTER;
  if (level == IPPROTO_TCP) return optname == TCP_ZEROCOPY_RECEIVE || optname == kTcpAoGetKeys;
  if (level == kLevelMptcp) return optname == kMptcpFullInfo;
  if (level == SOL_RDS) return true;
  if (level != IPPROTO_IP && level != IPPROTO_IPV6) return false;
  return optname == 64 || optname == 96 || (optname >= 128 && optname <= 131);
}

// The option an entry is about: its descriptor, its level and its name.
struct Option {
  int fd, level, optname;

  explicit Option(Args& a) : fd(a.Fd(0)), level(a.Int(1, "level")), optname(a.Int(2, "optname")) {
    if (a.ok() && WritesElsewhere(level, optname)) {
      a.RangeError("optname", "an option whose value is no more than its bytes");
    }
  }
};

// The source filters of a multicast group: the kernel writes as many addresses as the caller's struct
// says that it has room for, however short it is.
bool OverstatesRoom(const Option& o, const Bytes& out) {
  if (o.level != IPPROTO_IP && o.level != IPPROTO_IPV6) return false;
  size_t head = 0, entry = 0;
  if (o.level == IPPROTO_IP && o.optname == IP_MSFILTER) {
    head = IP_MSFILTER_SIZE(0);
    entry = sizeof(in_addr);
  } else if (o.optname == MCAST_MSFILTER) {
    head = GROUP_FILTER_SIZE(0);
    entry = sizeof(sockaddr_storage);
  }
  if (head == 0 || out.size < head) return false;
  uint32_t count;  // the last field before the list, in both
  memcpy(&count, out.data + head - sizeof count, sizeof count);
  return count > (out.size - head) / entry;
}

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
  if (a.ok() && OverstatesRoom(o, out)) a.RangeError("out", "as long as the list it has room for");
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
