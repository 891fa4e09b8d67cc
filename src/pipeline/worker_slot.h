// Holds a worker's detector, and passes it a new one when the input's size changes.
//
// Housekeeping makes the new one, off the frame path; the worker takes it before its next turn and retires
// the old one, so that it waits for neither. At most one detector beside the one in use is held: a newer one
// replaces one that was never taken.
// Cost: an atomic read a turn. No lock. Threads: enter() and detector() the worker's; offer(),
// make_wanted() and cpu_seconds() housekeeping's.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "detect/detector.h"
#include "memory/memory_manager.h"

namespace vigia::pipeline {

class WorkerSlot {
 public:
  // memory must outlive it.
  WorkerSlot(std::unique_ptr<detect::Detector> first, memory::MemoryManager& memory)
      : memory_(memory), supply_(first->supply()), current_(std::make_unique<Held>(std::move(first))) {}
  ~WorkerSlot() { const std::unique_ptr<Held> never_taken(next_.exchange(nullptr)); }
  WorkerSlot(const WorkerSlot&) = delete;
  WorkerSlot& operator=(const WorkerSlot&) = delete;

  // The worker calls it first: from here on its CPU time can be read.
  void enter() noexcept {
    if (const auto clock = thread_cpu_clock()) clock_.store(*clock, std::memory_order_relaxed);
  }
  // CPU time the worker has used so far; 0: it has not entered yet. Only while the worker's thread lives.
  [[nodiscard]] double cpu_seconds() const noexcept {
    const clockid_t clock = clock_.load(std::memory_order_relaxed);
    return clock == kNobody ? 0 : vigia::cpu_seconds(clock);
  }

  [[nodiscard]] detect::Detector& detector() noexcept {
    if (next_.load(std::memory_order_relaxed) != nullptr) {
      std::unique_ptr<Held> next(next_.exchange(nullptr, std::memory_order_acquire));
      if (next) memory_.retire(std::exchange(current_, std::move(next)));
    }
    return *current_->detector;
  }

  void offer(std::unique_ptr<detect::Detector> next) {
    supply_ = next->supply();
    auto held = std::make_unique<Held>(std::move(next));
    const std::unique_ptr<Held> never_taken(next_.exchange(held.release(), std::memory_order_acq_rel));
  }

  // Builds the networks that the newest detector lacks for the frames it has seen. See
  // detect::DetectorSupply.
  Result<bool> make_wanted() { return supply_ ? supply_->make_wanted() : Result<bool>(false); }

 private:
  struct Held final : memory::Retirable {
    // The tensors are charged to the budget by the detector itself.
    explicit Held(std::unique_ptr<detect::Detector> one) : Retirable(0), detector(std::move(one)) {}
    const std::unique_ptr<detect::Detector> detector;
  };

  static constexpr clockid_t kNobody = CLOCK_REALTIME;  // no worker has entered

  memory::MemoryManager& memory_;
  std::shared_ptr<detect::DetectorSupply> supply_;  // housekeeping's
  std::atomic<clockid_t> clock_{kNobody};
  std::unique_ptr<Held> current_;  // the worker's
  std::atomic<Held*> next_{nullptr};
};

}  // namespace vigia::pipeline
