#include "base/worker.h"

#include <pthread.h>

#include <cstdlib>
#include <exception>

#include "base/crash_restart.h"
#include "base/log.h"

namespace vigia {
namespace {

void run_guarded(const std::string& name, const std::function<void(const std::stop_token&)>& run,
                 const std::stop_token& stop) noexcept {
  try {
    run(stop);
  } catch (const std::exception& e) {
    log::error("thread {}: {}: this is a defect of Vigia, please report it", name, redact(e.what()));
    log::stop();
    std::abort();
  }
}

}  // namespace

Worker::Worker(std::string name, std::function<void(const std::stop_token&)> run)
    : thread_([name = std::move(name), run = std::move(run)](const std::stop_token& stop) {
        const HandlerStack for_crashes;
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        run_guarded(name, run, stop);
      }) {}

}  // namespace vigia
