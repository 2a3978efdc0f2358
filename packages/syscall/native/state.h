// What one environment (the main thread, or one worker) owns. Nothing in this addon is process-wide.
#ifndef NETFD_STATE_H
#define NETFD_STATE_H

#include <node_api.h>
#include <uv.h>

#include <cstdint>
#include <vector>

// Deno lacks some of libuv, which it then does not need either: see watch.ts.
#pragma weak uv_backend_fd
#pragma weak uv_close
#pragma weak uv_poll_init
#pragma weak uv_poll_start
#pragma weak uv_ref
#pragma weak uv_unref

namespace netfd {

struct Helper;
struct Watcher;

// Of watch-thread.cc: whether the descriptor is the helper's or one of its watchers'.
bool Owns(const Helper* helper, int fd);

// Closes without ever waiting: a positive linger time is switched off before, and the kernel goes on
// sending by itself. One of 0, which resets the connection, stays.
void CloseNow(int fd);

// A set of descriptors: one bit each, with room for the first thousand from the start.
class FdSet {
 public:
  bool HasRoom(int fd) const { return Word(fd) < words_.size(); }
  bool Has(int fd) const { return HasRoom(fd) && (words_[Word(fd)] & Bit(fd)) != 0; }
  void Add(int fd);
  // Whether it was there.
  bool Remove(int fd);
  // Calls f with each and forgets them all.
  template <typename F>
  void Drain(F f) {
    for (size_t word = 0; word < words_.size(); word++) {
      for (int bit = 0; bit < 64; bit++) {
        const int fd = static_cast<int>(word * 64) + bit;
        if (Remove(fd)) f(fd);
      }
    }
  }

 private:
  static size_t Word(int fd) { return static_cast<size_t>(fd) / 64; }
  static uint64_t Bit(int fd) { return UINT64_C(1) << (fd % 64); }
  std::vector<uint64_t> words_ = std::vector<uint64_t>(16);
};

// A State outlives the addon's instance: libuv reports a closed handle after N-API is gone. It is freed
// when the environment's cleanup hooks have run and its last watcher's close callback has come.
class State {
 public:
  static State* Create(napi_env env);
  static State* Of(napi_env env);

  // The host's loop, for a handle that Close will close.
  uv_loop_t* Loop();

  // Of watch-thread.cc, while there is one.
  Helper* helper = nullptr;

  bool HasRoom(int fd) const { return adopted_.HasRoom(fd); }
  // A descriptor that is borrowed was here before: others use its open file as they left it, so what is
  // switched on for us is switched off again when it is closed, disowned, or this environment ends.
  void Adopt(int fd, bool borrowed = false);
  void Disown(int fd);
  // Switches O_NONBLOCK on where it is off, for a call that has no other way not to block.
  void EnsureNonblock(int fd);
  // Switches off again what EnsureNonblock switched on: of one borrowed descriptor, or of all.
  void GiveBack(int fd);
  void GiveBackAll();
  // The RWF_ flags that a write to a pipe may have on this kernel.
  int PipeFlags();

  // Whether the caller may close it, which is then this environment's no more; false with EBADF set for
  // the duplicate of a watcher.
  bool GiveUp(int fd);
  // Whether it is a watcher's own. libuv aborts the process when other code closes such a number.
  bool Watches(int fd) const;
  // Of a descriptor that a call has just made, or of the errno it failed with; returns it. JavaScript
  // that is given a number and adopts it later can be terminated in between, and leaves it open then.
  int AdoptNew(int fd, bool adopt);
  // The same of a call that answers 0 and makes a pair.
  int AdoptNew(int r, const int32_t* pair, bool adopt);

  uint32_t Add(Watcher* watcher);
  Watcher* Find(uint32_t id) const;
  // Unlinks the watcher and closes its descriptor; its block is freed when libuv lets go of it.
  void Close(Watcher* watcher);

 private:
  explicit State(napi_env env) : env_(env) {}
  static void CloseWatchers(napi_async_cleanup_hook_handle handle, void* data);
  static void Cleanup(void* data);
  static void OnClosed(uv_handle_t* handle);
  void CloseAdopted();
  void FinishWhenIdle();

  napi_env env_;
  uv_loop_t* loop_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  Watcher* first_ = nullptr;
  uint32_t last_id_ = 0;
  uint32_t closing_ = 0;
  bool ended_ = false;
  FdSet adopted_;
  FdSet borrowed_;
  // Of the borrowed ones, those whose O_NONBLOCK was off and is on.
  FdSet switched_;
  // What PipeFlags found, -1 before it was asked.
  int pipe_flags_ = -1;
};

// One uv_poll_t on a duplicate of the caller's descriptor. The duplicate is ours alone: libuv aborts the
// process when it polls a number that other code has closed. close refuses it: see GiveUp.
struct Watcher {
  uv_poll_t poll;
  State* state;
  napi_env env;
  uint32_t id = 0;
  int fd;
  napi_ref callback = nullptr;
  napi_ref cells_ref = nullptr;
  napi_async_context context = nullptr;
  int32_t* cells;  // shared with JavaScript; watch.ts says what they hold
  bool closed = false;
  Watcher* next = nullptr;
};

}  // namespace netfd

#endif
