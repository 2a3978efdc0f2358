// Readiness of a descriptor on the host's own event loop, through uv_poll.
//
// The callback runs inside the loop, where node-addon-api's error wrapping would abort the process while
// a worker is being terminated. So everything below the entries speaks plain N-API and checks its status.
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "args.h"
#include "state.h"

namespace netfd {
namespace {

void Report(napi_env env) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return;
  napi_value error;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

void ApplyRef(Watcher* w) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&w->poll);
  if (w->cells[0] != 0) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

void OnReady(uv_poll_t* handle, int, int) {
  auto* w = static_cast<Watcher*>(handle->data);
  napi_env env = w->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value callback, global;
  if (napi_get_reference_value(env, w->callback, &callback) == napi_ok &&
      napi_get_global(env, &global) == napi_ok) {
    w->cells[1] = 1;
    // Ticks and microtasks have run when this returns: the calls that it woke have read, written and
    // parked again. Its changes of the reference count lie in the cell and cost no call of their own.
    const napi_status status =
        napi_make_callback(env, w->context, global, callback, 0, nullptr, nullptr);
    if (!w->closed) {
      w->cells[1] = 0;
      ApplyRef(w);
    }
    if (status == napi_pending_exception) Report(env);
  }
  napi_close_handle_scope(env, scope);
}

// Prepares what OnReady needs of N-API, and starts polling: 0, or a negated errno.
int Start(Watcher* w, napi_value callback, napi_value cells) {
  napi_value resource, name;
  if (napi_create_object(w->env, &resource) != napi_ok ||
      napi_create_string_utf8(w->env, "netfd.Watcher", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(w->env, resource, name, &w->context) != napi_ok ||
      napi_create_reference(w->env, callback, 1, &w->callback) != napi_ok ||
      napi_create_reference(w->env, cells, 1, &w->cells_ref) != napi_ok) {
    return -ENOMEM;
  }
  const int failed = uv_poll_start(&w->poll, UV_READABLE, OnReady);
  if (failed != 0) return failed;
  // libuv would register it in its next turn, and abort the process if the kernel refuses: epoll sets
  // that would watch each other, or no memory. Registered now it tells, and libuv's turn is a change.
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = w->fd;
  const int added = epoll_ctl(uv_backend_fd(w->state->Loop()), EPOLL_CTL_ADD, w->fd, &event);
  return added < 0 ? -errno : 0;
}

Napi::Value WatchOpen(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (a.ok() && a.type(1) != napi_function) a.TypeError("onReadable", "a function");
  int32_t* cells = a.SharedInts(2, "cells", 3);
  if (!a.ok()) return Refused();
  State* state = State::Of(a.env());
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return Ret(a.env(), -1);
  auto* w = new Watcher();
  int failed = uv_poll_init(state->Loop(), &w->poll, own);
  if (failed != 0) {
    // libuv never knew the handle, so there is no close callback to wait for.
    close(own);
    delete w;
    errno = -failed;
    return Ret(a.env(), -1);
  }
  w->poll.data = w;
  w->state = state;
  w->env = a.env();
  w->fd = own;
  w->cells = cells;
  // It gets its number last: an async_hooks listener runs inside Start, and may guess numbers.
  failed = Start(w, a.at(1), a.at(2));
  if (failed != 0) {
    state->Close(w);
    errno = -failed;
    return Ret(a.env(), -1);
  }
  cells[2] = own;
  ApplyRef(w);
  return Ret(a.env(), state->Add(w));
}

// A number that no watcher has (any more) is -EBADF.
Watcher* FindWatcher(Args& a) {
  const auto id = static_cast<uint32_t>(a.Whole(0, "watcher", 0, UINT32_MAX));
  if (!a.ok()) return nullptr;
  errno = EBADF;
  return State::Of(a.env())->Find(id);
}

Napi::Value WatchRef(const Napi::CallbackInfo& info) {
  Args a(info);
  Watcher* w = FindWatcher(a);
  if (!a.ok()) return Refused();
  if (w != nullptr) ApplyRef(w);
  return Ret(a.env(), w == nullptr ? -1 : 0);
}

Napi::Value WatchClose(const Napi::CallbackInfo& info) {
  Args a(info);
  Watcher* w = FindWatcher(a);
  if (!a.ok()) return Refused();
  if (w != nullptr) w->state->Close(w);
  return Ret(a.env(), w == nullptr ? -1 : 0);
}

}  // namespace

void ExportWatch(Napi::Env env, Napi::Object exports) {
  // The watcher's number, or a negated errno.
  OWN(watchOpen, WatchOpen, (fd: number, onReadable: () => void, cells: Int32Array): number);

  // Makes the loop see what cells[0] says now.
  OWN(watchRef, WatchRef, (watcher: number): number);
  OWN(watchClose, WatchClose, (watcher: number): number);
}

}  // namespace netfd
