#include "state.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <new>

namespace netfd {

void CloseNow(int fd) {
  linger set = {};
  socklen_t length = sizeof set;
  if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &set, &length) == 0 && set.l_onoff != 0 &&
      set.l_linger > 0) {
    set = {};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &set, sizeof set);
  }
  close(fd);
}

State* State::Create(napi_env env) {
  auto* state = new State(env);
  napi_get_uv_event_loop(env, &state->loop_);
  // Freed by the cleanup hook, not by a finalizer: finalizers run before the handles have closed.
  napi_set_instance_data(env, state, nullptr, nullptr);
  napi_add_env_cleanup_hook(env, Cleanup, state);
  return state;
}

State* State::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<State*>(data);
}

void FdSet::Add(int fd) {
  // In steps, for descriptors are small numbers that go up one by one.
  if (!HasRoom(fd)) words_.resize(Word(fd) + 16);
  words_[Word(fd)] |= Bit(fd);
}

bool FdSet::Remove(int fd) {
  if (!Has(fd)) return false;
  words_[Word(fd)] &= ~Bit(fd);
  return true;
}

void State::Adopt(int fd, bool borrowed) {
  adopted_.Add(fd);
  if (borrowed) borrowed_.Add(fd);
}

void State::Disown(int fd) {
  adopted_.Remove(fd);
  GiveBack(fd);
}

bool State::GiveUp(int fd) {
  if (Watches(fd)) {
    errno = EBADF;
    return false;
  }
  Disown(fd);
  return true;
}

bool State::Watches(int fd) const {
  for (const Watcher* w = first_; w != nullptr; w = w->next) {
    if (w->fd == fd) return true;
  }
  return Owns(helper, fd);
}

int State::AdoptNew(int fd, bool adopt) {
  if (adopt && fd >= 0) Adopt(fd);
  return fd;
}

int State::AdoptNew(int r, const int32_t* pair, bool adopt) {
  for (int i = 0; r == 0 && i < 2; i++) AdoptNew(pair[i], adopt);
  return r;
}

uv_loop_t* State::Loop() {
  // The end of the environment has to wait for handles from now on. Deno, which frees such a hook
  // twice, never comes here.
  if (hook_ == nullptr) napi_add_async_cleanup_hook(env_, CloseWatchers, this, &hook_);
  return loop_;
}

uint32_t State::Add(Watcher* watcher) {
  watcher->next = first_;
  first_ = watcher;
  return watcher->id = ++last_id_;
}

Watcher* State::Find(uint32_t id) const {
  for (Watcher* w = first_; w != nullptr; w = w->next) {
    if (w->id == id) return w;
  }
  return nullptr;
}

void State::Close(Watcher* watcher) {
  for (Watcher** link = &first_; *link != nullptr; link = &(*link)->next) {
    if (*link == watcher) {
      *link = watcher->next;
      break;
    }
  }
  watcher->closed = true;
  // Not in the close callback, which must not touch N-API: the environment may have ended by then.
  napi_delete_reference(env_, watcher->callback);
  napi_delete_reference(env_, watcher->cells_ref);
  napi_async_destroy(env_, watcher->context);
  closing_++;
  uv_close(reinterpret_cast<uv_handle_t*>(&watcher->poll), OnClosed);
  // libuv has taken it out of its set and looks at it no more. A duplicate that lived on until the
  // close callback would keep open what the caller closes next.
  close(watcher->fd);
}

void State::OnClosed(uv_handle_t* handle) {
  auto* watcher = static_cast<Watcher*>(handle->data);
  State* state = watcher->state;
  delete watcher;
  state->closing_--;
  state->FinishWhenIdle();
}

// At the end of a worker the hook that was added last runs first. So the watchers go before all else,
// and no event is delivered any more; then the descriptors it had adopted. The epoll descriptor is among
// those; closing it frees its registrations.
void State::CloseWatchers(napi_async_cleanup_hook_handle, void* data) {
  auto* state = static_cast<State*>(data);
  while (state->first_ != nullptr) state->Close(state->first_);
  state->FinishWhenIdle();
}

void State::Cleanup(void* data) {
  auto* state = static_cast<State*>(data);
  state->CloseAdopted();
  state->ended_ = true;
  state->FinishWhenIdle();
}

// Without lingering: a peer must not decide how long it takes to end a thread.
void State::CloseAdopted() {
  GiveBackAll();
  adopted_.Drain(CloseNow);
}

// Frees the State when both hooks have run and libuv has let go of every handle.
void State::FinishWhenIdle() {
  if (!ended_ || first_ != nullptr || closing_ > 0) return;
  napi_async_cleanup_hook_handle hook = hook_;
  delete this;
  if (hook != nullptr) napi_remove_async_cleanup_hook(hook);
}

}  // namespace netfd
