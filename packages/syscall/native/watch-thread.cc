// Readiness of a descriptor without libuv: Bun has no uv_poll, and Deno's loses events. One helper
// thread for each environment waits in an epoll set of its own and wakes the event loop through a
// threadsafe function.
//
// The thread touches nothing but two descriptors and that function, and what it passes on is only the
// watcher's number: whatever has been closed in the meantime is then no longer found. Each event comes
// once; the callback has read when the descriptor is armed again.
//
// The callbacks are kept by JavaScript, which is handed the number: references of our own could not be
// given back at the end of an environment, when Deno bears no call of Node-API any more.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "args.h"
#include "state.h"

namespace netfd {

struct ThreadWatcher {
  uint32_t id;
  int fd;  // a duplicate of the caller's
  bool alive;
  ThreadWatcher* next;
};

// What an event finds its helper by. Bun delivers events after the cleanup hooks have run, when neither
// the helper nor the State is there any more; this one goes with the threadsafe function.
struct Link {
  Helper* helper;
};

struct Helper {
  napi_env env;
  State* state;
  Link* link;
  int epfd = -1;
  int stop = -1;  // an eventfd: readable when the thread is to end
  napi_threadsafe_function wake = nullptr;
  pthread_t thread = {};
  ThreadWatcher* first = nullptr;
  uint32_t last_id = 0;
  uint32_t alive = 0;  // how many watchers keep the process alive
};

namespace {

constexpr uint32_t kStop = 0;  // no watcher has this number
constexpr int kBatch = 64;

int Arm(const Helper& helper, int op, const ThreadWatcher& w) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.u64 = w.id;
  return epoll_ctl(helper.epfd, op, w.fd, &event);
}

void* Run(void* data) {
  auto* helper = static_cast<Helper*>(data);
  epoll_event events[kBatch];
  for (;;) {
    const int n = epoll_wait(helper->epfd, events, kBatch, -1);
    // EINTR comes when a debugger attaches. Anything else says that the program has closed the set.
    if (n < 0 && errno != EINTR) return nullptr;
    for (int i = 0; i < n; i++) {
      if (events[i].data.u64 == kStop) return nullptr;
      void* id = reinterpret_cast<void*>(static_cast<uintptr_t>(events[i].data.u64));
      // Anything but napi_ok says that the environment is ending.
      if (napi_call_threadsafe_function(helper->wake, id, napi_tsfn_nonblocking) != napi_ok) {
        return nullptr;
      }
    }
  }
}

ThreadWatcher* FindWatcher(const Helper* helper, uint32_t id) {
  ThreadWatcher* w = helper == nullptr ? nullptr : helper->first;
  while (w != nullptr && w->id != id) w = w->next;
  return w;
}

}  // namespace

bool Owns(const Helper* helper, int fd) {
  if (helper == nullptr) return false;
  for (const ThreadWatcher* w = helper->first; w != nullptr; w = w->next) {
    if (w->fd == fd) return true;
  }
  return fd == helper->epfd || fd == helper->stop;
}

namespace {

// Runs on the event loop. While the environment ends it is called with no env, and must do nothing.
void OnEvent(napi_env env, napi_value dispatch, void* context, void* data) {
  if (env == nullptr) return;
  const auto* link = static_cast<Link*>(context);
  Helper* helper = link->helper;
  const auto id = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data));
  ThreadWatcher* w = FindWatcher(helper, id);
  if (w == nullptr) return;
  napi_value global, number, error;
  if (napi_get_global(env, &global) != napi_ok ||
      napi_create_uint32(env, id, &number) != napi_ok) {
    return;
  }
  const napi_status status = napi_call_function(env, global, dispatch, 1, &number, nullptr);
  // The callback may have closed this watcher. Arming comes before the report, which may end the
  // process; an error in arming is one of a descriptor that cannot fail any more.
  w = FindWatcher(link->helper, id);
  if (w != nullptr) Arm(*helper, EPOLL_CTL_MOD, *w);
  bool pending = false;
  if (status == napi_pending_exception && napi_is_exception_pending(env, &pending) == napi_ok &&
      pending && napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}

// The descriptors and blocks of the helper: not the thread, which has ended or never began.
void Free(Helper* helper) {
  while (helper->first != nullptr) {
    ThreadWatcher* w = helper->first;
    helper->first = w->next;
    close(w->fd);
    delete w;
  }
  if (helper->epfd >= 0) close(helper->epfd);
  if (helper->stop >= 0) close(helper->stop);
  delete helper;
}

// Node-API is left alone here: Deno calls this when its values are gone. The hook was added after the
// threadsafe function was made, so it runs before the host frees that.
void Cleanup(void* data) {
  auto* helper = static_cast<Helper*>(data);
  const uint64_t one = 1;
  // The counter is 0 and takes one more always.
  if (write(helper->stop, &one, sizeof one) == sizeof one) pthread_join(helper->thread, nullptr);
  helper->state->helper = nullptr;
  helper->link->helper = nullptr;
  Free(helper);
}

void FreeLink(napi_env, void*, void* context) { delete static_cast<Link*>(context); }

// 0, or an error number as pthread_create(3) returns it.
int StartThread(Helper* helper) {
  // Signals are the main thread's business.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&helper->thread, nullptr, Run, helper);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return failed;
}

