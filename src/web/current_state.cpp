#include "web/current_state.h"

namespace vigia::web {

const Moment& CurrentState::now() {
  const SteadyTime now = world_.clock.now();
  if (taken_ && now - *taken_ < kFresh) return moment_;
  taken_ = now;
  moment_.snapshot = world_.snapshot();
  moment_.at = world_.clock.utc_now();
  moment_.problems = problems_.find(moment_.snapshot, moment_.at);
  moment_.cameras = count_cameras(moment_.snapshot);
  moment_.health = health_of(moment_.problems, moment_.cameras);
  rates_.note(moment_.snapshot, now);
  return moment_;
}

void CurrentState::tick() {
  const SteadyTime now = world_.clock.now();
  if (now < history_.next()) return;
  history_.record(this->now().snapshot, now, world_.clock.utc_now());
}

}  // namespace vigia::web
