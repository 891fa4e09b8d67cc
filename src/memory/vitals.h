// Watches the process over time: resident memory, descriptors, threads, and what each owner holds; how fast
// they grow, when they reach the limit, and which owner grows most. Logs growth that matters, at most once a
// minute.
// Cost: a tick reads /proc once a second, counts descriptors every five; some 30 KB, and 300 B an owner.
// Threads: tick() belongs to the collector; growth() is thread-safe.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "memory/budget.h"
#include "memory/growth.h"
#include "memory/system_memory.h"

namespace vigia::memory {

// The pseudo-owner of resident memory in no account: libraries, stacks, the program.
inline constexpr std::string_view kUnaccounted = "not in any account";

struct Growth {
  struct Figure {
    double now = 0;
    double limit = 0;  // 0: none
    std::array<Slope, kWindows.size()> slopes;
  };
  Figure resident;     // bytes of anonymous memory, which only its owner can give back
  Figure descriptors;  // open
  Figure threads;

  // The limit that is reached first. A longer window is ignored if a shorter one shows that the growth is
  // over.
  struct Alarm {
    std::string what;    // "memory", "descriptors", "threads"
    double seconds = 0;  // 0: it is reached
    Window window = Window::minute;
    bool matters = false;  // near enough to say so in the log
  };
  std::optional<Alarm> alarm;

  // The owner whose bytes grew most over the alarm's window, else over the longest window with enough
  // records.
  struct Culprit {
    std::string owner;
    std::string kind;
    Bytes grown = 0;
    Window window = Window::minute;
  };
  std::optional<Culprit> culprit;
};

class Vitals {
 public:
  // limit: of memory. Both must outlive it.
  Vitals(const Budget& budget, Bytes limit) : budget_(budget), limit_(limit) {}

  void tick(SteadyTime now);
  [[nodiscard]] Growth growth() const;

 private:
  static constexpr std::size_t kMarks = 12;  // of an owner in a window
  using OwnerKey = std::pair<std::string, std::string>;

  void record(double now);
  void count(double now);
  void mark_owners(Window window, Bytes unaccounted);
  [[nodiscard]] static std::optional<Growth::Alarm> first_alarm(const Growth& growth);
  [[nodiscard]] static std::string describe(const Growth& growth);
  [[nodiscard]] std::optional<Growth::Culprit> culprit(Window window) const REQUIRES(mutex_);
  void log_if_it_matters(double now);

  // Constant after construction.
  const Budget& budget_;
  const Bytes limit_;

  const ProcessFiles files_;
  std::optional<SteadyTime> begin_;
  double next_record_ = 0, next_count_ = 0, next_log_ = 60;
  std::array<double, kWindows.size()> next_mark_{};

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  Trend resident_ GUARDED_BY(mutex_), descriptors_ GUARDED_BY(mutex_), threads_ GUARDED_BY(mutex_);
  Growth now_ GUARDED_BY(mutex_);  // the present values; slopes are fitted on request
  std::array<std::map<OwnerKey, std::deque<Bytes>>, kWindows.size()> marks_ GUARDED_BY(mutex_);
};

// "12 d 3 h", "2 h 5 min", "40 s"
std::string format_duration(double seconds);

}  // namespace vigia::memory
