// A bounded queue between threads. What: fixed capacity, first in first out, depth and refusals are visible.
// When not: on the path of single frames (see pipeline/run_queue.h). Cost: one short lock a call.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/mutex.h"

namespace vigia {

template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) {}

  // Returns the item if there is no room, or the channel is closed: the caller decides what a loss means, and
  // counts it.
  [[nodiscard]] std::optional<T> push(T item) {
    {
      MutexLock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return item;
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return std::nullopt;
  }

  // Waits for an item. Nothing if the channel is closed and empty, or a stop was requested.
  std::optional<T> pop(const std::stop_token& stop) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (!filled_.wait(lock, stop)) return std::nullopt;
    }
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // The same, but waits no longer than `at_most`.
  std::optional<T> pop_for(std::chrono::nanoseconds at_most, const std::stop_token& stop) {
    MutexLock lock(mutex_);
    if (items_.empty() && !closed_) filled_.wait_for(lock, stop, at_most);
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // Refuses further items; those inside can still be taken.
  void close() {
    {
      MutexLock lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
  }

  [[nodiscard]] bool finished() const {  // closed, and everything taken
    MutexLock lock(mutex_);
    return closed_ && items_.empty();
  }
  [[nodiscard]] std::size_t depth() const {
    MutexLock lock(mutex_);
    return items_.size();
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar filled_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace vigia
