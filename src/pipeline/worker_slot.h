// Where a worker has its detector, and finds a new one when the input's size changes.
//
// The new one is made by housekeeping, off the frame path; the worker takes it before its next turn and
// retires the old one, so that it neither waits for the one nor destroys the other. At most one more than
// the one in use is held: what was never taken gives way to what comes after it.
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

  // The worker's first word: from here on its CPU time is seen.
  void enter() noexcept {
    if (const auto clock = thread_cpu_clock()) clock_.store(*clock, std::memory_order_relaxed);
  }
  // That the worker used so far; 0: not there yet. While the worker's thread lives.
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

  // Builds what the newest detector lacks for the frames that it has seen. See detect::DetectorSupply.
  Result<bool> make_wanted() { return supply_ ? supply_->make_wanted() : Result<bool>(false); }

 private:
  struct Held final : memory::Retirable {
    // The tensors are charged to the budget by the detector itself.
    explicit Held(std::unique_ptr<detect::Detector> one) : Retirable(0), detector(std::move(one)) {}
    const std::unique_ptr<detect::Detector> detector;
  };

  static constexpr clockid_t kNobody = CLOCK_REALTIME;  // no thread's

  memory::MemoryManager& memory_;
  std::shared_ptr<detect::DetectorSupply> supply_;  // housekeeping's
  std::atomic<clockid_t> clock_{kNobody};
  std::unique_ptr<Held> current_;  // the worker's
  std::atomic<Held*> next_{nullptr};
};

}  // namespace vigia::pipeline
