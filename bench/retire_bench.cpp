// Measures what releasing an object costs the releasing thread, and how much then waits to be freed: retire()
// beside plain delete, liburcu's call_rcu() and a queue behind a mutex. Sizes from 64 B to a 1080p frame, one
// and two producers that make, touch and release as fast as they can.
//
//   ./dev bench retire
//
// Counters for one call: mean_ns, p50_ns, p999_ns (within 12 %, two reads of the clock among them: some 50
// ns), max_us. peak_MB: the most that was released and not yet freed. The rivals have no bound of their own,
// so their producers wait at a quarter of the machine's memory; retire()'s producers ask the budget (512 MB)
// and drop what it refuses. held_up: how often a producer met either bound.
#include <benchmark/benchmark.h>
#include <urcu/urcu-memb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/histogram.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "memory/allocator.h"
#include "memory/memory_manager.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

using namespace std::chrono_literals;

std::atomic<Bytes> g_waiting{0};  // let go and not yet freed

// Holds a block of its size, touched, as a real object would be. The same for all, also what only one needs.
class Block final : public Retirable {
 public:
  explicit Block(Bytes size)
      : Retirable(size), data_(new std::byte[static_cast<std::size_t>(size)]), link_{{}, this} {
    for (Bytes at = 0; at < size; at += 4096) data_[static_cast<std::size_t>(at)] = std::byte{1};
  }
  ~Block() noexcept override {
    if (account_ != nullptr) account_->discharge(charge());
    g_waiting -= charge();
  }
  void charged_to(Account* account) noexcept { account_ = account; }
  // For C: the head is the first member of the link, so its address is the link's.
  rcu_head* link() noexcept { return &link_.head; }
  static void free_linked(rcu_head* head) {
    const std::unique_ptr<Block> freed(reinterpret_cast<Link*>(head)->block);
  }

 private:
  struct Link {
    rcu_head head;
    Block* block;
  };
  std::unique_ptr<std::byte[]> data_;
  Account* account_ = nullptr;
  Link link_;
};

// Each rival: may_make() before an object is made, let_go() of it; its end waits until all are freed.
class OthersLimit {
 public:
  bool may_make(Bytes /*size*/) const { return g_waiting < limit_; }
  void made(Block& /*block*/) const {}

 private:
  const Bytes limit_ = memory_limit() / 4;
};

class Delete : public OthersLimit {
 public:
  struct Producer {};
  void let_go(std::unique_ptr<Block> block) { block.reset(); }
};

class Retire {
 public:
  struct Producer {};
  Retire() { memory_.start(); }
  ~Retire() { memory_.stop(); }  // while the account is still there
  bool may_make(Bytes size) { return account_->try_charge(size); }
  void made(Block& block) { block.charged_to(account_.get()); }
  void let_go(std::unique_ptr<Block> block) { memory_.retire(std::move(block)); }

 private:
  MemoryManager memory_{{.gc_interval = 5.0, .budget_bytes = 512_MiB, .camera_quota_bytes = 512_MiB}};
  std::shared_ptr<Account> account_ = memory_.budget().open("bench", Kind::frames);
};

class CallRcu : public OthersLimit {
 public:
  struct Producer {  // each thread that calls it has to be known
    Producer() { urcu_memb_register_thread(); }
    ~Producer() { urcu_memb_unregister_thread(); }
  };
  ~CallRcu() { urcu_memb_barrier(); }
  void let_go(std::unique_ptr<Block> block) {
    urcu_memb_call_rcu(block.release()->link(), Block::free_linked);
  }
};

class MutexQueue : public OthersLimit {
 public:
  struct Producer {};
  void let_go(std::unique_ptr<Block> block) {
    {
      MutexLock lock(mutex_);
      queue_.push_back(std::move(block));
    }
    filled_.notify_one();
  }

