// A retirable object that counts its instances and records which thread destroyed it. If Counted::alive() is
// above 0 at the end of a test an object leaked; below 0 one was destroyed twice.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "memory/retirable.h"

namespace vigia::testing {

class Counted final : public memory::Retirable {
 public:
  explicit Counted(Bytes charge = 0, std::function<void()> at_end = {})
      : Retirable(charge), at_end_(std::move(at_end)) {
    ++alive_;
  }
  ~Counted() noexcept(false) override {
    --alive_;
    last_destroyer_ = std::this_thread::get_id();
    if (at_end_) at_end_();
  }

  static int alive() { return alive_; }
  static std::thread::id last_destroyer() { return last_destroyer_; }

 private:
  std::function<void()> at_end_;
  static inline std::atomic<int> alive_{0};
  static inline std::atomic<std::thread::id> last_destroyer_{};
};

}  // namespace vigia::testing
