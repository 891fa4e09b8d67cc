// The one state that all answers are made from: a snapshot at most 250 ms old, with what is derived from it
// (rates, problems, history). However many ask, one snapshot is taken in that time, on the server's thread.
// Cost of a fresh one: that of Orchestrator::snapshot(), some 10 us a camera; hot threads are not involved.
// Threads: owner thread only.
#pragma once

#include <optional>
#include <vector>

#include "web/history.h"
#include "web/problem_finder.h"
#include "web/rates.h"
#include "web/world.h"

namespace vigia::web {

struct Moment {
  status::Snapshot snapshot;
  UtcTime at{};
  std::vector<StateProblem> problems;
  CameraCounts cameras;
  Health health;
};

class CurrentState {
 public:
  static constexpr Nanoseconds kFresh = std::chrono::milliseconds(250);

  explicit CurrentState(const World& world) : world_(world), started_(world.clock.utc_now()) {}

  const Moment& now();
  [[nodiscard]] const Rates& rates() const { return rates_; }
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] UtcTime started() const { return started_; }
  // Keeps the history; call it at next_tick().
  void tick();
  [[nodiscard]] SteadyTime next_tick() const { return history_.next(); }

 private:
  // Constant after construction.
  const World& world_;
  const UtcTime started_;

  std::optional<SteadyTime> taken_;
  Moment moment_;
  Rates rates_;
  History history_;
  ProblemFinder problems_;
};

}  // namespace vigia::web
