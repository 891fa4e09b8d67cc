// Destroys expensive objects on a thread of its own, accounts for what is held, and lets nobody hold more
// than the budget, so that no thread that handles video ever pays for freeing memory.
//
//   MemoryManager memory(options);
//   memory.start();
//   BufferPool pool = memory.make_pool({.owner = "gate", .buffer_bytes = 1382400, .max_buffers = 20});
//   std::optional<Lease> lease = pool.try_acquire();      // none: drop the frame, count it
//   memory.retire(std::move(closed_track));               // a few atomic operations
//   memory.stop();                                        // all that was retired is destroyed
//
// Three ways to release: frame buffers go back to their pool (buffer_pool.h), expensive objects are retired,
// cheap ones (< ~4 KB) are simply destroyed.
//
// Guarantees
// 1. retire() while running: no destructor, lock, allocation, system call (but the clock's read, which
//    the kernel maps into the process) or wake-up on the calling thread.
// 2. Every retired object is destroyed exactly once. A retire() while the manager does not run, or that
//    loses the race with stop(), destroys on its own thread and adds to inline_frees.
// 3. A destructor may retire more objects. Order between objects is not promised.
// 4. collect() returns only after everything retired before the call is destroyed, also when a pass
//    is under way.
// 5. A budget refuses at the lease, never at the release.
// 6. Trimmers run on the collector only, outside all locks, never after their handle is gone; one that
//    throws is logged and counted, and the pass goes on. The same for a destructor that throws.
// 7. A pool's buffer is reusable at once and never waits for a pass.
// 8. While the collector destroys, trims and returns 1 GB, calls of other threads into this part stay
//    within 1 ms, and 50 us at p99.9 (`vigia bench memory`; stats().hot_stall_us).
//
// Threads: thread-safe, except start() and stop(): one thread at a time. Must outlive its pools, leases
// and handles. The collector (collector.h) is the thread MemoryManagerGC, in the lowest scheduling class.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "memory/budget.h"
#include "memory/buffer_pool.h"
#include "memory/collector.h"
#include "memory/gpu_cache.h"
#include "memory/memory_options.h"
#include "memory/memory_stats.h"
#include "memory/retirable.h"
#include "memory/trimmer.h"
#include "memory/vitals.h"

namespace vigia::memory {

class MemoryManager {
 public:
  explicit MemoryManager(const MemoryOptions& options);
  ~MemoryManager();
  MemoryManager(const MemoryManager&) = delete;
  MemoryManager& operator=(const MemoryManager&) = delete;

  // Both may be called twice.
  void start();
  void stop() noexcept;  // returns once objects_pending is 0

  // Takes the last owner's object; destroyed by the collector. Nothing happens for nullptr.
  void retire(std::unique_ptr<Retirable> last) noexcept;

  // A shared_ptr whose last owner retires the object instead of destroying it. (The small control
  // block is still freed by that last owner.)
  template <class T>
  [[nodiscard]] std::shared_ptr<T> share(std::unique_ptr<T> object) {
    return std::shared_ptr<T>(object.release(),
                              [this](T* last) noexcept { retire(std::unique_ptr<Retirable>(last)); });
  }

  [[nodiscard]] BufferPool make_pool(PoolOptions options);
  [[nodiscard]] Trimmer add_trimmer(std::string name, TrimFunction trim) {
    return collector_.trimmers().add(std::move(name), std::move(trim));
  }

  // A barrier, see guarantee 4. Not from a destructor or a trimmer: there it returns at once.
  void collect() { collector_.collect(); }

  [[nodiscard]] Budget& budget() noexcept { return budget_; }
  [[nodiscard]] Pressure pressure() const noexcept { return budget_.pressure(); }
  // A copy; fields are read one by one. Cost: reads /proc, tens of microseconds: not for hot threads.
  [[nodiscard]] MemoryStats stats() const;

 private:
  friend class PoolCore;

  void say_about_gpu_cache();

  // Constant after construction.
  const MemoryOptions options_;
  const Bytes limit_;

  Budget budget_;
  Histogram hot_stall_;
  std::atomic<std::uint64_t> leases_refused_{0};
  Collector collector_;
  GpuCache gpu_cache_;
  Trimmer gpu_trimmer_, gpu_each_pass_;
};

}  // namespace vigia::memory
