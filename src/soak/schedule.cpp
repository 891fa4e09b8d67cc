#include "soak/schedule.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include "base/dice.h"

namespace vigia::soak {
namespace {

constexpr double kLeastWarmUp = 15;      // seconds
constexpr double kLongestWarmUp = 1800;  // unless faults come later

struct Manner {
  double round;              // seconds
  double last_start;         // a fault begins within so many seconds of its round
  double shortest, longest;  // seconds
};

Manner manner_of(FaultIntensity level) {
  switch (level) {
    case FaultIntensity::none:
    case FaultIntensity::calm:
      return {600, 80, 5, 120};
    case FaultIntensity::normal:
      return {180, 20, 5, 60};
    case FaultIntensity::storm:
      return {16, 2, 2, 6};
  }
  return {};
}

// Deals all cards once, in random order, then all again.
template <class Card>
class Deck {
 public:
  Deck(std::vector<Card> cards, Dice& dice) : cards_(std::move(cards)), next_(cards_.size()), dice_(dice) {}

  Card deal() {
    if (next_ == cards_.size()) {
      for (std::size_t i = cards_.size(); i > 1; --i) {
        std::swap(cards_[i - 1], cards_[static_cast<std::size_t>(dice_.below(static_cast<int>(i)))]);
      }
      next_ = 0;
    }
    return cards_[next_++];
  }

 private:
  std::vector<Card> cards_;
  std::size_t next_;
  Dice& dice_;
};

std::vector<int> all_targets(const ScheduleOptions& options) {
  std::vector<int> targets(static_cast<std::size_t>(options.cameras));
  std::iota(targets.begin(), targets.end(), 0);
  if (options.findface) targets.push_back(kFindFace);
  return targets;
}

// Distinct, as a deck that is dealt on may give one again.
std::vector<int> targets_of_round(const ScheduleOptions& options, Deck<int>& targets) {
  if (options.level == FaultIntensity::storm) return all_targets(options);
  if (options.level == FaultIntensity::calm) return {targets.deal()};
  std::vector<int> chosen;
  if (options.findface) chosen.push_back(kFindFace);
  const auto wanted = chosen.size() + static_cast<std::size_t>((options.cameras + 1) / 2);
  while (chosen.size() < wanted) {
    const int target = targets.deal();
    if (std::find(chosen.begin(), chosen.end(), target) == chosen.end()) chosen.push_back(target);
  }
  return chosen;
}

}  // namespace

std::string_view to_string(CameraFault kind) noexcept {
  switch (kind) {
    case CameraFault::kill:
      return "kill";
    case CameraFault::freeze:
      return "freeze";
    case CameraFault::resize:
      return "resize";
    case CameraFault::resize_live:
      return "resize_live";
    case CameraFault::garbage:
      return "garbage";
    case CameraFault::cut:
      return "cut";
    case CameraFault::slow:
      return "slow";
    case CameraFault::down:
      return "down";
    case CameraFault::hang:
      return "hang";
    case CameraFault::errors:
      return "errors";
  }
  return "?";
}

double round_seconds(FaultIntensity level) noexcept {
  return manner_of(level).round;
}

std::vector<Fault> make_schedule(const ScheduleOptions& options) {
  std::vector<Fault> schedule;
  if (options.level == FaultIntensity::none) return schedule;
  const Manner manner = manner_of(options.level);
  Dice dice({options.seed, 0x50a4});
  Deck<int> targets(all_targets(options), dice);
  Deck<CameraFault> camera_kinds({kCameraFaults.begin(), kCameraFaults.end()}, dice);
  Deck<CameraFault> findface_kinds({kFindFaceFaults.begin(), kFindFaceFaults.end()}, dice);
  for (double begin = kCalmStart; begin + manner.round <= options.seconds; begin += manner.round) {
    for (const int target : targets_of_round(options, targets)) {
      const double at = begin + static_cast<double>(dice.between(0, manner.last_start));
      const double duration = static_cast<double>(dice.between(manner.shortest, manner.longest));
      schedule.push_back(
          {at, duration, target, target == kFindFace ? findface_kinds.deal() : camera_kinds.deal()});
    }
  }
  std::stable_sort(schedule.begin(), schedule.end(),
                   [](const Fault& a, const Fault& b) { return a.at < b.at; });
  return schedule;
}

double warm_up_seconds(const std::vector<Fault>& schedule, double run_seconds) {
  std::set<CameraFault> seen;
  double all_seen = 0;
  for (const Fault& fault : schedule) {
    if (seen.insert(fault.kind).second) all_seen = std::max(all_seen, fault.end());
  }
  const double quarter = std::clamp(run_seconds / 4, kLeastWarmUp, kLongestWarmUp);
  return std::min(std::max(quarter, all_seen), run_seconds / 3);
}

}  // namespace vigia::soak
