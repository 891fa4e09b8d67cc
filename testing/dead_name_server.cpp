#include "testing/dead_name_server.h"

#include <dlfcn.h>
#include <netdb.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "base/mutex.h"

namespace vigia::testing {
namespace {

struct State {
  Mutex mutex;
  CondVar changed;
  int asking GUARDED_BY(mutex) = 0;
  bool released GUARDED_BY(mutex) = true;
};

// Never destroyed: a resolver's thread may outlive main().
State& state() {
  static State& kept = *std::make_unique<State>().release();
  return kept;
}

}  // namespace

// Used by the function below, which cannot be in a namespace.
static void wait_for_release() {
  State& now = state();
  MutexLock lock(now.mutex);
  ++now.asking;
  now.changed.notify_all();
  while (!now.released) now.changed.wait(lock, {});
  --now.asking;
  now.changed.notify_all();
}

DeadNameServer::DeadNameServer() {
  {
    MutexLock lock(state().mutex);
    state().released = false;
  }
  watchdog_ = std::jthread([this](const std::stop_token& stop) {
    {
      MutexLock lock(state().mutex);
      const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
      while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
        state().changed.wait_for(lock, stop, std::chrono::seconds(1));
      }
    }
    if (!stop.stop_requested()) release();
  });
}

DeadNameServer::~DeadNameServer() {
  release();
  State& now = state();
  MutexLock lock(now.mutex);
  while (now.asking > 0) now.changed.wait(lock, {});
}

void DeadNameServer::wait_until_asked() const {
  State& now = state();
  MutexLock lock(now.mutex);
  while (now.asking == 0 && !now.released) now.changed.wait(lock, {});
}

void DeadNameServer::release() {
  MutexLock lock(state().mutex);
  state().released = true;
  state().changed.notify_all();
}

bool DeadNameServer::was_released() const {
  MutexLock lock(state().mutex);
  return state().released;
}

}  // namespace vigia::testing

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name, const char* service,
                                                                  const addrinfo* hints, addrinfo** found) {
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name == nullptr || !std::string_view(name).ends_with(".dead.test")) {
    return real(name, service, hints, found);
  }
  vigia::testing::wait_for_release();
  return EAI_AGAIN;
}
