#include "memory/collector.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "memory/allocator.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

using namespace std::chrono_literals;

// Retired bytes that make an early pass worth it: some 20 frames of 720p.
constexpr Bytes kEarlyPassBytes = 32_MiB;
constexpr auto kLookWhilePending = 10ms;
constexpr auto kLookWhileIdle = 100ms;
constexpr auto kSayRefusedEvery = 60s;
constexpr std::uint64_t kLookEveryObjects = 64;  // during a pass
// Under pressure that lasts, trimming again at once finds nothing new.
constexpr auto kLeastBetweenTrims = 250ms;
// A kernel event covers the 2 s before it.
constexpr auto kEventHolds = 2s;
// Trimming glibc holds its locks for tens of milliseconds, in which other threads cannot allocate: do it only
// when memory is short, and seldom. (Large blocks go back when they are freed: see allocator.h.)
constexpr auto kLeastBetweenAllocatorTrims = 30s;

std::int64_t thread_cpu_ns() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

// Measured with bench/collector_priority_bench: see the header.
constexpr int kUsualNice = 5;

bool set_nice(int nice) noexcept {
  return ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice) == 0;
}

}  // namespace

Collector::Collector(const MemoryOptions& options, Budget& budget, Bytes limit, std::filesystem::path root)
    : options_(options),
      limit_(limit),
      root_(std::move(root)),
      budget_(budget),
      vitals_(budget, limit),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Collector::start() {
  if (counters_.is_running) return;
  retired_.open();
  counters_.is_running = true;
  try {
    thread_ = Worker("MemoryManagerGC", [this](const std::stop_token& stop) { run(stop); });
  } catch (const std::system_error&) {  // no thread left: as if it had never run
    drain_and_close();
    counters_.is_running = false;
    throw;
  }
}

void Collector::stop() noexcept {
  if (!counters_.is_running) return;
  thread_.request_stop();
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

bool Collector::hand_over(Retirable* object) noexcept {
  // Counted first, so that a count never falls below zero when the collector is quicker.
  counters_.objects_pending.fetch_add(1, std::memory_order_relaxed);
  counters_.bytes_pending.fetch_add(object->charge(), std::memory_order_relaxed);
  return retired_.push(object);
}

void Collector::destroy_here(Retirable* object) noexcept {
  counters_.inline_frees.fetch_add(1, std::memory_order_relaxed);
  destroy(object);
}

void Collector::collect() {
  if (thread_id_.load() == std::this_thread::get_id()) return;
  MutexLock lock(mutex_);
  if (!counters_.is_running) return;  // set under mutex_ when it ends: see run()
  const std::uint64_t mine = ++passes_wanted_;
  ::eventfd_write(wake_.get(), 1);
  while (passes_served_ < mine && counters_.is_running) pass_done_.wait(lock, {});
}

void Collector::run(const std::stop_token& stop) {
  thread_id_ = std::this_thread::get_id();
  set_nice(kUsualNice);
  raised_ = false;
  short_until_ = {};
  kernel_ = KernelPressure::watch(root_);
  log::debug("memory: kernel pressure from: {}", kernel_.source());
  last_pass_ = last_said_ = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    wait_for_next_pass(stop);
    if (!stop.stop_requested()) pass();
  }
  drain_and_close();
  kernel_ = KernelPressure();
  budget_.squeeze(Pressure::none);  // nobody looks any more
  {
    MutexLock lock(mutex_);
    counters_.is_running = false;
  }
  pass_done_.notify_all();
  thread_id_ = std::thread::id();
}

Collector::Due Collector::due(SteadyTime now) const noexcept {
  const auto since = now - last_pass_;
  if (since >= from_seconds(options_.gc_interval)) return Due::interval;
  // Not again at once: a thread that was interrupted between counting and handing over needs a moment.
  const bool much = counters_.bytes_pending.load(std::memory_order_relaxed) >= kEarlyPassBytes;
  if (much && since >= kLookWhilePending) return Due::early;
  const bool pressed = budget_.pressure() != Pressure::none;
  return pressed && since >= kLeastBetweenTrims ? Due::early : Due::no;
}

void Collector::wait_for_next_pass(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    look(now);
    const Due due_now = due(now);
    if (due_now == Due::early) ++counters_.early_passes;
    if (due_now != Due::no) return;
    const bool pending = counters_.objects_pending.load(std::memory_order_relaxed) > 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        last_pass_ + from_seconds(options_.gc_interval) - now);
    const auto wait =
        std::clamp<std::chrono::milliseconds>(left + 1ms, 1ms, pending ? kLookWhilePending : kLookWhileIdle);
    std::array<pollfd, 2> polled{pollfd{wake_.get(), POLLIN, 0}, kernel_.to_poll()};
    if (::poll(polled.data(), polled.size(), static_cast<int>(wait.count())) <= 0) continue;
    if (kernel_.take(polled[1])) {
      ++counters_.pressure_events;
      short_until_ = std::chrono::steady_clock::now() + kEventHolds;
    }
    if (polled[0].revents != 0) {
      eventfd_t ignored = 0;
      ::eventfd_read(wake_.get(), &ignored);
      return;
    }
  }
}

