#include "pipeline/encoded_shots.h"

#include <utility>

namespace vigia::pipeline {
namespace {

// Nothing signals that memory has become free, so push() polls.
constexpr auto kLookAgain = std::chrono::milliseconds(50);

}  // namespace

bool EncodedShots::has_room_for(Bytes bytes) const {
  if (waiting_.empty()) return true;
  if (waiting_.size() >= kMost) return false;
  return bytes == 0 || (bytes_ + bytes <= most_bytes_ && budget_.pressure() != memory::Pressure::hard);
}

void EncodedShots::push(EncodedShot shot) {
  const Bytes bytes = shot.bytes();
  {
    MutexLock lock(mutex_);
    while (!has_room_for(bytes)) room_.wait_for(lock, {}, kLookAgain);
    waiting_.push_back(std::move(shot));
    bytes_ += bytes;
  }
  filled_.notify_one();
}

std::optional<EncodedShot> EncodedShots::pop_for(Nanoseconds at_most) {
  const SteadyTime give_up = std::chrono::steady_clock::now() + at_most;
  std::optional<EncodedShot> taken;
  {
    MutexLock lock(mutex_);
    while (waiting_.empty() && !closed_) {
      const SteadyTime now = std::chrono::steady_clock::now();
      if (now >= give_up) return std::nullopt;
      filled_.wait_for(lock, {}, give_up - now);
    }
    if (waiting_.empty()) return std::nullopt;
    taken = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= taken->bytes();
  }
  room_.notify_one();
  return taken;
}

std::size_t EncodedShots::depth() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

void EncodedShots::close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  filled_.notify_one();
}

bool EncodedShots::finished() const {
  MutexLock lock(mutex_);
  return closed_ && waiting_.empty();
}

}  // namespace vigia::pipeline
