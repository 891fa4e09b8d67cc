// Decides when a connection that still sends is given up and made anew, because that brings a clean picture
// sooner than waiting: most cameras begin each connection with a key frame, and the next one of a group may
// be 20 s away. Smeared pictures do not heal in between (README).
//
//   reopening.packet(now, is_key);   for each packet
//   reopening.picture(now);          for each clean picture
//   if (const char* why = reopening.due(now, decoder.waiting())) ...
//
// Rules: a connection in which rubbish came is given up when it then shows nothing for kAfterRubbish. One
// with a loss, when it shows nothing for kAfterLoss, began with a key frame itself, no key frame is expected
// soon, and it is kLeastAge old: so this happens at most once in that time, and never to a server that sends
// the same packets to everybody. Threads: owner thread only.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"

namespace vigia::camera {

class Reopening {
 public:
  static constexpr std::chrono::milliseconds kAfterRubbish{500};
  static constexpr std::chrono::seconds kAfterLoss{2}, kLeastAge{5};

  void packet(SteadyTime now, bool is_key) {
    if (!first_packet_) first_packet_ = now;
    if (!is_key) return;
    if (last_key_) key_interval_ = now - *last_key_;
    last_key_ = now;
  }
  void picture(SteadyTime now) {
    if (!last_picture_) begins_clean_ = now - first_packet_.value_or(now) <= kAtOnce;
    last_picture_ = now;
    rubbish_ = false;
  }
  void rubbish() noexcept { rubbish_ = true; }

  // waiting: packets are being left out after a loss. Returns why it is due; nullptr: it is not.
  [[nodiscard]] const char* due(SteadyTime now, bool waiting) const {
    if (!last_picture_) return nullptr;  // it has never been better
    const Nanoseconds waited = now - *last_picture_;
    if (rubbish_ && waited >= kAfterRubbish) return "sends rubbish between its packets";
    if (!waiting || !begins_clean_ || waited < kAfterLoss || now - *first_packet_ < kLeastAge) return nullptr;
    return key_is_near(now) ? nullptr : "loses packets, and its next key frame is far away";
  }

 private:
  static constexpr std::chrono::seconds kAtOnce{1};

  // Also for a moment after it should have come.
  [[nodiscard]] bool key_is_near(SteadyTime now) const {
    if (!key_interval_) return false;
    const Nanoseconds left = *last_key_ + *key_interval_ - now;
    return left <= kAfterLoss && left >= -std::chrono::seconds(1);
  }

  std::optional<SteadyTime> first_packet_, last_picture_, last_key_;
  std::optional<Nanoseconds> key_interval_;
  bool begins_clean_ = false;  // its first picture came at once
  bool rubbish_ = false;       // since the last picture
};

}  // namespace vigia::camera
