#include "memory/buffer_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/log.h"
#include "memory/hot_timer.h"
#include "memory/memory_manager.h"

namespace vigia::memory {

struct PoolSlot {
  PoolCore* core = nullptr;
  std::byte* data = nullptr;
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

// Address space for the buffers of one pool; without memory until it is written to.
class Stretch {
 public:
  // An empty one where the system has no room.
  explicit Stretch(std::size_t bytes) noexcept
      : bytes_(bytes),
        begin_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                      0)) {}
  ~Stretch() {
    if (begin_ == MAP_FAILED) return;
    // First the pages, in slices: it takes milliseconds, and others wait while a slice is under way. Then
    // the empty space, which is quick.
    for (std::size_t at = 0; at < bytes_; at += kSlice) give_back(at, std::min(kSlice, bytes_ - at));
    ::munmap(begin_, bytes_);
  }
  Stretch(const Stretch&) = delete;
  Stretch& operator=(const Stretch&) = delete;

  [[nodiscard]] bool valid() const noexcept { return begin_ != MAP_FAILED; }
  [[nodiscard]] std::byte* at(std::size_t offset) const noexcept {
    return static_cast<std::byte*>(begin_) + offset;
  }
  void give_back(std::size_t offset, std::size_t bytes) const noexcept {
    ::madvise(at(offset), bytes, MADV_DONTNEED);
  }

 private:
  static constexpr std::size_t kSlice = std::size_t{1} << 20;

  const std::size_t bytes_;
  void* const begin_;
};

std::size_t whole_pages(Bytes bytes) noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (static_cast<std::size_t>(bytes) + page - 1) / page * page;
}

// The pool itself, owned by its handle and by every lease. When the last of them ends it is retired, so that
// the collector gives its memory back.
class PoolCore final : public Retirable {
 public:
  PoolCore(MemoryManager& manager, PoolOptions options)
      : Retirable(0),
        manager_(manager),
        options_(std::move(options)),
        bytes_each_(whole_pages(options_.buffer_bytes)),
        account_(manager.budget().open(options_.owner, options_.kind)),
        stretch_(bytes_each_ * static_cast<std::size_t>(options_.max_buffers)),
        slots_(static_cast<std::size_t>(options_.max_buffers)) {
    if (!stretch_.valid()) {
      log::error("memory: {}: no address space for {} buffers of {}: all of its leases are refused",
                 options_.owner, options_.max_buffers, format_bytes(options_.buffer_bytes));
      return;
    }
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      slots_[i].core = this;
      slots_[i].data = stretch_.at(i * bytes_each_);
      empty_.push(slots_, i);
    }
    trimmer_ = manager.add_trimmer("idle buffers of " + options_.owner, [this] { return empty_idle(); });
  }
  ~PoolCore() noexcept override {
    trimmer_.reset();
    account_->discharge(filled_.load(std::memory_order_relaxed) * charge_each());
  }

  std::optional<Lease> try_acquire() noexcept {
    const HotTimer timer(manager_.hot_stall_);
    std::optional<std::uint32_t> index = idle_.pop(slots_);
    if (!index) index = fill_one();
    if (!index) {
      manager_.leases_refused_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    PoolSlot& slot = slots_[*index];
    slot.holders.store(1, std::memory_order_relaxed);
    note_most(leased_.fetch_add(1, std::memory_order_relaxed) + 1);
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
    set_charge(filled_.load(std::memory_order_relaxed) * charge_each());
    manager_.retire(std::unique_ptr<Retirable>(this));
  }

  const PoolOptions& options() const noexcept { return options_; }
  int leased() const noexcept { return leased_.load(std::memory_order_relaxed); }

 private:
  Bytes charge_each() const noexcept { return static_cast<Bytes>(bytes_each_); }

  std::optional<std::uint32_t> fill_one() noexcept {
    const auto index = empty_.pop(slots_);
    if (!index) return std::nullopt;
    if (account_->try_charge(charge_each())) {
      filled_.fetch_add(1, std::memory_order_relaxed);
      return index;
    }
    empty_.push(slots_, *index);
    return std::nullopt;
  }

  void note_most(int leased) noexcept {
    if (leased > most_leased_.load(std::memory_order_relaxed)) {
      most_leased_.store(leased, std::memory_order_relaxed);  // a race loses one: it is a hint
    }
  }

  // Keeps the buffers that were needed since the last trim: they would be filled again at once, with page
  // faults on threads that handle video. At the hard mark all are emptied.
  Bytes empty_idle() noexcept {
    const int leased = leased_.load(std::memory_order_relaxed);
    const int most = most_leased_.exchange(leased, std::memory_order_relaxed);
    const int keep = manager_.pressure() == Pressure::hard ? 0 : most;
    Bytes returned = 0;
    while (filled_.load(std::memory_order_relaxed) > keep) {
      const auto index = idle_.pop(slots_);
      if (!index) break;
      stretch_.give_back(*index * bytes_each_, bytes_each_);
      filled_.fetch_sub(1, std::memory_order_relaxed);
      account_->discharge(charge_each());
      returned += charge_each();
      empty_.push(slots_, *index);
    }
    return returned;
  }

  // Constant after construction.
  MemoryManager& manager_;
  const PoolOptions options_;
  const std::size_t bytes_each_;
  const std::shared_ptr<Account> account_;
  const Stretch stretch_;

  std::vector<PoolSlot> slots_;  // never resized
  SlotStack idle_;               // filled, charged, nobody's
  SlotStack empty_;              // without memory
  std::atomic<int> filled_{0}, leased_{0};
  std::atomic<int> most_leased_{0};  // at once, since the last trim
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
