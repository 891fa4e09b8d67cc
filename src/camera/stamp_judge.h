// Can a live stream's time stamps be believed? Compares the line of time that they make with the arrival of
// the pictures, over many of them: a single one proves nothing, as networks are late in honest ways.
//
// Not believed any more are stamps that
// - are erratic: more than one step in 32 goes back, stands still or jumps (5 of them, when they come one
//   after the other), or stamps have ceased;
// - run too slowly or too fast: against arrival they have drifted by kMostDrift and by more than 2 %. What is
//   less than 2 % is the camera's clock, whatever it does; a real one is off by 0.01 %.
// What does not count as drift: one pause, however long (what a single picture is late by counts no more than
// the usual time between two pictures), and what a pause is followed by when the picture catches up. A
// network that delivers slower than the camera sends for so long that kMostDrift piles up looks like stamps
// that run too slowly, and is taken for that: nobody can tell them apart from here.
//
// They are believed again after kSane in which no step was bad and the drift stayed below kSaneDrift.
//
// The drift is a cumulative sum with an allowance (E. S. Page, Continuous inspection schemes, Biometrika
// 41, 1954). Only pictures that the reader waited for say when they came: of one that lay there already,
// nobody knows for how long.
// Threads: one thread at a time. No allocation.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vigia::camera {

enum class Lie { none, erratic, slow, fast };

constexpr std::string_view to_string(Lie lie) noexcept {
  switch (lie) {
    case Lie::none:
      return "they can";
    case Lie::erratic:
      return "they stand still, go back, jump or have ceased";
    case Lie::slow:
      return "they run more slowly than the pictures come";
    case Lie::fast:
      return "they run faster than the pictures come";
  }
  return "?";
}

class StampJudge {
 public:
  static constexpr std::chrono::seconds kMostDrift{3};  // and twice the time between observations
  static constexpr std::chrono::seconds kSane{20};
  static constexpr std::chrono::milliseconds kSaneDrift{500};

  // A new connection: earlier observations cannot be compared with later ones. The verdict stays.
  void begin() noexcept;
  // The next picture's step by its stamp was usable, or was not.
  void step(bool good, SteadyTime came) noexcept;
  // A picture that was waited for: where it lies by its stamps, and when it came.
  void observe(Nanoseconds position, SteadyTime came) noexcept;

  // Other than none: not believed, and why.
  [[nodiscard]] Lie verdict() const noexcept { return verdict_; }

 private:
  struct Seen {
    Nanoseconds position;
    SteadyTime came;
  };

  void forget() noexcept;
  void judge(SteadyTime now) noexcept;

  Lie verdict_ = Lie::none;
  SteadyTime sane_since_{};  // while it is not none
  int strikes_ = 0;          // in 32nds of a bad step
  int observed_ = 0;
  std::optional<Seen> last_;
  Nanoseconds usual_{0};           // between observations
  Nanoseconds slow_{0}, fast_{0};  // how far behind, and ahead, beyond the allowance
  Nanoseconds above_lowest_{0};    // how much later the last one was than the earliest, which follows slowly
};

}  // namespace vigia::camera
