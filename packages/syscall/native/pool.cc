// Calls that may block whatever O_NONBLOCK says: they run on the host's thread pool and answer with a
// promise of the same number, the result or a negated errno.
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <memory>

#include "args.h"
#include "nonblock.h"
#include "state.h"

namespace netfd {
namespace {

// A duplicate that a job works on. By the time the job runs the caller's number may have been closed,
// by the end of a worker too, and be another file's.
class OwnFd {
 public:
  OwnFd() = default;
  OwnFd(const OwnFd&) = delete;
  OwnFd& operator=(const OwnFd&) = delete;
  // Of a job that the pool did not take: what has been there closes it.
  ~OwnFd() {
    if (fd_ >= 0) CloseNow(fd_);
  }

  bool Dup(int fd) { return (fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0; }
  int get() const { return fd_; }
  int Close() {
    const int fd = fd_;
    fd_ = -1;
    return fd < 0 ? 0 : close(fd);
  }

 private:
  int fd_ = -1;
};

// One call under way: what to run, its plain numbers, and the promise that awaits it.
struct Job {
  int64_t (*run)(Job&);
  OwnFd out;
  OwnFd in;
  int64_t offset = 0;
  size_t count = 0;
  int64_t result = 0;  // an errno, negated, from before the pool stands
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

void Execute(napi_env, void* data) {
  auto* job = static_cast<Job*>(data);
  if (job->result == 0) {
    const int64_t r = job->run(*job);
    job->result = r < 0 ? -static_cast<int64_t>(errno) : r;
  }
  // Here and not on the event loop: each may be the last descriptor of a file whose close blocks.
  job->out.Close();
  job->in.Close();
}

// While a worker is being terminated nothing can be resolved, which is all right: no code of its runs that
// could wait for it. Eight bytes of deferred are lost then, as Node-API frees one only by settling it.
void Complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  napi_value answer;
  if (napi_create_int64(env, job->result, &answer) == napi_ok) {
    napi_resolve_deferred(env, job->deferred, answer);
  }
  napi_delete_async_work(env, job->work);
}

// Hands the job to the pool, or throws. A promise that no caller will see is settled, for that alone
// frees its deferred.
Napi::Value Queue(napi_env env, const char* name, std::unique_ptr<Job> job) {
  napi_value promise, label, nothing;
  if (napi_create_promise(env, &job->deferred, &promise) == napi_ok) {
    if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &label) == napi_ok &&
        napi_create_async_work(env, nullptr, label, Execute, Complete, job.get(), &job->work) ==
            napi_ok &&
        napi_queue_async_work(env, job->work) == napi_ok) {
      job.release();
      return Napi::Value(env, promise);
    }
    if (job->work != nullptr) napi_delete_async_work(env, job->work);
    napi_get_undefined(env, &nothing);
    napi_resolve_deferred(env, job->deferred, nothing);
  }
  napi_throw_error(env, nullptr, "the thread pool took no work");
  return Refused();
}

// The number is free when this returns. The pool closes a duplicate: the kernel waits at the last close.
Napi::Value ClosePool(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  auto job = std::make_unique<Job>();
  job->run = [](Job& j) -> int64_t { return j.out.Close(); };
  if (!State::Of(a.env())->GiveUp(fd)) {
    job->result = -EBADF;
  } else if (job->out.Dup(fd)) {
    close(fd);
  } else if (errno == EBADF) {
    job->result = -EBADF;
  } else {
    // No number is left for a duplicate.
    CloseNow(fd);
  }
  return Queue(a.env(), "netfd.close", std::move(job));
}

// A peer that does not read would hold the thread, so O_NONBLOCK is looked at twice: here, where what was switched on is
// remembered, and right before the call, for the job may have been queued for long.
Napi::Value SendfilePool(const Napi::CallbackInfo& info) {
  Args a(info);
  auto job = std::make_unique<Job>();
  job->run = [](Job& j) -> int64_t {
    off_t offset = j.offset;
    SetNonblock(j.out.get());
    return WithoutSigpipe(j.count, [&] {
      return sendfile(j.out.get(), j.in.get(), j.offset < 0 ? nullptr : &offset, j.count);
    });
  };
  const int out = a.Fd(0), in = a.Fd(1);
  job->offset = a.Whole(2, "offset", -1, INT64_C(1) << 53);
  job->count = static_cast<size_t>(a.Whole(3, "count", 0, INT64_C(1) << 53));
  if (!a.ok()) return Refused();
  State::Of(a.env())->EnsureNonblock(out);
  if (!job->out.Dup(out) || !job->in.Dup(in)) job->result = -static_cast<int64_t>(errno);
  return Queue(a.env(), "netfd.sendfile", std::move(job));
}

}  // namespace

void ExportPool(Napi::Env env, Napi::Object exports) {
  // close(2) on the thread pool, for what blocks: the number is free at once, a duplicate is closed in the
  // pool. Ends `adopt`. A socket that lingers keeps one thread of the pool for as long as its peer wants,
  // and the end of this thread waits for it; an `FD` of @netfd/poll lingers without.
  CALL(closePool, ClosePool, (fd: number): Promise<number>);

  // sendfile(2) on the thread pool, for a file whose pages may have to come from disk; both numbers may be
  // closed while it runs. `out` is made non-blocking: a peer that does not read would hold the pool's thread,
  // and with it the end of the process.
  CALL(sendfilePool, SendfilePool,
       (out: number, file: number, offset: number, count: number): Promise<number>);
}

}  // namespace netfd
