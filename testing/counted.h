// A retirable object that counts the living and remembers who destroyed it: a test that ends with
// Counted::alive() != 0 has leaked, below zero has destroyed twice.
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
