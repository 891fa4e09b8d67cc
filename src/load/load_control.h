// When to look less thoroughly, and when more again (detector.on_overload: reduce): the rule, on numbers
// and a clock.
//
//   LoadControl control(ladder, start, machine);
//   if (auto change = control.observe(sample, now))       // once a second
//     make_it_so(change->level) ? control.arrived(change->level, now) : control.refuse(change->level);
//     // or postpone(), where memory was short
//
// Down one level: in each of two seconds running, live cameras dropped frames because workers were behind
// while the workers or the cores were at least 90 % busy; or the workers had no moment without a turn of
// theirs. Where there is room, who is behind asks for more than the one worker that a camera may have: that
// camera loses frames of its own, and nobody else's quality.
// Up one level: for ten seconds running the next better level, reckoned from the CPU time that was used and
// the cost of both, would have used at most 90 % of the machine, as auto allows. CPU time, since a worker
// that waits for a core is busy too; and all of it: what files take that run beside is not there. The same
// 90 % hold for the one worker that the busiest camera has at a time, however many workers there are. A step
// up that does not hold for five minutes has failed and doubles those ten seconds, to ten minutes at most;
// one that holds brings them back. So a machine at its limit changes a few times, and then once in ten
// minutes. Calm: nothing is judged in the first five seconds, and for three after a change. Cameras that are
// away count as if they were there for five minutes (the caller tells), so a reconnect is no reason to go up.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "load/load_ladder.h"

namespace vigia::load {

// What happened since the last one.
struct LoadSample {
  double seconds = 0;  // that it covers
  Work work;           // CPU seconds in all, not a second; of all cameras
  double busy = 0;     // seconds of workers in turns of live cameras, with what they waited for a core
  std::uint64_t frames_late = 0;  // of live cameras
  int cameras = 0;                // live ones that are there, or were lately
  int delivering = 0;             // of them, those that send
};

class LoadControl {
 public:
  // REQUIRES: start is a level of the ladder.
  LoadControl(std::vector<Level> ladder, std::size_t start, Machine machine)
      : ladder_(std::move(ladder)), refused_(ladder_.size()), machine_(machine), level_(start) {}

  struct LevelChange {
    std::size_t level = 0;
    std::string why;  // with the numbers
  };
  // A change to make; until arrived() or refuse() says what became of it, nothing has changed.
  [[nodiscard]] std::optional<LevelChange> observe(const LoadSample& sample, SteadyTime now);

  // That level is in force now.
  void arrived(std::size_t level, SteadyTime now);
  // That level cannot be had: it is passed over from now on.
  void refuse(std::size_t level) { refused_.at(level) = true; }

  // A better level cannot be had now: it is tried again after twice the wait, ten minutes at most.
  void postpone() noexcept;

  // Other cameras have another ladder. REQUIRES: level is one of it.
  void renew(std::vector<Level> ladder, std::size_t level);

  [[nodiscard]] const Level& at() const { return ladder_.at(level_); }
  [[nodiscard]] std::size_t level() const noexcept { return level_; }
  [[nodiscard]] const std::vector<Level>& ladder() const noexcept { return ladder_; }

 private:
  [[nodiscard]] std::optional<std::size_t> worse() const;
  [[nodiscard]] std::optional<std::size_t> better() const;
  [[nodiscard]] bool is_short(const LoadSample& sample) const;
  std::optional<LevelChange> down();
  std::optional<LevelChange> up(const LoadSample& sample, SteadyTime now);
  void forget();

  std::vector<Level> ladder_;
  std::vector<bool> refused_;
  const Machine machine_;
  std::size_t level_;
  std::optional<SteadyTime> calm_until_;
  double short_seconds_ = 0;      // running
  std::uint64_t short_late_ = 0;  // frames late in them
  std::optional<SteadyTime> room_since_;
  Nanoseconds wait_ = std::chrono::seconds(10);
  std::optional<SteadyTime> went_up_;  // unless it has proved itself, or failed
};

}  // namespace vigia::load
