// Counts the outcomes of shots on one route. A face counts once, whatever the number of its receivers: only
// the primary route passes its outcomes on, as those of the faces. Threads: thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "outbox/shot_listener.h"

namespace vigia::delivery {

class RouteCounters final : public outbox::ShotListener {
 public:
  // faces: null for a route that is not the primary one. Must outlive this.
  explicit RouteCounters(outbox::ShotListener* faces) : faces_(faces) {}

  void recovered(const domain::Shot& shot) override {
    if (faces_ != nullptr) faces_->recovered(shot);
  }
  void delivered(const domain::Shot& shot) override {
    ++delivered_count;
    if (shot.captured_corrected) ++clock_corrected_count;
    if (shot.clock_unset) ++clock_unset_count;
    if (faces_ != nullptr) faces_->delivered(shot);
  }
  void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) override {
    ++refused_count;
    if (faces_ != nullptr) faces_->refused(shot, reason, text);
  }
  void failed(const domain::Shot& shot, const std::string& text) override {
    ++failed_count;
    if (faces_ != nullptr) faces_->failed(shot, text);
  }

  std::atomic<std::uint64_t> delivered_count{0}, refused_count{0}, failed_count{0};
  // Of those delivered: see Shot::captured_corrected and clock_unset.
  std::atomic<std::uint64_t> clock_corrected_count{0}, clock_unset_count{0};

 private:
  outbox::ShotListener* const faces_;
};

}  // namespace vigia::delivery
