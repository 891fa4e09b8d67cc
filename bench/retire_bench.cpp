// What letting go of an object costs the thread that lets go: retire() beside plain delete and beside a
// queue behind a mutex, for sizes from 64 B to a 1080p frame.
//
//   ./dev bench retire_bench
#include <benchmark/benchmark.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>

#include "base/mutex.h"
#include "memory/memory_manager.h"

namespace vigia::memory {
namespace {

// Holds a block of its size, touched once, as a real object would be.
class Block final : public Retirable {
 public:
  explicit Block(std::size_t size) : Retirable(static_cast<Bytes>(size)), data_(new std::byte[size]) {
    for (std::size_t i = 0; i < size; i += 4096) data_[i] = std::byte{1};
  }

 private:
  std::unique_ptr<std::byte[]> data_;
};

// Times only the release: making the object is outside.
template <class Release>
void time_release(benchmark::State& state, const Release& release) {
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    auto block = std::make_unique<Block>(size);
    const auto begin = std::chrono::steady_clock::now();
    release(std::move(block));
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}

void BM_Delete(benchmark::State& state) {
  time_release(state, [](std::unique_ptr<Block> block) { block.reset(); });
}

void BM_Retire(benchmark::State& state) {
  MemoryManager memory({.gc_interval = 5.0, .budget_bytes = 4_GiB});
  memory.start();
  time_release(state, [&memory](std::unique_ptr<Block> block) { memory.retire(std::move(block)); });
  memory.stop();
}

void BM_MutexQueue(benchmark::State& state) {
  Mutex mutex;
  CondVar filled;
  std::deque<std::unique_ptr<Block>> queue;
  std::jthread collector([&](const std::stop_token& stop) {
    MutexLock lock(mutex);
    while (true) {
      std::deque<std::unique_ptr<Block>> taken;
      taken.swap(queue);
      if (taken.empty() && !filled.wait(lock, stop)) return;
      mutex.unlock();
      taken.clear();
      mutex.lock();
    }
  });
  time_release(state, [&](std::unique_ptr<Block> block) {
    {
      MutexLock lock(mutex);
      queue.push_back(std::move(block));
    }
    filled.notify_one();
  });
}

#define SIZES ->Arg(64)->Arg(4096)->Arg(1382400)->Arg(3110400)->UseManualTime()
BENCHMARK(BM_Delete) SIZES;
BENCHMARK(BM_Retire) SIZES;
BENCHMARK(BM_MutexQueue) SIZES;

}  // namespace
}  // namespace vigia::memory

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
