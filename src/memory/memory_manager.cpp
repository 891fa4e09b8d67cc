#include "memory/memory_manager.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "memory/hot_timer.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

using namespace std::chrono_literals;

constexpr Bytes kLargestAutomaticQuota = 1_GiB;

// More would leave no room for the program itself, and the kernel would kill it.
Bytes most_of(Bytes limit) {
  return limit / 10 * 8;
}

Bytes choose_budget(Bytes wanted, Bytes limit) {
  return wanted > 0 ? std::min(wanted, most_of(limit)) : limit / 10 * 6;
}

Bytes choose_quota(Bytes wanted, Bytes budget) {
  return wanted > 0 ? wanted : std::min(budget / 2, kLargestAutomaticQuota);
}

}  // namespace

MemoryManager::MemoryManager(const MemoryOptions& options)
    : options_(options),
      limit_(memory_limit()),
      budget_(choose_budget(options.budget_bytes, limit_),
              choose_quota(options.camera_quota_bytes, choose_budget(options.budget_bytes, limit_))),
      collector_(options, budget_, limit_),
      gpu_cache_(GpuCache::find()) {
  if (gpu_cache_.empty) gpu_trimmer_ = add_trimmer("GPU cache", gpu_cache_.empty);
  if (gpu_cache_.empty && options.empty_gpu_cache_each_pass) {
    gpu_each_pass_ = collector_.each_pass().add("GPU cache", gpu_cache_.empty);
  }
}

MemoryManager::~MemoryManager() {
  stop();
}

void MemoryManager::start() {
  if (collector_.counters().is_running) return;
  log::info("MemoryManager started (interval: {:.1f} s, budget: {} of {})", options_.gc_interval,
            format_bytes(budget_.limit()), format_bytes(limit_));
  say_about_gpu_cache();
  if (options_.budget_bytes > budget_.limit()) {
    log::warn("memory.budget_bytes: {} is more than this process may hold; it is bounded to {}, 80 % of {}",
              format_bytes(options_.budget_bytes), format_bytes(budget_.limit()), format_bytes(limit_));
  }
  collector_.start();  // last: the first line makes the logger, and that must not be raced
}

void MemoryManager::say_about_gpu_cache() {
  if (options_.empty_gpu_cache_each_pass && !gpu_cache_.empty) {
    log::warn("memory.empty_gpu_cache_each_pass has nothing to empty: {}", gpu_cache_.about);
  } else if (gpu_cache_.built_in) {
    log::info("memory: GPU cache: {}", gpu_cache_.about);
  }
}

void MemoryManager::stop() noexcept {
  const auto& counters = collector_.counters();
  if (!counters.is_running) return;
  collector_.stop();
  log::info("MemoryManager stopped | GC ran {} times | objects collected: {}", counters.gc_count.load(),
            counters.objects_collected.load());
}

void MemoryManager::retire(std::unique_ptr<Retirable> last) noexcept {
  if (!last) return;
  Retirable* const object = last.release();
  {
    const HotTimer timer(hot_stall_);
    if (collector_.hand_over(object)) return;
  }
  collector_.destroy_here(object);
}

BufferPool MemoryManager::make_pool(PoolOptions options) {
  return {*this, std::move(options)};
}

MemoryStats MemoryManager::stats() const {
  const ProcessMemory process = process_memory();
  const auto& counters = collector_.counters();
  const Histogram::Snapshot stalls = hot_stall_.snapshot();
  return {.is_running = counters.is_running,
          .gc_interval = options_.gc_interval,
          .gc_count = counters.gc_count,
          .early_passes = counters.early_passes,
          .objects_collected = counters.objects_collected,
          .objects_pending =
              static_cast<std::uint64_t>(std::max<std::int64_t>(0, counters.objects_pending.load())),
          .inline_frees = counters.inline_frees,
          .errors = counters.errors,
          .leases_refused = leases_refused_,
          .pressure_events = counters.pressure_events,
          .bytes_pending = counters.bytes_pending,
          .bytes_trimmed = counters.bytes_trimmed,
          .budget_bytes = budget_.limit(),
          .in_use_bytes = budget_.in_use(),
          .limit_bytes = limit_,
          .rss_bytes = process.rss,
          .rss_peak_bytes = process.rss_peak,
          .gpu_cache_bytes = gpu_cache_.reserved ? gpu_cache_.reserved() : 0,
          .open_fds = open_descriptors().value_or(descriptor_limit()),
          .threads = process.threads,
          .collector_cpu_seconds = static_cast<double>(counters.cpu_ns) / 1e9,
          .hot_stall_us = stalls.percentiles(1us),
          .hot_stall = stalls.distribution(),
          .owners = budget_.by_owner(),
          .growth = collector_.growth()};
}

}  // namespace vigia::memory
