// epoll. An event carries a slot and a generation instead of a descriptor, so that one which outlived its
// descriptor is recognised; a batch lands in the caller's Int32Array, three numbers an event.
#include <sys/epoll.h>
#include <unistd.h>

#include "args.h"
#include "state.h"

namespace netfd {
namespace {

constexpr size_t kMaxEvents = 128;  // a batch, as in Go's netpoll

Napi::Value EpollCreate1(const Napi::CallbackInfo& info) {
  Args a(info);
  const int flags = a.IntOr(0, "flags", 0);
  const bool adopt = a.Flag(1, "adopt");
  if (!a.ok()) return Refused();
  return Ret(a.env(), State::Of(a.env())->AdoptNew(epoll_create1(flags), adopt));
}

Napi::Value EpollCtl(const Napi::CallbackInfo& info) {
  Args a(info);
  const int epfd = a.Fd(0), op = a.Int(1, "op"), fd = a.Fd(2);
  epoll_event event = {};
  event.events = static_cast<uint32_t>(a.IntOr(3, "events", 0));
  const auto slot = static_cast<uint32_t>(a.IntOr(4, "slot", 0));
  const auto generation = static_cast<uint32_t>(a.IntOr(5, "generation", 0));
  event.data.u64 = static_cast<uint64_t>(generation) << 32 | slot;
  if (!a.ok()) return Refused();
  return Ret(a.env(), epoll_ctl(epfd, op, fd, &event));
}

Napi::Value EpollWait(const Napi::CallbackInfo& info) {
  Args a(info);
  const int epfd = a.Fd(0);
  size_t room = 0;
  int32_t* ring = a.Ints(1, "ring", 3, &room);
  const int timeout = a.missing(2) ? 0 : static_cast<int>(a.Whole(2, "timeout", -1, INT_MAX));
  if (!a.ok()) return Refused();
  epoll_event events[kMaxEvents];
  const size_t most = room / 3 < kMaxEvents ? room / 3 : kMaxEvents;
  const int n = epoll_wait(epfd, events, static_cast<int>(most), timeout);
  for (int i = 0; i < n; i++) {
    const uint64_t data = events[i].data.u64;
    ring[3 * i] = static_cast<int32_t>(data);
    ring[3 * i + 1] = static_cast<int32_t>(data >> 32);
    ring[3 * i + 2] = static_cast<int32_t>(events[i].events);
  }
  return Ret(a.env(), n);
}

}  // namespace

void ExportEpoll(Napi::Env env, Napi::Object exports) {
  // epoll_create1(2): a descriptor.
  CALL(epollCreate1, EpollCreate1, (flags?: number, adopt?: boolean): number);

  // epoll_ctl(2): 0. Slot and generation come back with every event.
  CALL(epollCtl, EpollCtl,
       (epfd: number, op: number, fd: number, events?: number, slot?: number, generation?: number): number);

  // epoll_wait(2): how many events now stand in `ring`, three numbers each (slot, generation, events),
  // at most 128. The timeout is in milliseconds and 0 when left out.
  CALL(epollWait, EpollWait, (epfd: number, ring: Int32Array, timeout?: number): number);
}

}  // namespace netfd
