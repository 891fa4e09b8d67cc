// Many threads push, one takes all: a stack linked through the objects. The list is open or closed;
// closed, a push is refused and the object stays the caller's. No lock, no allocation.
// Threads: push is thread-safe; the others one thread at a time.
#pragma once

#include <atomic>

#include "memory/retirable.h"

namespace vigia::memory {

class RetiredList {
 public:
  // False when the list is closed.
  bool push(Retirable* object) noexcept {
    Retirable* head = head_.load(std::memory_order_relaxed);
    do {
      if (head == closed()) return false;
      object->next_ = head;
    } while (
        !head_.compare_exchange_weak(head, object, std::memory_order_release, std::memory_order_relaxed));
    return true;
  }

  // REQUIRES: open. Gives the newest; next() leads to the older ones.
  Retirable* take_all() noexcept { return head_.exchange(nullptr, std::memory_order_acquire); }
  static Retirable* next(const Retirable* object) noexcept { return object->next_; }

  void open() noexcept { head_.store(nullptr, std::memory_order_release); }
  // Closes it if nothing is left inside. False: something came in, take it and try again.
  bool close_if_empty() noexcept {
    Retirable* none = nullptr;
    return head_.compare_exchange_strong(none, closed(), std::memory_order_acq_rel);
  }

 private:
  // An address that no object has: that of the list itself.
  Retirable* closed() noexcept { return reinterpret_cast<Retirable*>(this); }

  std::atomic<Retirable*> head_{closed()};
};

}  // namespace vigia::memory
