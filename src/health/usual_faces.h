// How many faces a camera usually brings at this hour of the week, learned from the last weeks, so that it is
// noticed when nobody comes although somebody always does: the camera was turned away, a lamp is broken.
//
//   UsualFaces usual;
//   missed = usual.pass(1s, hour_of_week(local time), faces since then, is_online);
//   if (missed >= 10) ...                      // no_faces
//
// The rule: each of the 168 hours keeps the number of faces of the last kWeeks weeks in which the camera was
// online for nearly all of the hour. The usual number is the least of them, once there are kLearned, so an
// hour that is sometimes quiet is expected to be quiet, and no holiday or one busy day counts. Time without a
// face adds what would usually have come; a face begins anew. When not: cameras that only live hours or days
// know nothing yet, and say nothing. Threads: owner thread only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace vigia::health {

inline constexpr int kHoursOfWeek = 7 * 24;
// 0: Sunday, midnight, by this machine's time zone, since people live by it.
int hour_of_week(UtcTime time);

class UsualFaces {
 public:
  static constexpr std::size_t kWeeks = 4;
  static constexpr std::size_t kLearned = 2;
  // Share of an hour in which the camera must have been online for the hour to be learned from.
  static constexpr double kOnline = 0.9;

  // The newest last, at most kWeeks.
  using Hour = std::vector<std::uint32_t>;
  using Hours = std::array<Hour, kHoursOfWeek>;

  UsualFaces() = default;
  explicit UsualFaces(Hours learned) : hours_(std::move(learned)) {}

  // So much time has passed, up to now, which is in this hour. Returns the faces that have been missed since
  // the last one came.
  double pass(Nanoseconds passed, int hour, std::uint64_t faces, bool is_online);
  // The faces that usually come in this hour; nothing: not learned yet.
  [[nodiscard]] std::optional<double> usual(int hour) const;
  [[nodiscard]] const Hours& learned() const noexcept { return hours_; }

 private:
  void end_hour();

  Hours hours_{};
  std::optional<int> hour_;  // that is being counted
  std::uint64_t faces_ = 0;  // in it
  Nanoseconds online_{0};    // likewise
  double missed_ = 0;
};

}  // namespace vigia::health
