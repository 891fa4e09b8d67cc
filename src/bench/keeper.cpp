#include "bench/keeper.h"

#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <atomic>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "memory/memory_manager.h"

namespace vigia::bench {
namespace {

constexpr int kBatchesBetweenReleases = 3;  // as the predecessor's hot loops did it
// Frames of one camera that may be out at once: those that wait, those at work, and some to spare.
constexpr int kBuffersEach = 8;

struct Waiting {
  std::vector<FrameBuffer> frames;
  std::vector<std::unique_ptr<memory::Retirable>> objects;

  [[nodiscard]] std::size_t count() const { return frames.size() + objects.size(); }
  void clear() {
    frames.clear();
    objects.clear();
  }
};

// Frames of the heap, and lists by thread.
class PlainKeeper : public Keeper {
 public:
  explicit PlainKeeper(const KeeperOptions& options)
      : options_(options), lists_(static_cast<std::size_t>(options.cameras + options.workers)) {}

  std::optional<FrameBuffer> take(int) override { return FrameBuffer(plain_block(kFrameBytes)); }
  void let_go(int thread, FrameBuffer frame) override { of(thread).frames.push_back(std::move(frame)); }
  void let_go(int thread, std::unique_ptr<memory::Retirable> object) override {
    of(thread).objects.push_back(std::move(object));
  }

 protected:
  Waiting& of(int thread) { return lists_.at(static_cast<std::size_t>(thread)).waiting; }

  const KeeperOptions options_;

 private:
  struct alignas(64) List {
    Waiting waiting;
  };
  std::vector<List> lists_;  // each of one thread
};

class NeverKeeper final : public PlainKeeper {
 public:
  using PlainKeeper::PlainKeeper;
  void drop(int thread, FrameBuffer frame) override { let_go(thread, std::move(frame)); }
  void frame_done(int) override {}
  void finish() override {}
  [[nodiscard]] KeeperStats stats() const override { return {}; }
};

class InlineKeeper final : public PlainKeeper {
 public:
  explicit InlineKeeper(const KeeperOptions& options)
      : PlainKeeper(options), frames_(static_cast<std::size_t>(options.cameras + options.workers)) {}

  void drop(int, FrameBuffer) override {}  // freed here and now
  void frame_done(int thread) override {
    const int worker = thread - options_.cameras;
    // A batch is one frame of each of the worker's cameras.
    const int batch = (options_.cameras - worker + options_.workers - 1) / options_.workers;
    int& frames = frames_.at(static_cast<std::size_t>(thread)).count;
    if (++frames < kBatchesBetweenReleases * batch) return;
    frames = 0;
    release(thread);
  }
  void finish() override {
    for (int thread = 0; thread < options_.cameras + options_.workers; ++thread) release(thread);
  }
  [[nodiscard]] KeeperStats stats() const override { return {.passes = passes_, .collected = 0}; }

 private:
  void release(int thread) {
    of(thread).clear();
    ::malloc_trim(0);
    passes_.fetch_add(1, std::memory_order_relaxed);
  }

  struct alignas(64) Count {
    int count = 0;
  };
  std::vector<Count> frames_;
  std::atomic<std::uint64_t> passes_{0};
};

class NaiveKeeper final : public Keeper {
 public:
  explicit NaiveKeeper(const KeeperOptions& options) {
    collector_ = Worker("naive-gc", [this, interval = options.gc_interval](const std::stop_token& stop) {
      while (system_clock().sleep_for(from_seconds(interval), stop)) pass();
    });
  }

  std::optional<FrameBuffer> take(int) override { return FrameBuffer(plain_block(kFrameBytes)); }
  void let_go(int, FrameBuffer frame) override {
    MutexLock lock(mutex_);
    waiting_.frames.push_back(std::move(frame));
  }
  void let_go(int, std::unique_ptr<memory::Retirable> object) override {
    MutexLock lock(mutex_);
    waiting_.objects.push_back(std::move(object));
  }
  void drop(int thread, FrameBuffer frame) override { let_go(thread, std::move(frame)); }
  void frame_done(int) override {}
  void finish() override {
    collector_.request_stop();
    collector_.join();
    MutexLock lock(mutex_);
    waiting_.clear();
  }
  [[nodiscard]] KeeperStats stats() const override {
    MutexLock lock(mutex_);
    return {.passes = passes_, .collected = collected_, .collector_cpu_seconds = cpu_seconds_};
  }

 private:
  void pass() {
    Waiting taken;
    {
      MutexLock lock(mutex_);
      std::swap(taken, waiting_);
    }
    const std::size_t count = taken.count();
    taken.clear();
    ::malloc_trim(0);
    MutexLock lock(mutex_);
    ++passes_;
    collected_ += count;
    cpu_seconds_ = thread_cpu_seconds();
  }

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  Waiting waiting_ GUARDED_BY(mutex_);
  std::uint64_t passes_ GUARDED_BY(mutex_) = 0, collected_ GUARDED_BY(mutex_) = 0;
  double cpu_seconds_ GUARDED_BY(mutex_) = 0;

  Worker collector_;
};

class VigiaKeeper final : public Keeper {
 public:
  explicit VigiaKeeper(const KeeperOptions& options)
      : memory_({.gc_interval = options.gc_interval, .budget_bytes = options.budget}) {
    memory_.start();
    for (int camera = 0; camera < options.cameras; ++camera) {
      pools_.push_back(memory_.make_pool({.owner = fmt::format("camera {}", camera + 1),
                                          .buffer_bytes = kFrameBytes,
                                          .max_buffers = kBuffersEach}));
    }
  }
  ~VigiaKeeper() override {
    pools_.clear();
    memory_.stop();
  }

  std::optional<FrameBuffer> take(int camera) override {
    auto lease = pools_.at(static_cast<std::size_t>(camera)).try_acquire();
    if (!lease) return std::nullopt;
    return FrameBuffer(std::move(*lease));
  }
  void let_go(int, FrameBuffer) override {}  // back to its pool here and now
  void let_go(int, std::unique_ptr<memory::Retirable> object) override { memory_.retire(std::move(object)); }
  void drop(int, FrameBuffer) override {}
  void frame_done(int) override {}
  void finish() override { memory_.stop(); }
  [[nodiscard]] KeeperStats stats() const override {
    const memory::MemoryStats stats = memory_.stats();
    return {.passes = stats.gc_count,
            .collected = stats.objects_collected,
            .collector_cpu_seconds = stats.collector_cpu_seconds};
  }

 private:
  memory::MemoryManager memory_;
  std::vector<memory::BufferPool> pools_;
};

}  // namespace

std::unique_ptr<Keeper> make_keeper(Mode mode, const KeeperOptions& options) {
  switch (mode) {
    case Mode::inlined:
    case Mode::destroy_inline:
      return std::make_unique<InlineKeeper>(options);
    case Mode::naive_background:
      return std::make_unique<NaiveKeeper>(options);
    case Mode::never:
      return std::make_unique<NeverKeeper>(options);
    case Mode::background:
    case Mode::destroy_background:
      break;
  }
  return std::make_unique<VigiaKeeper>(options);
}

}  // namespace vigia::bench