void Collector::look(SteadyTime now) {
  vitals_.tick(now);
  say_what_was_refused(now);
  watch_process(now);
  choose_priority();
  counters_.cpu_ns.store(thread_cpu_ns(), std::memory_order_relaxed);
}

void Collector::watch_process(SteadyTime now) {
  if (now - last_look_ < kLookWhileIdle) return;
  last_look_ = now;
  const Bytes held = files_.anonymous().value_or(0);
  const Pressure by_limit = held >= limit_ / 100 * 92   ? Pressure::hard
                            : held >= limit_ / 100 * 80 ? Pressure::soft
                                                        : Pressure::none;
  budget_.squeeze(std::max(by_limit, now < short_until_ ? Pressure::soft : Pressure::none));
}

// Raising it needs RLIMIT_NICE or CAP_SYS_NICE. Without them it stays at kUsualNice, which is no harm.
void Collector::choose_priority() noexcept {
  const Bytes pending = counters_.bytes_pending.load(std::memory_order_relaxed);
  const bool raise = budget_.pressure() != Pressure::none || pending > budget_.limit() / 10;
  if (raise == raised_) return;
  set_nice(raise ? 0 : kUsualNice);
  raised_ = raise;
}

void Collector::pass() {
  std::uint64_t wanted = 0;
  bool asked_for = false;
  {
    MutexLock lock(mutex_);
    wanted = passes_wanted_;
    asked_for = wanted != passes_served_;
  }
  const std::uint64_t destroyed = destroy_all(retired_.take_all());
  counters_.objects_collected += destroyed;
  ++counters_.gc_count;
  trim(asked_for);
  last_pass_ = std::chrono::steady_clock::now();
  counters_.cpu_ns.store(thread_cpu_ns(), std::memory_order_relaxed);
  say(destroyed);
  {
    MutexLock lock(mutex_);
    passes_served_ = wanted;
  }
  pass_done_.notify_all();
}

void Collector::trim(bool asked_for) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!asked_for && now - last_trim_ < kLeastBetweenTrims) return;
  last_trim_ = now;
  run(each_pass_);
  if (budget_.pressure() == Pressure::none) return;
  run(trimmers_);
  if (now - last_allocator_trim_ < kLeastBetweenAllocatorTrims) return;
  last_allocator_trim_ = now;
  counters_.bytes_trimmed += trim_allocator();
}

void Collector::run(TrimmerList& trimmers) {
  const auto outcome = trimmers.run();
  counters_.bytes_trimmed += outcome.trimmed;
  counters_.errors += static_cast<std::uint64_t>(outcome.failed);
}

// One line per pass; under pressure, when passes are frequent, one line for several.
void Collector::say(std::uint64_t destroyed) {
  unsaid_ += destroyed;
  if (unsaid_ == 0 || last_pass_ - last_said_ < std::min<Nanoseconds>(1s, from_seconds(options_.gc_interval)))
    return;
  log::info("GC #{}: {} objects collected", counters_.gc_count.load(), unsaid_);
  last_said_ = last_pass_;
  unsaid_ = 0;
}

void Collector::say_what_was_refused(SteadyTime now) {
  const std::uint64_t refused = budget_.refused();
  if (refused == refused_said_ || now < say_refused_from_) return;
  log::warn(
      "memory: {} buffers refused, so frames are dropped: {} of {} are used, and a camera may hold {} now; "
      "use fewer or smaller pictures, or more memory.budget_bytes",
      refused - refused_said_, format_bytes(budget_.in_use()), format_bytes(budget_.limit()),
      format_bytes(std::min(budget_.owner_quota(), budget_.fair_share())));
  refused_said_ = refused;
  say_refused_from_ = now + kSayRefusedEvery;
}

void Collector::drain_and_close() noexcept {
  do {
    counters_.objects_collected += destroy_all(retired_.take_all());
  } while (!retired_.close_if_empty());
}

std::uint64_t Collector::destroy_all(Retirable* list) noexcept {
  std::uint64_t destroyed = 0;
  while (list != nullptr) {
    Retirable* const next = RetiredList::next(list);
    destroy(list);
    list = next;
    // A pass may be long: check meanwhile what it has given back, and what has grown.
    if (++destroyed % kLookEveryObjects == 0) watch_process(std::chrono::steady_clock::now());
  }
  return destroyed;
}

void Collector::destroy(Retirable* object) noexcept {
  const Bytes charge = object->charge();
  try {
    delete object;
  } catch (const std::exception& e) {
    ++counters_.errors;
    log::error("memory: a destructor failed: {}", e.what());
  } catch (...) {
    ++counters_.errors;
    log::error("memory: a destructor failed");
  }
  counters_.objects_pending.fetch_sub(1, std::memory_order_relaxed);
  counters_.bytes_pending.fetch_sub(charge, std::memory_order_relaxed);
}

}  // namespace vigia::memory
