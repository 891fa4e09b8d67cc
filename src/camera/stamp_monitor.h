// Decides whether a live stream's time stamps can be trusted. Compares the time line of the stamps with the
// arrival of many pictures: a single one proves nothing, since networks delay packets.
//
// Stamps are no longer trusted if they
// - are erratic: more than one step in 32 goes back, stands still or jumps (5 of them, when they come one
//   after the other), or stamps have ceased;
// - run too slowly or too fast: against arrival they have drifted by kMostDrift and by more than 2 %. Less
//   than 2 % is accepted as the camera's clock; a real clock is off by 0.01 %.
// Not counted as drift: one pause, however long (the delay of a single picture counts for at most the usual
// time between two pictures), and the burst that catches up after a pause. A network that delivers more
// slowly than the camera sends, until kMostDrift has built up, cannot be told from stamps that run too
// slowly, and is treated like that.
//
// They are trusted again after kSane in which no step was bad and the drift stayed below kSaneDrift.
//
// The drift is a cumulative sum with an allowance (E. S. Page, Continuous inspection schemes, Biometrika 41,
// 1954). Only pictures that the reader waited for are observed: the arrival time of one that was there
// already is unknown. Threads: one thread at a time. No allocation.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vigia::camera {

enum class StampFault { none, erratic, slow, fast };

constexpr std::string_view to_string(StampFault lie) noexcept {
  switch (lie) {
    case StampFault::none:
      return "they can";
    case StampFault::erratic:
      return "they stand still, go back, jump or have ceased";
    case StampFault::slow:
      return "they run more slowly than the pictures come";
    case StampFault::fast:
      return "they run faster than the pictures come";
  }
  return "?";
}

class StampMonitor {
 public:
  static constexpr std::chrono::seconds kMostDrift{3};  // and twice the time between observations
  static constexpr std::chrono::seconds kSane{20};
  static constexpr std::chrono::milliseconds kSaneDrift{500};

  // A new connection begins: earlier observations cannot be compared with later ones. The verdict stays.
  void begin() noexcept;
  // Reports whether the next picture's step by its stamp was usable.
  void step(bool good, SteadyTime came) noexcept;
  // Reports a picture that the reader waited for: its position by the stamps, and its arrival.
  void observe(Nanoseconds position, SteadyTime came) noexcept;

  // Other than none: the stamps are not trusted, and why.
  [[nodiscard]] StampFault verdict() const noexcept { return verdict_; }

 private:
  struct Observation {
    Nanoseconds position;
    SteadyTime came;
  };

  void forget() noexcept;
  void judge(SteadyTime now) noexcept;

  StampFault verdict_ = StampFault::none;
  SteadyTime sane_since_{};  // while it is not none
  int strikes_ = 0;          // in 32nds of a bad step
  int observed_ = 0;
  std::optional<Observation> last_;
  Nanoseconds usual_{0};           // between observations
  Nanoseconds slow_{0}, fast_{0};  // how far behind, and ahead, beyond the allowance
  Nanoseconds above_lowest_{0};    // how much later the last one was than the earliest, which follows slowly
};

}  // namespace vigia::camera
