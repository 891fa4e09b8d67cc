#include "health/usual_faces.h"

#include <algorithm>
#include <ctime>
#include <limits>

namespace vigia::health {
namespace {

constexpr std::chrono::hours kHour{1};

}  // namespace

int hour_of_week(UtcTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return local.tm_wday * 24 + local.tm_hour;
}

double UsualFaces::pass(Nanoseconds passed, int hour, std::uint64_t faces, bool is_online) {
  if (hour_ && *hour_ != hour) end_hour();
  hour_ = hour;
  faces_ += faces;
  if (is_online) online_ += passed;
  if (faces > 0) {
    missed_ = 0;
  } else if (is_online) {
    missed_ += usual(hour).value_or(0) * to_seconds(passed) / to_seconds(kHour);
  }
  return missed_;
}

void UsualFaces::end_hour() {
  if (to_seconds(online_) >= kOnline * to_seconds(kHour)) {
    Hour& weeks = hours_.at(static_cast<std::size_t>(*hour_));
    if (weeks.size() >= kWeeks) weeks.erase(weeks.begin());
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    weeks.push_back(static_cast<std::uint32_t>(std::min(faces_, kMost)));
  }
  faces_ = 0;
  online_ = Nanoseconds(0);
}

std::optional<double> UsualFaces::usual(int hour) const {
  const Hour& weeks = hours_.at(static_cast<std::size_t>(hour));
  if (weeks.size() < kLearned) return std::nullopt;
  return *std::ranges::min_element(weeks);
}

}  // namespace vigia::health
