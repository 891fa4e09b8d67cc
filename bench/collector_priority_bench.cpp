// At which priority should the collector run? It frees what workers have allocated, so it takes their heaps'
// locks; if the scheduler stops it while it holds one, a worker's malloc waits for it.
//
//   ./dev bench collector_priority
//   build/bench/collector_priority_bench --seconds 10
//
// For each priority: workers on every core, all of the time busy, allocate objects of mixed sizes and hand
// them over in batches; one thread frees these. Reported: how long the workers' own malloc took (the objects'
// own time, not the batches'), and how far behind the freeing thread was. Worst cases are rare: 10 s at
// least.
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/histogram.h"

namespace {

using Clock = std::chrono::steady_clock;
using Batch = std::vector<void*>;

constexpr std::size_t kBatch = 256;
constexpr auto kPassEvery = std::chrono::milliseconds(20);

struct Priority {
  const char* name;
  int policy;
  int nice;
};
constexpr Priority kPriorities[] = {{"normal", SCHED_OTHER, 0},
                                    {"nice 5", SCHED_OTHER, 5},
                                    {"nice 10", SCHED_OTHER, 10},
                                    {"nice 19", SCHED_OTHER, 19},
                                    {"SCHED_IDLE", SCHED_IDLE, 0}};

class Load {
 public:
  explicit Load(const Priority& priority) : priority_(priority) {}

  void run(std::chrono::seconds length) {
    std::vector<std::jthread> threads;
    threads.emplace_back([this] { collect(); });
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < cores; ++i) threads.emplace_back([this, i] { work(i); });
    std::this_thread::sleep_for(length);
    stop_ = true;
    threads.clear();
    print();
  }

 private:
  // Some 100 us of arithmetic, then a picture's worth of small objects.
  void work(unsigned seed) {
    std::minstd_rand random(seed + 1);
    volatile unsigned sink = 0;
    Batch batch;
    while (!stop_) {
      for (int i = 0; i < 50'000; ++i) sink = sink + static_cast<unsigned>(i);
      for (int i = 0; i < 16; ++i) {
        const std::size_t bytes = 32U << (random() % 9);  // 32 to 8192
        const auto began = Clock::now();
        void* const object = std::malloc(bytes);
        waits_.record(Clock::now() - began);
        std::memset(object, 1, 32);
        batch.push_back(object);
      }
      if (batch.size() >= kBatch) hand_over(std::exchange(batch, {}));
    }
    hand_over(std::move(batch));
  }

  void hand_over(Batch batch) {
    waiting_ += batch.size();
    most_waiting_ = std::max(most_waiting_.load(), waiting_.load());
    const std::scoped_lock lock(mutex_);
    batches_.push_back(std::move(batch));
  }

  void collect() {
    const sched_param none{};
    if (::sched_setscheduler(0, priority_.policy, &none) != 0) std::perror("sched_setscheduler");
    if (priority_.nice > 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), priority_.nice);
    while (!stop_) {
      std::this_thread::sleep_for(kPassEvery);
      std::vector<Batch> taken;
      {
        const std::scoped_lock lock(mutex_);
        taken.swap(batches_);
      }
      for (const Batch& batch : taken) {
        for (void* const object : batch) std::free(object);
        waiting_ -= batch.size();
      }
    }
  }

  void print() const {
    const auto waits = waits_.percentiles(std::chrono::microseconds(1));
    std::printf("%-12s %10llu %10.2f %10.2f %10.1f %12zu\n", priority_.name,
                static_cast<unsigned long long>(waits.count), waits.p99, waits.p999, waits.max,
                most_waiting_.load());
    std::fflush(stdout);
  }

  const Priority priority_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> waiting_{0}, most_waiting_{0};
  vigia::Histogram waits_;
  std::mutex mutex_;
  std::vector<Batch> batches_;
};

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc == 3 && std::string(argv[1]) == "--seconds" ? std::max(1, std::atoi(argv[2])) : 10;
  std::printf("%-12s %10s %10s %10s %10s %12s\n", "priority", "mallocs", "p99 us", "p99.9 us", "max us",
              "most waiting");
  for (const Priority& priority : kPriorities) Load(priority).run(std::chrono::seconds(seconds));
  return 0;
}
