#include "outbox/due_queue.h"

namespace vigia::outbox {

void DueQueue::add(WaitingShot shot) {
  bytes_ += shot.bytes;
  due_.insert(shot);
}

std::optional<WaitingShot> DueQueue::claim(SteadyTime now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    due_.insert(later_.begin()->second);
    later_.erase(later_.begin());
  }
  if (due_.empty()) return std::nullopt;
  const WaitingShot shot = *due_.begin();
  due_.erase(due_.begin());
  claimed_.emplace(shot.id, shot);
  return shot;
}

void DueQueue::postpone(std::int64_t id, SteadyTime until) {
  const auto found = claimed_.find(id);
  if (found == claimed_.end()) return;
  later_.emplace(until, found->second);
  claimed_.erase(found);
}

void DueQueue::remove(std::int64_t id) {
  const auto found = claimed_.find(id);
  if (found == claimed_.end()) return;
  bytes_ -= found->second.bytes;
  claimed_.erase(found);
}

std::optional<SteadyTime> DueQueue::next_due() const {
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace vigia::outbox