// The helper of this environment, made when first needed; null with errno set if it can't be.
Helper* HelperOf(napi_env env, napi_value dispatch) {
  State* state = State::Of(env);
  if (state->helper != nullptr) return state->helper;
  auto* helper = new Helper{env, state, new Link()};
  helper->link->helper = helper;
  helper->epfd = epoll_create1(EPOLL_CLOEXEC);
  helper->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = kStop;
  napi_value name;
  int failed = 0;
  if (helper->epfd < 0 || helper->stop < 0 ||
      epoll_ctl(helper->epfd, EPOLL_CTL_ADD, helper->stop, &event) < 0) {
    failed = errno;
  } else if (napi_create_string_utf8(env, "netfd.watch", NAPI_AUTO_LENGTH, &name) != napi_ok ||
             napi_create_threadsafe_function(env, dispatch, nullptr, name, 0, 1, nullptr, FreeLink,
                                             helper->link, OnEvent, &helper->wake) != napi_ok) {
    failed = ENOMEM;
  } else if (state->helper == nullptr) {
    failed = StartThread(helper);
  }
  // An async_hooks listener, which runs as the function is made, may have opened a watcher of its own.
  if (failed != 0 || state->helper != nullptr) {
    helper->link->helper = nullptr;
    if (helper->wake == nullptr) delete helper->link;
    if (helper->wake != nullptr) napi_release_threadsafe_function(helper->wake, napi_tsfn_abort);
    Free(helper);
    errno = failed;
    return failed != 0 ? nullptr : state->helper;
  }
  napi_unref_threadsafe_function(env, helper->wake);
  napi_add_env_cleanup_hook(env, Cleanup, helper);
  return state->helper = helper;
}

void Keep(Helper* helper, ThreadWatcher* w, bool alive) {
  if (w->alive == alive) return;
  w->alive = alive;
  if (alive) {
    if (helper->alive++ == 0) napi_ref_threadsafe_function(helper->env, helper->wake);
  } else {
    if (--helper->alive == 0) napi_unref_threadsafe_function(helper->env, helper->wake);
  }
}

Napi::Value ThreadOpen(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (a.ok() && a.type(1) != napi_function) a.TypeError("onReadable", "a function");
  a.Ints(2, "own", 1);
  if (a.ok() && a.type(3) != napi_function) a.TypeError("dispatch", "a function");
  if (!a.ok()) return Refused();
  Helper* helper = HelperOf(a.env(), a.at(3));
  if (helper == nullptr) return Ret(a.env(), -1);
  // Looked at again: a listener that opening called may have taken its memory away.
  int32_t* answer = a.Ints(2, "own", 1);
  if (!a.ok()) return Refused();
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return Ret(a.env(), -1);
  auto* w = new ThreadWatcher{++helper->last_id, own, false, helper->first};
  if (Arm(*helper, EPOLL_CTL_ADD, *w) < 0) {
    const int failed = errno;
    close(own);
    delete w;
    errno = failed;
    return Ret(a.env(), -1);
  }
  // As uv_poll does it, and only to what can be watched: it concerns every holder of the open file.
  const int flags = fcntl(own, F_GETFL);
  if (flags >= 0) fcntl(own, F_SETFL, flags | O_NONBLOCK);
  helper->first = w;
  Keep(helper, w, true);
  answer[0] = own;
  return Ret(a.env(), w->id);
}

// A number that no watcher has (any more) is -EBADF.
ThreadWatcher* Named(Args& a) {
  const auto id = static_cast<uint32_t>(a.Whole(0, "watcher", 0, UINT32_MAX));
  if (!a.ok()) return nullptr;
  errno = EBADF;
  return FindWatcher(State::Of(a.env())->helper, id);
}

Napi::Value ThreadRef(const Napi::CallbackInfo& info) {
  Args a(info);
  ThreadWatcher* w = Named(a);
  const bool alive = a.Whole(1, "alive", 0, 1) != 0;
  if (!a.ok()) return Refused();
  if (w == nullptr) return Ret(a.env(), -1);
  Keep(State::Of(a.env())->helper, w, alive);
  return Ret(a.env(), 0);
}

Napi::Value ThreadClose(const Napi::CallbackInfo& info) {
  Args a(info);
  ThreadWatcher* w = Named(a);
  if (!a.ok()) return Refused();
  if (w == nullptr) return Ret(a.env(), -1);
  Helper* helper = State::Of(a.env())->helper;
  Keep(helper, w, false);
  ThreadWatcher** link = &helper->first;
  while (*link != w) link = &(*link)->next;
  *link = w->next;
  // Others may hold the same open file, and with it the registration.
  epoll_ctl(helper->epfd, EPOLL_CTL_DEL, w->fd, nullptr);
  close(w->fd);
  delete w;
  return Ret(a.env(), 0);
}

}  // namespace

void ExportWatchThread(Napi::Env env, Napi::Object exports) {
  // The watcher's number, with its own duplicate of fd in own[0]. Every event of this environment goes
  // to the dispatch of the first watcher.
  OWN(threadOpen, ThreadOpen,
      (fd: number, onReadable: () => void, own: Int32Array, dispatch: (watcher: number) => void): number);
  OWN(threadRef, ThreadRef, (watcher: number, alive: 0 | 1): number);
  OWN(threadClose, ThreadClose, (watcher: number): number);
}

}  // namespace netfd
