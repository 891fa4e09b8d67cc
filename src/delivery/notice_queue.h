// The notices that wait for one receiver, and the loop that gives them to its courier, in order.
//
// A notice that the receiver does not take now is tried again after 1 s, 2 s, ... 60 s, or at the time that
// it names; those behind it wait. One that it refuses is dropped. At most kMostWaiting wait, in memory: then
// the oldest goes. Notices are not kept over a restart: conditions that hold then are noticed again. What is
// dropped is counted. Threads: push() and dropped() thread-safe; run() once.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "base/mutex.h"
#include "delivery/camera_notice.h"
#include "delivery/courier.h"

namespace vigia::delivery {

class NoticeQueue {
 public:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::chrono::seconds kFirstPause{1}, kLongestPause{60};

  // Does not wait.
  void push(const CameraNotice& notice);
  // Until the stop.
  void run(Courier& courier, Clock& clock, const std::stop_token& stop);
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Waiting {
    CameraNotice notice;
    std::uint64_t number = 0;
  };
  std::optional<Waiting> first(const std::stop_token& stop);
  void remove(std::uint64_t number);

  std::atomic<std::uint64_t> dropped_{0};

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar filled_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  std::uint64_t next_number_ GUARDED_BY(mutex_) = 0;
};

}  // namespace vigia::delivery
