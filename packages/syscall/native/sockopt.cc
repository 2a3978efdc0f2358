// getsockopt and setsockopt: an int, a string, or raw bytes.
#include <netinet/in.h>
#include <sys/socket.h>
#include <linux/tcp.h>

#include <cstdio>
#include <cstring>

#include "args.h"

namespace netfd {
namespace {

// Room for the longest string option there is (a congestion control or device name is 16 bytes).
constexpr size_t kMaxText = 256;

// MPTCP's level, and its option that fills arrays elsewhere. Many headers do not know them yet.
constexpr int kLevelMptcp = 284, kMptcpFullInfo = 4;

constexpr int kLevelTls = 282;

// Room for an int: a handler that trusts no length finds zeros behind it, and writes into them.
constexpr size_t kIntRoom = 16;

// The keys of TCP's authentication option, which Linux has had since 6.7.
constexpr int kTcpAoGetKeys = 41;

// Options that make the kernel look or write beside the bytes it was given. The struct of some holds an
// address, and no check of ours could tell a good one: socket filters, receiving by remapping pages,
// MPTCP's arrays, the keys of RDS, and replacing the tables of iptables (64), arptables (96) and ebtables
// (128 to 131). The others count their room in something else than bytes: a filter that is asked for in
// instructions, TCP's keys in keys.
bool HoldsAddress(int level, int optname) {
  if (level == SOL_SOCKET) return optname == SO_ATTACH_FILTER || optname == SO_ATTACH_REUSEPORT_CBPF;
  if (level == IPPROTO_TCP) return optname == TCP_ZEROCOPY_RECEIVE || optname == kTcpAoGetKeys;
  if (level == kLevelMptcp) return optname == kMptcpFullInfo;
  if (level == SOL_RDS) return true;
  if (level != IPPROTO_IP && level != IPPROTO_IPV6) return false;
  return optname == 64 || optname == 96 || (optname >= 128 && optname <= 131);
}

// Levels and the options of them that were looked through, up to Linux 6.17: but for those above, each
// value is no more than its bytes. Everything in sockopt-table.ts is here, and what sockets of other kinds
// need most. Where families share a number, as Bluetooth's do with IP and TCP, both are meant.
struct Plain {
  int level, first, last;
};
constexpr Plain kPlain[] = {
    {SOL_SOCKET, 1, 83},
    {IPPROTO_IP, 1, 52},
    {IPPROTO_IP, 80, 80},  // SO_ORIGINAL_DST
    {IPPROTO_TCP, 1, 46},
    {IPPROTO_UDP, 1, 104},
    {IPPROTO_IPV6, 1, 63},
    {IPPROTO_IPV6, 66, 80},
    {IPPROTO_ICMPV6, 1, 1},  // its filter
    {SOL_RAW, 1, 1},         // that of ICMP
    {AF_VSOCK, 0, 8},
    {kLevelTls, 1, 4},
    {kLevelMptcp, 1, 3},
};

// The option an entry is about: its descriptor, its level and its name.
struct Option {
  int fd, level, optname;

  explicit Option(Args& a) : fd(a.Fd(0)), level(a.Int(1, "level")), optname(a.Int(2, "optname")) {}

  // Refuses what holds an address: an int is none, and so harmless to any other option.
  void MustTakeInt(Args& a, const char* door) const {
    if (HoldsAddress(level, optname)) Refuse(a, door);
  }
  // Refuses what is not known to be plain data.
  void MustBePlain(Args& a, const char* door) const {
    for (const Plain& row : kPlain) {
      if (level != row.level || optname < row.first || optname > row.last) continue;
      return MustTakeInt(a, door);
    }
    Refuse(a, door);
  }

