// The only native code of the project: one addon, made anew for every environment that loads it.
#include "args.h"
#include "state.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  netfd::State::Create(env);
  netfd::ExportSocket(env, exports);
  netfd::ExportIo(env, exports);
  netfd::ExportDgram(env, exports);
  netfd::ExportMmsg(env, exports);
  netfd::ExportSockopt(env, exports);
  netfd::ExportEpoll(env, exports);
  netfd::ExportWatch(env, exports);
  netfd::ExportWatchThread(env, exports);
  netfd::ExportPool(env, exports);
  netfd::ExportConstants(env, exports);
  return exports;
}

NODE_API_MODULE(syscall, Init)
