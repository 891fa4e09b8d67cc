#include "outbox/listeners.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace vigia::outbox {

void Listeners::listen(std::size_t route, ShotListener& listener) {
  listeners_.at(route) = &listener;
  if (route == 0) tell_recovered(std::exchange(recovered_, {}));
}

void Listeners::leave() {
  std::ranges::fill(listeners_, nullptr);
}

std::vector<RowChange> Listeners::tell_given_up(Endings endings) {
  std::vector<RowChange> changes;
  for (Ending& ending : endings) {
    domain::Shot shot;
    shot.camera = ending.out.camera;
    if (ending.shot) {
      shot = *std::move(ending.shot);
    } else {
      const auto stored = ending.reason ? state_.disk.read(ending.out.id, Disk::Part::without_image)
                                        : Result<std::optional<StoredShot>>(std::nullopt);
      if (stored && *stored) shot = (*stored)->shot;
      std::ranges::move(changes_of(ending.out, state_.routes), std::back_inserter(changes));
    }
    tell(ending, shot);
  }
  return changes;
}

void Listeners::tell(const Ending& ending, const domain::Shot& shot) {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    if ((ending.out.routes & route_bit(i)) == 0 || listeners_[i] == nullptr) continue;
    if (!ending.reason) {
      listeners_[i]->failed(shot, "the outbox could not keep it");
    } else {
      listeners_[i]->refused(shot, *ending.reason,
                             *ending.reason == domain::Reason::expired ? "not delivered in time" : "no room");
    }
  }
}

void Listeners::tell_recovered(std::vector<domain::Shot> shots) {
  if (shots.empty()) return;
  if (listeners_.front() == nullptr) {  // listen() is still to come
    std::ranges::move(shots, std::back_inserter(recovered_));
    return;
  }
  for (const domain::Shot& shot : shots) listeners_.front()->recovered(shot);
}

}  // namespace vigia::outbox
