// Calls that may block whatever O_NONBLOCK says: they run on the host's thread pool and answer with a
// promise of the same number, the result or a negated errno.
#include <sys/sendfile.h>
#include <unistd.h>

#include <memory>

#include "args.h"
#include "state.h"

namespace netfd {
namespace {

// One call under way: what to run, its plain numbers, and the promise that awaits it.
struct Job {
  int64_t (*run)(const Job&);
  int fd;
  int other;
  int64_t offset;
  size_t count;
  int64_t result = 0;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

void Execute(napi_env, void* data) {
  auto* job = static_cast<Job*>(data);
  const int64_t r = job->run(*job);
  job->result = r < 0 ? -static_cast<int64_t>(errno) : r;
}

// While a worker is being terminated every N-API call below fails, which is all right: nobody listens.
void Complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  napi_value answer;
  if (napi_create_int64(env, job->result, &answer) == napi_ok) {
    napi_resolve_deferred(env, job->deferred, answer);
  }
  napi_delete_async_work(env, job->work);
}

// Hands the job to the pool, or throws. A promise that nobody will see is settled, for that alone
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

Napi::Value ClosePool(const Napi::CallbackInfo& info) {
  Args a(info);
  const int fd = a.Fd(0);
  if (!a.ok()) return Refused();
  auto job = std::make_unique<Job>();
  job->run = [](const Job& j) -> int64_t { return close(j.fd); };
  job->fd = fd;
  const Napi::Value promise = Queue(a.env(), "netfd.close", std::move(job));
  // The number may be another thread's as soon as the pool has closed it: see Close in socket.cc. One
  // that the pool did not take, in a worker that is being terminated, stays ours to close.
  if (!promise.IsEmpty()) State::Of(a.env())->Disown(fd);
  return promise;
}

// sendfilePool(out, in, offset, count): an offset of -1 uses and moves the file's own.
Napi::Value SendfilePool(const Napi::CallbackInfo& info) {
  Args a(info);
  auto job = std::make_unique<Job>();
  job->run = [](const Job& j) -> int64_t {
    off_t offset = j.offset;
    return sendfile(j.fd, j.other, j.offset < 0 ? nullptr : &offset, j.count);
  };
  job->fd = a.Fd(0);
  job->other = a.Fd(1);
  job->offset = a.Whole(2, "offset", -1, INT64_C(1) << 53);
  job->count = static_cast<size_t>(a.Whole(3, "count", 0, INT64_C(1) << 53));
  if (!a.ok()) return Refused();
  return Queue(a.env(), "netfd.sendfile", std::move(job));
}

}  // namespace

void ExportPool(Napi::Env env, Napi::Object exports) {
  Export<ClosePool>(env, exports, "closePool");
  Export<SendfilePool>(env, exports, "sendfilePool");
}

}  // namespace netfd
