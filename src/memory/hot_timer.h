// Measures the time that the calling thread spends in one call into the memory part.
// Cost: two reads of the steady clock (about 50 ns together) and two atomic additions.
#pragma once

#include <chrono>

#include "base/histogram.h"

namespace vigia::memory {

class HotTimer {
 public:
  explicit HotTimer(Histogram& stalls) noexcept : stalls_(stalls) {}
  ~HotTimer() { stalls_.record(std::chrono::steady_clock::now() - begin_); }
  HotTimer(const HotTimer&) = delete;
  HotTimer& operator=(const HotTimer&) = delete;

 private:
  Histogram& stalls_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace vigia::memory