 private:
  // Frees outside the lock, all that came meanwhile at once.
  void run(const std::stop_token& stop) {
    std::vector<std::unique_ptr<Block>> taken;
    do {
      taken.clear();
      MutexLock lock(mutex_);
      while (queue_.empty() && filled_.wait(lock, stop)) {
      }
      taken.swap(queue_);
    } while (!taken.empty());
  }

  Mutex mutex_;
  CondVar filled_;
  std::vector<std::unique_ptr<Block>> queue_ GUARDED_BY(mutex_);
  Worker collector_{"MutexQueue", [this](const std::stop_token& stop) { run(stop); }};
};

struct Measured {
  Histogram calls;
  std::atomic<std::int64_t> total_ns{0}, count{0};
  std::atomic<Bytes> peak{0};
  std::atomic<int> held_up{0};

  void let_go_of(Bytes size) {
    const Bytes now = g_waiting += size;
    for (Bytes seen = peak; now > seen && !peak.compare_exchange_weak(seen, now);) {
    }
  }
  void call_took(std::chrono::nanoseconds time) {
    calls.record(time);
    total_ns += time.count();
    ++count;
  }
  void report(benchmark::State& state) const {
    const auto ns = calls.percentiles(1ns);
    state.counters["mean_ns"] =
        static_cast<double>(total_ns) / static_cast<double>(std::max<std::int64_t>(1, count));
    state.counters["p50_ns"] = ns.p50;
    state.counters["p999_ns"] = ns.p999;
    state.counters["max_us"] = ns.max / 1000;
    state.counters["peak_MB"] = static_cast<double>(peak) / 1e6;
    state.counters["held_up"] = static_cast<double>(held_up);
  }
};

template <class Rival>
void let_go(benchmark::State& state) {
  // One for all producers of a run: the first makes it before the loop, whose start and end are barriers.
  static std::optional<Rival> rival;
  static std::optional<Measured> measured;
  const bool first = state.thread_index() == 0;
  if (first) {
    rival.emplace();
    measured.emplace();
  }
  {
    [[maybe_unused]] const typename Rival::Producer producer;
    const Bytes size = state.range(0);
    for ([[maybe_unused]] auto _ : state) {
      while (!rival->may_make(size)) {
        ++measured->held_up;
        std::this_thread::sleep_for(1ms);
      }
      auto block = std::make_unique<Block>(size);
      rival->made(*block);
      measured->let_go_of(size);
      const auto begin = std::chrono::steady_clock::now();
      rival->let_go(std::move(block));
      const auto took = std::chrono::steady_clock::now() - begin;
      state.SetIterationTime(std::chrono::duration<double>(took).count());
      measured->call_took(took);
    }
  }
  if (!first) return;
  rival.reset();
  measured->report(state);
}

// As many calls as a p99.9 needs, also for the largest size: making an object takes most of the time.
template <class Rival>
void compare(const char* name) {
  constexpr std::pair<Bytes, int> kSizesAndCalls[] = {
      {64, 500'000}, {4096, 500'000}, {1'382'400, 4000}, {3'110'400, 4000}};
  for (const auto& [size, calls] : kSizesAndCalls) {
    for (const int producers : {1, 2}) {
      benchmark::RegisterBenchmark(name, let_go<Rival>)
          ->Arg(size)
          ->Iterations(calls)
          ->Threads(producers)
          ->UseManualTime();
    }
  }
}

}  // namespace
}  // namespace vigia::memory

int main(int argc, char** argv) {
  using namespace vigia::memory;
  // Sets the allocator up as Vigia does. Else glibc raises the threshold at the first large free, and then a
  // freed frame stays in the process: delete would be quick because it gives nothing back.
  prepare_allocator();
  vigia::log::set_level(vigia::log::LogLevel::warning);
  compare<Delete>("delete");
  compare<Retire>("retire");
  compare<CallRcu>("call_rcu");
  compare<MutexQueue>("mutex_queue");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
