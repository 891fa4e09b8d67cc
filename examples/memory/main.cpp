// An effect box: sound comes in blocks of 10 ms, gets an echo and is recorded, while the room that echoes
// is changed under it. The audio thread lets go of megabytes and never pays for freeing them.
// Usage: effect_box [MILLISECONDS]
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <mutex>
#include <span>

#include "memory/memory_manager.h"

using namespace std::chrono_literals;
using namespace vigia::memory;      // MemoryManager, Retirable, Lease, ...
using namespace vigia;              // Bytes, 64_MiB
constexpr int kBlockSamples = 480;  // 10 ms at 48 kHz

// Dear to destroy, so it is Retirable: it carries its own link in the collector's list, which is why retire()
// need not allocate. The Charge keeps the books: whoever has the room, "rooms" holds its bytes.
struct Room final : Retirable {
  static constexpr Bytes kBytes = 2_MiB;
  explicit Room(const std::shared_ptr<Account>& account)
      : Retirable(kBytes), echo(kBytes / sizeof(float)), charge(account, kBytes) {}
  void play(std::span<float> sound) {
    for (float& sample : sound) sample = echo[at++ % echo.size()] += 0.5F * sample;
  }
  std::vector<float> echo;
  std::size_t at = 0;
  Charge charge;
};

// Holds the buffers themselves: nothing is copied. Room for all is made ahead, off the hot thread.
struct Recording final : Retirable {
  static constexpr std::size_t kBlocks = 25;
  Recording() : Retirable(kBlocks * kBlockSamples * sizeof(float)) { blocks.reserve(kBlocks); }
  std::vector<SharedLease> blocks;
};

// From thread to thread without a lock: who exchanges the pointer owns what it had.
template <class T>
std::unique_ptr<T> swap(std::atomic<T*>& slot, std::unique_ptr<T> fresh = nullptr) {
  return std::unique_ptr<T>(slot.exchange(fresh.release()));
}

int main(int argc, char** argv) {
  const std::chrono::milliseconds length(argc > 1 ? std::atoi(argv[1]) : 3000);
  spdlog::set_level(spdlog::level::warn);  // each pass is an info line
  MemoryManager memory({.gc_interval = 0.2, .budget_bytes = 64_MiB});
  memory.start();
  BufferPool pool = memory.make_pool(
      {.owner = "microphone", .buffer_bytes = kBlockSamples * sizeof(float), .max_buffers = 200});
  const auto account = memory.budget().open("rooms", Kind::tensors);
  std::atomic<Room*> next_room{nullptr};
  std::atomic<Recording*> empty{std::make_unique<Recording>().release()}, full{nullptr};
  std::mutex mutex;
  std::vector<std::unique_ptr<Room>> prepared;  // under mutex: a cache, so it has a trimmer
  // Runs on the collector, from 80 % of the budget on; so plain destruction is right, outside the mutex.
  const Trimmer trimmer = memory.add_trimmer("prepared rooms", [&] {
    std::vector<std::unique_ptr<Room>> given_back;
    {
      const std::scoped_lock lock(mutex);
      given_back.swap(prepared);
    }
    return static_cast<Bytes>(given_back.size()) * Room::kBytes;
  });

  // Not hot: it may allocate, lock and wait. It prepares rooms and recordings, and uses the full ones.
  std::jthread background([&](const std::stop_token& stop) {
    std::future<float> first;
    for (int turn = 0; !stop.stop_requested(); ++turn, std::this_thread::sleep_for(10ms)) {
      swap(empty, std::make_unique<Recording>());
      if (turn % 8 == 0) swap(next_room, std::make_unique<Room>(account));
      if (memory.pressure() == Pressure::none) {  // who could do without holds back first
        const std::scoped_lock lock(mutex);
        prepared.push_back(std::make_unique<Room>(account));
      }
      // Two look at a recording; whoever lets go last must not pay for it: share().
      if (std::shared_ptr<Recording> done = memory.share(swap(full))) {
        first = std::async([done] { return *reinterpret_cast<const float*>(done->blocks[0].data()); });
      }
    }
  });

  int played = 0, lost = 0, changes = 0;
  std::unique_ptr<Room> room;
  std::unique_ptr<Recording> recording;
  auto due = std::chrono::steady_clock::now();
  for (const auto end = due + length; due < end; due += 10ms, std::this_thread::sleep_until(due)) {
    if (auto fresh = swap(next_room)) {
      memory.retire(std::exchange(room, std::move(fresh)));  // 2 MB let go: a few atomic operations
      ++changes;
    }
    if (!recording) recording = swap(empty);
    std::optional<Lease> block = pool.try_acquire();
    if (!block || !recording) {
      ++lost;  // the block, not the deadline
      continue;
    }
    const std::span sound(reinterpret_cast<float*>(block->data()), kBlockSamples);
    for (int i = 0; float& sample : sound) sample = static_cast<float>(i++ % 100) / 100;  // the microphone
    if (room) room->play(sound);
    recording->blocks.emplace_back(std::move(*block));
    if (recording->blocks.size() == Recording::kBlocks) memory.retire(swap(full, std::move(recording)));
    ++played;
  }

  background = {};  // stopped and joined
  room.reset(), recording.reset(), prepared.clear(), swap(next_room), swap(empty), swap(full);
  memory.stop();  // all that was retired is destroyed now
  const MemoryStats stats = memory.stats();
  fmt::print(
      "{} blocks played, {} lost, the room changed {} times\n"
      "{} objects collected, {} pending, {} MB of cache trimmed, {} bytes still held by rooms\n"
      "calls into the memory part: p50 {:.1f} us, p99.9 {:.1f} us, at most {:.1f} us\n",
      played, lost, changes, stats.objects_collected, stats.objects_pending, stats.bytes_trimmed >> 20,
      account->in_use(), stats.hot_stall_us.p50, stats.hot_stall_us.p999, stats.hot_stall_us.max);
  return stats.objects_pending == 0 && account->in_use() == 0 ? 0 : 1;
}
