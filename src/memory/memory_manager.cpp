#include "memory/memory_manager.h"

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>

#include <chrono>

#include "base/clock.h"
#include "base/log.h"
#include "memory/hot_timer.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

using namespace std::chrono_literals;

// Retired bytes that make an early pass worth it: some 20 frames of 720p.
constexpr Bytes kEarlyPassBytes = 32_MiB;
// How often the collector looks at the counters: the hot side never wakes it.
constexpr auto kLookWhilePending = 10ms;
constexpr auto kLookWhileIdle = 100ms;
// Under pressure that lasts, trimming again at once finds nothing new.
constexpr auto kLeastBetweenEarlyPasses = 250ms;

Bytes choose_budget(Bytes wanted) {
  return wanted > 0 ? wanted : memory_limit() / 10 * 6;
}

// Takes only the time that video leaves.
void take_lowest_priority() {
  const sched_param none{};
  if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) {
    log::warn("memory: the collector runs at normal priority: the system refuses SCHED_IDLE");
  }
}

}  // namespace

MemoryManager::MemoryManager(const MemoryOptions& options)
    : options_(options),
      budget_(choose_budget(options.budget_bytes)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

MemoryManager::~MemoryManager() {
  stop();
}

void MemoryManager::start() {
  if (is_running_) return;
  retired_.open();
  is_running_ = true;
  collector_ = Worker("MemoryManagerGC", [this](const std::stop_token& stop) { run(stop); });
  log::info("MemoryManager started (interval: {:.1f} s, budget: {})", options_.gc_interval,
            format_bytes(budget_.limit()));
}

void MemoryManager::stop() noexcept {
  if (!is_running_) return;
  collector_.request_stop();
  ::eventfd_write(wake_.get(), 1);
  collector_.join();
  log::info("MemoryManager stopped | GC ran {} times | objects collected: {}", gc_count_.load(),
            objects_collected_.load());
}

void MemoryManager::retire(std::unique_ptr<Retirable> last) noexcept {
  if (!last) return;
  {
    const HotTimer timer(hot_stall_);
    // Counted first, so that a count never falls below zero when the collector is quicker.
    objects_pending_.fetch_add(1, std::memory_order_relaxed);
    bytes_pending_.fetch_add(last->charge(), std::memory_order_relaxed);
    if (retired_.push(last.get())) {
      static_cast<void>(last.release());
      return;
    }
  }
  inline_frees_.fetch_add(1, std::memory_order_relaxed);
  destroy(last.release());
}

BufferPool MemoryManager::make_pool(PoolOptions options) {
  return {*this, std::move(options)};
}

void MemoryManager::collect() {
  if (collector_id_.load() == std::this_thread::get_id()) return;
  MutexLock lock(mutex_);
  if (!is_running_) return;  // set under mutex_ when it ends: see run()
  const std::uint64_t mine = ++passes_wanted_;
  ::eventfd_write(wake_.get(), 1);
  while (passes_served_ < mine && is_running_) pass_done_.wait(lock, {});
}

void MemoryManager::run(const std::stop_token& stop) {
  collector_id_ = std::this_thread::get_id();
  take_lowest_priority();
  last_pass_ = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    wait_for_next_pass(stop);
    if (!stop.stop_requested()) pass();
  }
  drain_and_close();
  {
    MutexLock lock(mutex_);
    is_running_ = false;
  }
  pass_done_.notify_all();
  collector_id_ = std::thread::id();
}

bool MemoryManager::pass_is_due() const noexcept {
  const auto since = std::chrono::steady_clock::now() - last_pass_;
  if (since >= from_seconds(options_.gc_interval)) return true;
  const bool early = bytes_pending_.load(std::memory_order_relaxed) >= kEarlyPassBytes ||
                     budget_.pressure() != Pressure::none;
  return early && since >= kLeastBetweenEarlyPasses;
}

void MemoryManager::wait_for_next_pass(const std::stop_token& stop) {
  while (!stop.stop_requested() && !pass_is_due()) {
    const bool pending = objects_pending_.load(std::memory_order_relaxed) > 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        last_pass_ + from_seconds(options_.gc_interval) - std::chrono::steady_clock::now());
    const auto look = pending ? kLookWhilePending : kLookWhileIdle;
    pollfd woken{wake_.get(), POLLIN, 0};
    const auto wait = std::clamp<std::chrono::milliseconds>(left + 1ms, 1ms, look);
    if (::poll(&woken, 1, static_cast<int>(wait.count())) > 0) {
      eventfd_t ignored = 0;
      ::eventfd_read(wake_.get(), &ignored);
      return;
    }
  }
}

void MemoryManager::pass() {
  std::uint64_t wanted = 0;
  {
    MutexLock lock(mutex_);
    wanted = passes_wanted_;
  }
  const std::uint64_t destroyed = destroy_all(retired_.take_all());
  objects_collected_ += destroyed;
  ++gc_count_;
  if (budget_.pressure() != Pressure::none) {
    const auto outcome = trimmers_.run();
    bytes_trimmed_ += outcome.trimmed;
    errors_ += static_cast<std::uint64_t>(outcome.failed);
  }
  last_pass_ = std::chrono::steady_clock::now();
  if (destroyed > 0) log::info("GC #{}: {} objects collected", gc_count_.load(), destroyed);
  {
    MutexLock lock(mutex_);
    passes_served_ = wanted;
  }
  pass_done_.notify_all();
}

void MemoryManager::drain_and_close() noexcept {
  do {
    objects_collected_ += destroy_all(retired_.take_all());
  } while (!retired_.close_if_empty());
}

std::uint64_t MemoryManager::destroy_all(Retirable* list) noexcept {
  std::uint64_t destroyed = 0;
  while (list != nullptr) {
    Retirable* const next = RetiredList::next(list);
    destroy(list);
    list = next;
    ++destroyed;
  }
  return destroyed;
}

void MemoryManager::destroy(Retirable* object) noexcept {
  const Bytes charge = object->charge();
  try {
    delete object;
  } catch (const std::exception& e) {
    ++errors_;
    log::error("memory: a destructor failed: {}", e.what());
  } catch (...) {
    ++errors_;
    log::error("memory: a destructor failed");
  }
  objects_pending_.fetch_sub(1, std::memory_order_relaxed);
  bytes_pending_.fetch_sub(charge, std::memory_order_relaxed);
}

MemoryStats MemoryManager::stats() const {
  const ProcessMemory process = process_memory();
  return {.is_running = is_running_,
          .gc_interval = options_.gc_interval,
          .gc_count = gc_count_,
          .objects_collected = objects_collected_,
          .objects_pending = static_cast<std::uint64_t>(std::max<std::int64_t>(0, objects_pending_)),
          .inline_frees = inline_frees_,
          .errors = errors_,
          .leases_refused = leases_refused_,
          .bytes_pending = bytes_pending_,
          .bytes_trimmed = bytes_trimmed_,
          .budget_bytes = budget_.limit(),
          .in_use_bytes = budget_.in_use(),
          .rss_bytes = process.rss,
          .rss_peak_bytes = process.rss_peak,
          .hot_stall_us = hot_stall_.percentiles(1us),
          .owners = budget_.by_owner()};
}

}  // namespace vigia::memory
