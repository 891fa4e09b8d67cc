// The background thread of the memory part: destroys retired objects, gives memory back under pressure, and
// watches the budget's marks, the kernel's memory-pressure events and the process's growth.
//
// A pass runs every gc_interval, and early if 32 MiB are retired, or (250 ms after the last one at the
// earliest) if memory is short. It takes the whole list with one exchange, destroys outside any lock, and
// runs the trimmers if memory is short. Hot threads never wake it: it looks at the counters every 10 ms while
// something is retired, else every 100 ms.
//
// Memory is short at the budget's marks; for 2 s after the kernel reported it (kernel_pressure.h); and when
// the process's anonymous memory, which includes memory in no account, reaches 80 % (soft) or 92 % (hard) of
// its limit. The last two squeeze() the budget.
//
// Scheduling: nice 5; nice 0 while memory is short or a tenth of the budget waits, since video then waits for
// it (where RLIMIT_NICE or CAP_SYS_NICE allow it). Not lower: with all cores busy a collector at nice 19 or
// SCHED_IDLE falls behind for ever, so that workers allocate memory that was never used before, and their own
// malloc takes five to eight times as long in one case of a hundred (bench/collector_priority_bench; at nice
// 5 as long as at nice 0). Threads: hand_over(), destroy_here() and collect() are thread-safe; start() and
// stop() one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "memory/budget.h"
#include "memory/kernel_pressure.h"
#include "memory/memory_options.h"
#include "memory/retired_list.h"
#include "memory/system_memory.h"
#include "memory/trimmer.h"
#include "memory/vitals.h"

namespace vigia::memory {

class Collector {
 public:
  // The budget must outlive it. limit: the most memory that the process may use. root: of /proc and /sys,
  // another one only in tests.
  Collector(const MemoryOptions& options, Budget& budget, Bytes limit, std::filesystem::path root = "/");
  ~Collector() { stop(); }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  void start();
  void stop() noexcept;

  // False: the collector does not run, and the caller keeps the object, which counts as pending until
  // destroy_here().
  [[nodiscard]] bool hand_over(Retirable* object) noexcept;
  void destroy_here(Retirable* object) noexcept;
  void collect();

  // Trimmers that run at the end of each pass, also when memory is not short; like the others at least 250 ms
  // apart, unless collect() requested the pass.
  [[nodiscard]] TrimmerList& each_pass() noexcept { return each_pass_; }
  [[nodiscard]] TrimmerList& trimmers() noexcept { return trimmers_; }
  [[nodiscard]] Growth growth() const { return vitals_.growth(); }

  // Counted since construction; values are read one by one.
  struct Counters {
    std::atomic<bool> is_running{false};
    std::atomic<std::int64_t> objects_pending{0};
    std::atomic<Bytes> bytes_pending{0};
    std::atomic<std::uint64_t> gc_count{0}, early_passes{0}, objects_collected{0}, inline_frees{0}, errors{0};
    std::atomic<std::uint64_t> pressure_events{0};  // the kernel's
    std::atomic<Bytes> bytes_trimmed{0};
    std::atomic<std::int64_t> cpu_ns{0};  // of its thread
  };
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  enum class Due { no, interval, early };

  void run(const std::stop_token& stop);
  void wait_for_next_pass(const std::stop_token& stop);
  [[nodiscard]] Due due(SteadyTime now) const noexcept;
  void look(SteadyTime now);
  void watch_process(SteadyTime now);
  void choose_priority() noexcept;
  void pass();
  void trim(bool asked_for);
  void run(TrimmerList& trimmers);
  void say(std::uint64_t destroyed);
  void say_what_was_refused(SteadyTime now);
  void drain_and_close() noexcept;
  std::uint64_t destroy_all(Retirable* list) noexcept;
  void destroy(Retirable* object) noexcept;

  // Constant after construction.
  const MemoryOptions options_;
  const Bytes limit_;
  const std::filesystem::path root_;
  Budget& budget_;

  RetiredList retired_;
  TrimmerList trimmers_;
  TrimmerList each_pass_;
  Counters counters_;
  Vitals vitals_;
  Fd wake_;  // eventfd: stop() and collect() wake the thread, never the hot side
  std::atomic<std::thread::id> thread_id_{};

  // The collector thread's own.
  const ProcessFiles files_;
  KernelPressure kernel_;
  SteadyTime last_pass_, last_look_, last_trim_, last_allocator_trim_, last_said_, short_until_;
  SteadyTime say_refused_from_;
  std::uint64_t refused_said_ = 0;
  std::uint64_t unsaid_ = 0;  // objects destroyed since the last line in the log
  bool raised_ = false;       // to normal priority

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar pass_done_;
  std::uint64_t passes_wanted_ GUARDED_BY(mutex_) = 0;
  std::uint64_t passes_served_ GUARDED_BY(mutex_) = 0;

  Worker thread_;
};

}  // namespace vigia::memory
