#include "load/load_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vigia::load {
namespace {

using namespace std::chrono_literals;

constexpr auto kCalmAtStart = 5s;
constexpr auto kCalmAfterChange = 3s;
constexpr double kShortSeconds = 2;
constexpr double kNeverIdle = 0.98;
constexpr double kNearFull = 0.9;
constexpr Nanoseconds kWaitMin = 10s;
constexpr Nanoseconds kWaitMax = 10min;
constexpr auto kHolds = 5min;
// A longer sample means that the machine stood still; it says nothing about the cameras.
constexpr double kSampleMax = 3;

double share_of_workers(const LoadSample& sample, const Machine& machine) {
  return sample.busy / (sample.seconds * machine.workers);
}

// REQUIRES: to is after from on the ladder.
bool saves(const Level& to, const Level& from, const LoadSample& sample) {
  if (to.decoding == from.decoding) return true;
  if (to.decoding == domain::Decoding::idle_key_frames && sample.idle > 0) return true;
  return from.decoding == domain::Decoding::all && sample.disposable > 0;
}

// By how much more all but the search would cost if everything were decoded.
double undone(const Level& to, const Level& from, const LoadSample& sample) {
  if (to.decoding == from.decoding || sample.decoded == 0) return 1;
  return 1 + static_cast<double>(sample.undecoded) / static_cast<double>(sample.decoded);
}

}  // namespace

std::optional<LoadControl::LevelChange> LoadControl::observe(const LoadSample& sample, SteadyTime now) {
  if (!calm_until_) calm_until_ = now + kCalmAtStart;
  if (went_up_ && now - *went_up_ >= kHolds) {
    went_up_.reset();
    wait_ = kWaitMin;
  }
  if (now < *calm_until_ || sample.seconds <= 0 || sample.seconds > kSampleMax) {
    forget();
    return std::nullopt;
  }
  if (!is_short(sample)) {
    short_seconds_ = 0;
    short_late_ = 0;
    short_decoded_late_ = 0;
    return up(sample, now);
  }
  room_since_.reset();
  short_seconds_ += sample.seconds;
  short_late_ += sample.frames_late;
  short_decoded_late_ = std::max(short_decoded_late_, sample.decoded_late);
  if (short_seconds_ < kShortSeconds) return std::nullopt;
  auto change = down(sample);
  forget();
  return change;
}

void LoadControl::arrived(std::size_t level, SteadyTime now) {
  if (level < level_) {
    went_up_ = now;
  } else {
    if (went_up_) wait_ = std::min(2 * wait_, kWaitMax);
    went_up_.reset();
  }
  level_ = level;
  calm_until_ = now + kCalmAfterChange;
  forget();
}

void LoadControl::postpone() noexcept {
  wait_ = std::min(2 * wait_, kWaitMax);
  room_since_.reset();
}

void LoadControl::renew(std::vector<Level> ladder, std::size_t level) {
  ladder_ = std::move(ladder);
  refused_.assign(ladder_.size(), false);
  level_ = level;
  forget();
}

std::optional<std::size_t> LoadControl::worse(const LoadSample& sample) const {
  for (std::size_t level = level_ + 1; level < ladder_.size(); ++level) {
    if (!refused_[level] && saves(ladder_[level], at(), sample)) return level;
  }
  return std::nullopt;
}

std::optional<std::size_t> LoadControl::better() const {
  for (std::size_t level = level_; level > 0; --level) {
    if (!refused_[level - 1]) return level - 1;
  }
  return std::nullopt;
}

bool LoadControl::is_short(const LoadSample& sample) const {
  const double busy = share_of_workers(sample, machine_);
  const double used =
      use_of(machine_, {sample.work.look / sample.seconds, sample.work.rest / sample.seconds, 0});
  const bool is_late = sample.frames_late > 0 || sample.decoded_late > 0;
  return busy >= kNeverIdle || (is_late && std::max(busy, used) >= kNearFull);
}

std::optional<LoadControl::LevelChange> LoadControl::down(const LoadSample& sample) {
  const auto level = worse(sample);
  if (!level) return std::nullopt;
  return LevelChange{*level, why_short()};
}

std::string LoadControl::why_short() const {
  if (short_late_ > 0) {
    return fmt::format("{} frames came too late for the workers in {:.0f} s", short_late_, short_seconds_);
  }
  if (short_decoded_late_ > 0) {
    return fmt::format("the packets of {} cameras came faster than they were decoded, for {:.0f} s",
                       short_decoded_late_, short_seconds_);
  }
  return fmt::format("the workers were never idle for {:.0f} s", short_seconds_);
}

std::optional<LoadControl::LevelChange> LoadControl::up(const LoadSample& sample, SteadyTime now) {
  const auto level = better();
  if (!level || sample.delivering == 0) {
    room_since_.reset();
    return std::nullopt;
  }
  // Counts cameras that may come back as present.
  const double all = std::max(1.0, static_cast<double>(sample.cameras) / sample.delivering) / sample.seconds;
  const double cost = ladder_[*level].weight() / at().weight();
  const double max_cost = ladder_[*level].max_weight() / at().max_weight();
  const double rest = sample.work.rest * all * undone(ladder_[*level], at(), sample);
  const double use = use_of(
      machine_, {sample.work.look * all * cost, rest, sample.work.busiest / sample.seconds * max_cost});
  if (use > kUseMax) {
    room_since_.reset();
    return std::nullopt;
  }
  if (!room_since_) room_since_ = now - from_seconds(sample.seconds);
  if (now - *room_since_ < wait_) return std::nullopt;
  return LevelChange{
      *level,
      fmt::format("workers use {:.0f} % of their time, and the better level would use {:.0f} % of the "
                  "machine, for {:.0f} s",
                  100 * sample.work.look / (sample.seconds * machine_.workers), 100 * use,
                  to_seconds(wait_))};
}

void LoadControl::forget() {
  short_seconds_ = 0;
  short_late_ = 0;
  short_decoded_late_ = 0;
  room_since_.reset();
}

}  // namespace vigia::load
