// Large buffers of one size that cycle: taken by one thread, given back by any, reused at once.
//
// What: at most max_buffers buffers of buffer_bytes each, in one range of address space that is reserved when
// the pool is made. A buffer is charged to the owner's account when it is first leased, and gets its memory
// from the kernel page by page as it is first written. When it is given back it goes to a free list and keeps
// its memory; under pressure the collector gives the memory of idle buffers back to the system. When not:
// objects (retire them), small things.
// Guarantee: try_acquire() refuses, and counts it, if all are leased or the budget refuses; giving back never
// fails, waits or frees. Neither of them locks, allocates or makes a system call. A pool may be destroyed
// while leases exist: they stay valid, and the last one hands the memory to the collector.
// Cost: acquire and release are one compare-and-swap loop each.
// Threads: all thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "memory/budget.h"

namespace vigia::memory {

class MemoryManager;
class PoolCore;
struct PoolSlot;

struct PoolOptions {
  std::string owner;  // a camera's name
  Kind kind = Kind::frames;
  Bytes buffer_bytes = 0;  // > 0; whole pages are charged
  int max_buffers = 0;     // > 0
};

// One buffer, for one holder. Move-only; its end gives the buffer back.
class [[nodiscard]] Lease {
 public:
  ~Lease() { reset(); }
  Lease(Lease&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      reset();
      slot_ = std::exchange(other.slot_, nullptr);
    }
    return *this;
  }
  void reset() noexcept;

  [[nodiscard]] std::byte* data() const noexcept;
  [[nodiscard]] Bytes size() const noexcept;

 private:
  friend class PoolCore;
  friend class SharedLease;
  explicit Lease(PoolSlot* slot) noexcept : slot_(slot) {}
  PoolSlot* slot_;
};

// The same for several holders; by convention read-only once shared. A copy costs one atomic addition.
class SharedLease {
 public:
  SharedLease() = default;
  explicit SharedLease(Lease lease) noexcept : slot_(std::exchange(lease.slot_, nullptr)) {}
  ~SharedLease() { reset(); }
  SharedLease(const SharedLease& other) noexcept;
  SharedLease(SharedLease&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  SharedLease& operator=(SharedLease other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  void reset() noexcept;

  [[nodiscard]] explicit operator bool() const noexcept { return slot_ != nullptr; }
  [[nodiscard]] std::byte* data() const noexcept;
  [[nodiscard]] Bytes size() const noexcept;

  // For libraries that keep a void* (FFmpeg's AVBufferRef): detach() moves this reference to the pointer,
  // attach() takes it back, borrow() adds another reference.
  [[nodiscard]] void* detach() noexcept { return std::exchange(slot_, nullptr); }
  [[nodiscard]] static SharedLease attach(void* detached) noexcept;
  [[nodiscard]] static SharedLease borrow(void* detached) noexcept;

 private:
  PoolSlot* slot_ = nullptr;
};

// Move-only.
class BufferPool {
 public:
  BufferPool(MemoryManager& manager, PoolOptions options);
  ~BufferPool();
  BufferPool(BufferPool&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  BufferPool& operator=(BufferPool&& other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }

  [[nodiscard]] std::optional<Lease> try_acquire() noexcept;

  [[nodiscard]] Bytes buffer_bytes() const noexcept;
  [[nodiscard]] int max_buffers() const noexcept;
  [[nodiscard]] int leased() const noexcept;  // out at this moment

 private:
  PoolCore* core_;  // counted: this handle and every lease hold it
};

}  // namespace vigia::memory
