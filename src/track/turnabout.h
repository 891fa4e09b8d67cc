// Finds the moment at which a track's path turned back at once, at walking speed. Nobody walks like that: one
// person went out of sight there (behind the other one, or through the picture's edge), and another one who
// came from there got the track.
//
// The rule: a straight way of at least kLeastWay face sizes in kBefore, then within kTurn a straight way in
// the opposite direction, for kAfter. Each half of either way is walked with at least kWalks, and the halves
// beside the turn are not much slower than the others: a person who turns round slows down, and one who
// dances or shakes the head goes nowhere. Below some 8 frames a second there are too few sightings to say.
//
// Cost: a few comparisons a sighting; 2 KB; no allocation. Threads: a value, one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/clock.h"
#include "domain/geometry.h"
#include "track/motion.h"

namespace vigia::track {

class Turnabout {
 public:
  // A track at one of its sightings, with this one counted.
  struct Moment {
    Nanoseconds time{0};
    domain::Box box;
    int sightings = 0, strong = 0;
    std::optional<Motion> motion;  // always there; a Motion has no empty state
  };
  // The last moment before the turn, and the first after it.
  struct Turn {
    Moment before, after;
  };

  // Notes a sighting, and says whether the path has turned back shortly before it.
  // REQUIRES: times in order.
  [[nodiscard]] std::optional<Turn> note(const Moment& now) noexcept;
  // True if the path seems to have turned back in the last moments: whether it did so at once note() says
  // only later, and until then the face may be another person's.
  [[nodiscard]] bool may_be_another(const domain::Box& box, Nanoseconds now) const noexcept;
  void clear() noexcept { count_ = 0; }

 private:
  static constexpr std::size_t kMoments = 20;
  static constexpr Nanoseconds kApart = std::chrono::milliseconds(60);
  static constexpr Nanoseconds kBefore = std::chrono::milliseconds(600);
  static constexpr Nanoseconds kAfter = std::chrono::milliseconds(300);
  static constexpr Nanoseconds kTurn = std::chrono::milliseconds(250);
  static constexpr std::size_t kFewestAfter = 3;
  static constexpr float kLeastWay = 1.0F;
  static constexpr float kBack = 0.1F;   // face sizes: farther than boxes tremble
  static constexpr float kWalks = 1.5F;  // face sizes a second
  static constexpr float kSlower = 0.8F;

  [[nodiscard]] const Moment& ago(std::size_t steps) const noexcept {
    return moments_[(next_ + kMoments - 1 - steps) % kMoments];
  }
  struct Way {
    domain::Point direction;  // of length 1
    std::size_t start = 0;
  };
  // The straight way that led to ago(end); nothing: it was shorter than kLeastWay.
  [[nodiscard]] std::optional<Way> way_to(std::size_t end) const noexcept;
  // True if the path turned between ago(after + 1) and ago(after).
  [[nodiscard]] bool turned(std::size_t after) const noexcept;
  // The steps from `from` to the newest moment that is at least `time` earlier; nothing: not so long ago.
  [[nodiscard]] std::optional<std::size_t> earlier(std::size_t from, Nanoseconds time) const noexcept;

  std::array<Moment, kMoments> moments_;
  std::size_t next_ = 0, count_ = 0;
};

}  // namespace vigia::track
