#include "memory/buffer_pool.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/hot_timer.h"
#include "memory/memory_manager.h"

namespace vigia::memory {

struct PoolSlot {
  PoolCore* core = nullptr;
  std::byte* data = nullptr;  // nullptr: not mapped now
  std::atomic<std::uint32_t> holders{0};
  std::atomic<std::uint32_t> next{0};  // the slot below in its stack: index + 1, 0 for none
};

// A stack of slots by index. Many push and pop at once: the head carries a counter that changes with
// every operation, so a head that was popped and pushed back meanwhile is not mistaken for the old one.
class SlotStack {
 public:
  void push(std::vector<PoolSlot>& slots, std::uint32_t index) noexcept {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
      slots[index].next.store(static_cast<std::uint32_t>(head), std::memory_order_relaxed);
      next = ((head >> 32) + 1) << 32 | (index + 1);
    } while (!head_.compare_exchange_weak(head, next, std::memory_order_release, std::memory_order_relaxed));
  }
  std::optional<std::uint32_t> pop(std::vector<PoolSlot>& slots) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    std::uint64_t next = 0;
    do {
      if (static_cast<std::uint32_t>(head) == 0) return std::nullopt;
      const std::uint32_t below =
          slots[static_cast<std::uint32_t>(head) - 1].next.load(std::memory_order_relaxed);
      next = ((head >> 32) + 1) << 32 | below;
    } while (!head_.compare_exchange_weak(head, next, std::memory_order_acquire, std::memory_order_acquire));
    return static_cast<std::uint32_t>(head) - 1;
  }

 private:
  std::atomic<std::uint64_t> head_{0};
};

// The pool itself, held by its handle and by every lease; when the last lets go it is retired, so that
// unmapping is the collector's work.
class PoolCore final : public Retirable {
 public:
  PoolCore(MemoryManager& manager, PoolOptions options)
      : Retirable(0),
        manager_(manager),
        options_(std::move(options)),
        account_(manager.budget().open(options_.owner, options_.kind)),
        slots_(static_cast<std::size_t>(options_.max_buffers)) {
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      slots_[i].core = this;
      unmapped_.push(slots_, i);
    }
    trimmer_ = manager.add_trimmer("idle buffers of " + options_.owner, [this] { return unmap_idle(); });
  }
  ~PoolCore() noexcept override {
    trimmer_.reset();
    unmap_idle();
  }

  std::optional<Lease> try_acquire() noexcept {
    const HotTimer timer(manager_.hot_stall_);
    std::optional<std::uint32_t> index = idle_.pop(slots_);
    if (!index) index = map_one();
    if (!index) {
      manager_.leases_refused_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    PoolSlot& slot = slots_[*index];
    slot.holders.store(1, std::memory_order_relaxed);
    leased_.fetch_add(1, std::memory_order_relaxed);
    hold();
    return Lease(&slot);
  }

  static void release(PoolSlot* slot) noexcept {
    if (slot->holders.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    PoolCore* const core = slot->core;
    {
      const HotTimer timer(core->manager_.hot_stall_);
      core->leased_.fetch_sub(1, std::memory_order_relaxed);
      core->idle_.push(core->slots_, static_cast<std::uint32_t>(slot - core->slots_.data()));
    }
    core->let_go();
  }

  void hold() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void let_go() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    set_charge(mapped_.load(std::memory_order_relaxed) * options_.buffer_bytes);
    manager_.retire(std::unique_ptr<Retirable>(this));
  }

  const PoolOptions& options() const noexcept { return options_; }
  int leased() const noexcept { return leased_.load(std::memory_order_relaxed); }

 private:
  std::optional<std::uint32_t> map_one() noexcept {
    const auto index = unmapped_.pop(slots_);
    if (!index) return std::nullopt;
    if (account_->try_charge(options_.buffer_bytes)) {
      void* const memory = ::mmap(nullptr, static_cast<std::size_t>(options_.buffer_bytes),
                                  PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory != MAP_FAILED) {
        slots_[*index].data = static_cast<std::byte*>(memory);
        mapped_.fetch_add(1, std::memory_order_relaxed);
        return index;
      }
      account_->discharge(options_.buffer_bytes);
    }
    unmapped_.push(slots_, *index);
    return std::nullopt;
  }

  Bytes unmap_idle() noexcept {
    Bytes returned = 0;
    while (const auto index = idle_.pop(slots_)) {
      PoolSlot& slot = slots_[*index];
      ::munmap(std::exchange(slot.data, nullptr), static_cast<std::size_t>(options_.buffer_bytes));
      mapped_.fetch_sub(1, std::memory_order_relaxed);
      account_->discharge(options_.buffer_bytes);
      returned += options_.buffer_bytes;
      unmapped_.push(slots_, *index);
    }
    return returned;
  }

  // Constant after construction.
  MemoryManager& manager_;
  const PoolOptions options_;
  const std::shared_ptr<Account> account_;

  std::vector<PoolSlot> slots_;  // never resized
  SlotStack idle_, unmapped_;
  std::atomic<int> mapped_{0}, leased_{0};
  std::atomic<std::int64_t> holders_{1};
  Trimmer trimmer_;
};

void Lease::reset() noexcept {
  if (slot_ != nullptr) PoolCore::release(std::exchange(slot_, nullptr));
}
std::byte* Lease::data() const noexcept {
  return slot_->data;
}
Bytes Lease::size() const noexcept {
  return slot_->core->options().buffer_bytes;
}

SharedLease::SharedLease(const SharedLease& other) noexcept : slot_(other.slot_) {
  if (slot_ != nullptr) slot_->holders.fetch_add(1, std::memory_order_relaxed);
}
void SharedLease::reset() noexcept {
  if (slot_ != nullptr) PoolCore::release(std::exchange(slot_, nullptr));
}
std::byte* SharedLease::data() const noexcept {
  return slot_->data;
}
Bytes SharedLease::size() const noexcept {
  return slot_->core->options().buffer_bytes;
}
SharedLease SharedLease::attach(void* detached) noexcept {
  SharedLease lease;
  lease.slot_ = static_cast<PoolSlot*>(detached);
  return lease;
}
SharedLease SharedLease::borrow(void* detached) noexcept {
  SharedLease held = attach(detached);
  SharedLease copy = held;
  static_cast<void>(held.detach());
  return copy;
}

BufferPool::BufferPool(MemoryManager& manager, PoolOptions options)
    : core_(std::make_unique<PoolCore>(manager, std::move(options)).release()) {}
BufferPool::~BufferPool() {
  if (core_ != nullptr) core_->let_go();
}
std::optional<Lease> BufferPool::try_acquire() noexcept {
  return core_->try_acquire();
}
Bytes BufferPool::buffer_bytes() const noexcept {
  return core_->options().buffer_bytes;
}
int BufferPool::max_buffers() const noexcept {
  return core_->options().max_buffers;
}
int BufferPool::leased() const noexcept {
  return core_->leased();
}

}  // namespace vigia::memory
