#include "base/worker.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>

#include "base/log.h"

namespace vigia {
namespace {

// Linux weighs a thread of nice 0 with 1024, and of nice 7 with 215 (sched(7): a step is a factor of 1.25).
constexpr int kNiceOfWhoGivesWay = 7;

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
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        run_guarded(name, run, stop);
      }) {}

void give_way() noexcept {
  // On Linux a thread's, not the whole process's; lowering one's own is always allowed.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceOfWhoGivesWay));
}

}  // namespace vigia
