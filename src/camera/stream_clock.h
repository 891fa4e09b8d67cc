// The time of a live stream: combines the pictures' time stamps and their arrival into one time line that
// starts at 0, never goes backwards, and follows the scene rather than the network. (Recorded sources, whose
// arrival says nothing, use a Timeline.)
//
// The rule, picture by picture, in the order of showing:
// 1. The step from the picture before is that of the stamps. A pause in the network without a gap in the
//    stamps is not a pause; a burst is as long as its stamps say; a gap in the stamps is kept. The line
//    follows the camera's clock, however it drifts from ours.
// 2. If a stamp stands still, goes back, or is ahead of all arrivals so far by more than kLargestLead, the
//    step is that of the arrival, smoothed (arrival_line.h). If a stamp is missing, the usual step is taken,
//    after kMostMissing of them that of the arrival. Both count as corrected.
// 3. While the stamps as a whole disagree with arrival (stamp_monitor.h decides), every step is that of the
//    arrival, smoothed, and counts as corrected.
// 4. The first picture of a new connection follows the last one of the old by the time between their
//    arrivals. A stream without any stamps follows arrival, and nothing counts as corrected.
//
// It also estimates when a picture was taken, on the clock of the arrivals. A picture cannot arrive before it
// is taken, so the picture with the shortest transit in the last kWindow fixes the offset between stamps and
// time, and all others use it. The pictures of a burst are then as far apart as their stamps, and end with
// its arrival as far as that is known. While stamps are not trusted, the arrival is taken.
//
// Guarantee: deterministic; its results depend on its inputs alone. No allocation, no clock. Threads: one
// thread at a time. Units: nanoseconds; stamps within +-73 years.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "camera/arrival_line.h"
#include "camera/stamp_monitor.h"

namespace vigia::camera {

class StreamClock {
 public:
  static constexpr std::chrono::seconds kLargestLead{2};
  static constexpr int kMostMissing = 25;
  static constexpr std::chrono::seconds kWindow{10};  // to twice that

  struct Picture {
    std::optional<Nanoseconds> stamp;
    SteadyTime came;          // its last byte; if the picture was there already: when it was found
    bool waited_for = false;  // the reader had to wait for it, so `came` is exact
  };
  struct Reading {
    Nanoseconds stream_time{0};
    SteadyTime taken;        // never goes back, and is not later than the latest `came`
    bool corrected = false;  // the stamp was not followed, or was missing among others
  };

  // The next picture is the first of a new connection, and is not before that.
  void begin_connection(Nanoseconds not_before = Nanoseconds::zero()) noexcept {
    begins_ = true;
    stream_time_ = std::max(stream_time_, not_before);
  }
  Reading read(const Picture& picture) noexcept;

  // Other than none: the stamps are not followed now, and why.
  [[nodiscard]] StampFault lie() const noexcept { return judge_.verdict(); }

 private:
  enum class Stamp { good, bad, missing };
  struct Step {
    Nanoseconds length;
    Stamp stamp;
  };

  Step step_by_stamp(const Picture& picture, Nanoseconds by_arrival) noexcept;
  Step step_without(Nanoseconds by_arrival) noexcept;
  [[nodiscard]] bool leads(Nanoseconds passed, SteadyTime came) const noexcept;
  Reading first(const Picture& picture) noexcept;
  void note_transit(SteadyTime came) noexcept;
  // The shortest recent transit of a picture, measured between the zeros of both time lines.
  [[nodiscard]] Nanoseconds shortest_transit() const noexcept { return std::min(transit_, transit_before_); }

  bool begins_ = true, begun_ = false;
  bool has_stamps_ = false;     // this connection's pictures
  Nanoseconds stream_time_{0};  // returned last
  Nanoseconds position_{0};     // by stamps alone, trusted or not
  SteadyTime last_came_{}, taken_{};
  std::optional<Nanoseconds> last_stamp_;
  Nanoseconds stamped_position_{0};  // of the picture that had it
  SteadyTime stamped_came_{};
  Nanoseconds usual_step_{0};                   // by stamps
  int missing_ = 0;                             // since then
  Nanoseconds transit_{0}, transit_before_{0};  // shortest in the window, and in the one before
  SteadyTime window_began_{};
  ArrivalLine arrivals_;
  StampMonitor judge_;
};

}  // namespace vigia::camera
