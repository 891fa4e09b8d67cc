// An audio effect: sound comes in blocks of 10 ms, gets an echo and is recorded, while the simulated room is
// replaced. The audio thread releases megabytes and never pays for freeing them. Usage: effect_box
// [MILLISECONDS]
#include <atomic>
#include <cstdlib>
#include <future>
#include <mutex>
#include <span>

#include "base/log.h"
#include "memory/memory_manager.h"

using namespace std::chrono_literals;
using namespace vigia::memory;      // MemoryManager, Retirable, Lease, ...
using namespace vigia;              // Bytes, 64_MiB
constexpr int kBlockSamples = 480;  // 10 ms at 48 kHz

// Expensive to destroy, so it is Retirable: it carries its own link in the collector's list, which is why
// retire() need not allocate. The Charge accounts for it: its bytes belong to the owner "rooms", whichever
// thread has it.
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

// Passes an object between threads without a lock: the thread that exchanges the pointer owns the old object.
template <class T>
std::unique_ptr<T> swap(std::atomic<T*>& slot, std::unique_ptr<T> fresh = nullptr) {
  return std::unique_ptr<T>(slot.exchange(fresh.release()));
}

// What the two threads hand to each other.
struct Slots {
  std::atomic<Room*> next_room{nullptr};
  std::atomic<Recording*> empty{std::make_unique<Recording>().release()}, full{nullptr};
  ~Slots() { swap(next_room), swap(empty), swap(full); }
};

// A cache, so it has a trimmer. That runs on the collector, from 80 % of the budget on: so plain destruction
// is right there, outside the mutex.
class PreparedRooms {
 public:
  explicit PreparedRooms(MemoryManager& memory)
      : trimmer_(memory.add_trimmer("prepared rooms", [this] { return give_back(); })) {}
  void add(std::unique_ptr<Room> room) {
    const std::scoped_lock lock(mutex_);
    rooms_.push_back(std::move(room));
  }

 private:
  Bytes give_back() {
    std::vector<std::unique_ptr<Room>> given_back;
    {
      const std::scoped_lock lock(mutex_);
      given_back.swap(rooms_);
    }
    return static_cast<Bytes>(given_back.size()) * Room::kBytes;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Room>> rooms_;  // under mutex_
  Trimmer trimmer_;                           // last: when it is gone, give_back() is not called any more
};

// Not hot: it may allocate, lock and wait. It prepares rooms and recordings, and uses the full ones.
void prepare_and_use(const std::stop_token& stop, MemoryManager& memory,
                     const std::shared_ptr<Account>& account, Slots& slots) {
  PreparedRooms prepared(memory);
  std::future<float> first;
  for (int turn = 0; !stop.stop_requested(); ++turn, std::this_thread::sleep_for(10ms)) {
    swap(slots.empty, std::make_unique<Recording>());
    if (turn % 8 == 0) swap(slots.next_room, std::make_unique<Room>(account));
    // Who could do without holds back first.
    if (memory.pressure() == Pressure::none) prepared.add(std::make_unique<Room>(account));
    // Two threads use a recording; the last one to release it must not pay for that: share().
    if (std::shared_ptr<Recording> done = memory.share(swap(slots.full))) {
      first = std::async([done] { return *reinterpret_cast<const float*>(done->blocks[0].data()); });
    }
  }
}

struct Played {
  int blocks = 0, lost = 0, changes = 0;
};

// The hot thread: a block every 10 ms.
Played play(std::chrono::milliseconds length, MemoryManager& memory, BufferPool& pool, Slots& slots) {
  Played played;
  std::unique_ptr<Room> room;
  std::unique_ptr<Recording> recording;
  auto due = std::chrono::steady_clock::now();
  for (const auto end = due + length; due < end; due += 10ms, std::this_thread::sleep_until(due)) {
    if (auto fresh = swap(slots.next_room)) {
      memory.retire(std::exchange(room, std::move(fresh)));  // 2 MB let go: a few atomic operations
      ++played.changes;
    }
    if (!recording) recording = swap(slots.empty);
    std::optional<Lease> block = pool.try_acquire();
    if (!block || !recording) {
      ++played.lost;  // the block, not the deadline
      continue;
    }
    const std::span sound(reinterpret_cast<float*>(block->data()), kBlockSamples);
    for (int i = 0; float& sample : sound) sample = static_cast<float>(i++ % 100) / 100;  // the microphone
    if (room) room->play(sound);
    recording->blocks.emplace_back(std::move(*block));
    if (recording->blocks.size() == Recording::kBlocks) memory.retire(swap(slots.full, std::move(recording)));
    ++played.blocks;
  }
  return played;
}

void print(const Played& played, const MemoryStats& stats, Bytes held) {
  fmt::print(
      "{} blocks played, {} lost, the room changed {} times\n"
      "{} objects collected, {} pending, {} MB of cache trimmed, {} bytes still held by rooms\n"
      "calls into the memory part: p50 {:.1f} us, p99.9 {:.1f} us, at most {:.1f} us\n",
      played.blocks, played.lost, played.changes, stats.objects_collected, stats.objects_pending,
      stats.bytes_trimmed >> 20, held, stats.hot_stall_us.p50, stats.hot_stall_us.p999,
      stats.hot_stall_us.max);
}

int main(int argc, char** argv) {
  const std::chrono::milliseconds length(argc > 1 ? std::atoi(argv[1]) : 3000);
  log::set_level(log::LogLevel::warning);  // each pass is an info line
  MemoryManager memory({.gc_interval = 0.2, .budget_bytes = 64_MiB});
  memory.start();
  const auto account = memory.budget().open("rooms", Kind::tensors);
  Played played;
  {
    BufferPool pool = memory.make_pool(
        {.owner = "microphone", .buffer_bytes = kBlockSamples * sizeof(float), .max_buffers = 200});
    Slots slots;
    const std::jthread background(
        [&](const std::stop_token& stop) { prepare_and_use(stop, memory, account, slots); });
    played = play(length, memory, pool, slots);
  }               // stopped and joined; what is left over in the slots is destroyed
  memory.stop();  // all that was retired is destroyed now
  const MemoryStats stats = memory.stats();
  print(played, stats, account->in_use());
  return stats.objects_pending == 0 && account->in_use() == 0 ? 0 : 1;
}
