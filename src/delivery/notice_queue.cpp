#include "delivery/notice_queue.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace vigia::delivery {

void NoticeQueue::push(const CameraNotice& notice) {
  {
    MutexLock lock(mutex_);
    if (waiting_.size() >= kMostWaiting) {
      waiting_.pop_front();
      ++dropped_;
    }
    waiting_.push_back({notice, next_number_++});
  }
  filled_.notify_one();
}

void NoticeQueue::run(Courier& courier, Clock& clock, const std::stop_token& stop) {
  Nanoseconds pause = kFirstPause;
  while (const std::optional<Waiting> waiting = first(stop)) {
    const DeliveryResult result = courier.tell(waiting->notice, stop);
    if (result.outcome == DeliveryResult::Outcome::retry) {
      if (!clock.sleep_for(result.after.value_or(pause), stop)) return;
      pause = std::min<Nanoseconds>(2 * pause, kLongestPause);
      continue;
    }
    if (result.outcome == DeliveryResult::Outcome::refused) {
      ++dropped_;
      log::warn("{}: does not take notices of cameras: {}", courier.name(), result.text);
    }
    pause = kFirstPause;
    remove(waiting->number);
  }
}

std::optional<NoticeQueue::Waiting> NoticeQueue::first(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (waiting_.empty()) {
    if (!filled_.wait(lock, stop)) return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  return waiting_.front();
}

// It may have been dropped meanwhile.
void NoticeQueue::remove(std::uint64_t number) {
  MutexLock lock(mutex_);
  if (!waiting_.empty() && waiting_.front().number == number) waiting_.pop_front();
}

}  // namespace vigia::delivery