 private:
  void Refuse(Args& a, const char* door) const {
    char wanted[140];
    snprintf(wanted, sizeof wanted,
             "known to have a value that is no more than its bytes: option %d of level %d needs %s",
             optname, level, door);
    a.RangeError("optname", wanted);
  }
};

constexpr char kSetDoor[] = "unsafeSetsockopt", kGetDoor[] = "unsafeGetsockopt";

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

Napi::Value SetInt(Args& a, const Option& o, napi_valuetype type) {
  o.MustTakeInt(a, kSetDoor);
  int room[kIntRoom] = {};
  if (type == napi_boolean) {
    bool on = false;
    napi_get_value_bool(a.env(), a.at(3), &on);
    room[0] = on ? 1 : 0;
  } else {
    room[0] = a.Int(3, "value");
  }
  if (!a.ok()) return Refused();
  return Ret(a.env(), setsockopt(o.fd, o.level, o.optname, room, sizeof room[0]));
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

Napi::Value SetBytes(Args& a, const Option& o) {
  const Bytes bytes = a.View(3, "value");
  if (a.ok() && bytes.size > INT_MAX) a.RangeError("value", "shorter than 2 GiB");
  if (!a.ok()) return Refused();
  const auto length = static_cast<socklen_t>(bytes.size);
  return Ret(a.env(), setsockopt(o.fd, o.level, o.optname, bytes.data, length));
}

Napi::Value Setsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  if (!a.ok()) return Refused();
  const napi_valuetype type = a.type(3);
  if (type == napi_number || type == napi_boolean) return SetInt(a, o, type);
  if (type != napi_string && type != napi_object) {
    a.TypeError("value", "a number, a boolean, a string or a Uint8Array");
  }
  o.MustBePlain(a, kSetDoor);
  if (!a.ok()) return Refused();
  return type == napi_string ? SetText(a, o) : SetBytes(a, o);
}

Napi::Value UnsafeSetsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  return SetBytes(a, o);
}

// Without `out` a value of -1 cannot be told from -EPERM.
Napi::Value Getsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  int32_t* out = a.missing(3) ? nullptr : a.Ints(3, "out", 1);
  if (a.ok()) o.MustTakeInt(a, kGetDoor);
  if (!a.ok()) return Refused();
  int room[kIntRoom] = {};
  socklen_t length = sizeof room[0];
  const int r = getsockopt(o.fd, o.level, o.optname, room, &length);
  if (r < 0) return Ret(a.env(), r);
  int value = room[0];
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

Napi::Value GetBytes(Args& a, const Option& o) {
  const Bytes out = a.View(3, "out");
  if (a.ok() && out.size > INT_MAX) a.RangeError("out", "shorter than 2 GiB");
  if (a.ok() && OverstatesRoom(o, out)) a.RangeError("out", "as long as the list it has room for");
  if (!a.ok()) return Refused();
  auto length = static_cast<socklen_t>(out.size);
  const int r = getsockopt(o.fd, o.level, o.optname, out.data, &length);
  return Ret(a.env(), r < 0 ? r : static_cast<int64_t>(length));
}

Napi::Value GetsockoptBytes(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  if (a.ok()) o.MustBePlain(a, kGetDoor);
  return GetBytes(a, o);
}

Napi::Value UnsafeGetsockopt(const Napi::CallbackInfo& info) {
  Args a(info);
  const Option o(a);
  return GetBytes(a, o);
}

}  // namespace

void ExportSockopt(Napi::Env env, Napi::Object exports) {
  // setsockopt(2) with an int, a flag, a string or raw bytes: 0. Strings and bytes are for options that are
  // known to be plain data, those of `sockopt` and some more; for any other it throws RangeError.
  CALL(setsockopt, Setsockopt,
       (fd: number, level: number, optname: number, value: number | boolean | string | Uint8Array): number);

  // getsockopt(2) for an int: the value, or 0 with the value in `out`, which may then be negative.
  CALL(getsockopt, Getsockopt, (fd: number, level: number, optname: number, out?: Int32Array): number);

  // getsockopt(2) for anything else: how many bytes the kernel wrote into `out`. Throws RangeError for an
  // option that is not known to be plain data.
  CALL(getsockoptBytes, GetsockoptBytes,
       (fd: number, level: number, optname: number, out: Uint8Array): number);

  // setsockopt(2) with raw bytes for any option: 0. The kernel takes whatever stands where an option has an
  // address for one, and reads and writes there: wrong bytes corrupt the memory of the process.
  CALL(unsafeSetsockopt, UnsafeSetsockopt,
       (fd: number, level: number, optname: number, value: Uint8Array): number);

  // `getsockoptBytes` for any option, and as dangerous as `unsafeSetsockopt`: `out` may hold addresses.
  CALL(unsafeGetsockopt, UnsafeGetsockopt,
       (fd: number, level: number, optname: number, out: Uint8Array): number);
}

}  // namespace netfd
