#include "track/silence.h"

#include <algorithm>
#include <utility>

#include "appearance/difference.h"

namespace vigia::track {

bool Silence::covers(const Views& views, Nanoseconds now) const {
  return std::ranges::any_of(posted_, [&](const Posted& posted) {
    if (now - posted.when > period_) return false;
    const auto found = difference(*posted.views, views);
    return found && found->torso && found->value < appearance::kSamePerson;
  });
}

void Silence::remember(std::unique_ptr<Views> views, Nanoseconds now) {
  while (!posted_.empty() && (posted_.size() >= kMost || now - posted_.front().when > period_)) {
    posted_.pop_front();
  }
  posted_.push_back({std::move(views), now});
}

}  // namespace vigia::track
