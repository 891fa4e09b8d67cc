// The objects that the load takes and releases: frames, closed tracks, encoded images. They have the sizes
// and the many small parts of the real ones. Threads: owner thread only.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bench/stream.h"
#include "memory/buffer_pool.h"
#include "memory/retirable.h"

namespace vigia::bench {

inline constexpr int kFps = 30;
inline constexpr Bytes kRowBytes = 1280;
inline constexpr Bytes kRows = 720 * 3 / 2;  // i420: the luma's rows, and half as many of chroma
inline constexpr Bytes kFrameBytes = kRowBytes * kRows;

inline std::unique_ptr<std::byte[]> plain_block(Bytes bytes) {
  return std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(bytes));
}

// A frame's memory: of the heap, or leased. Move-only; empty by default.
class FrameBuffer {
 public:
  FrameBuffer() = default;
  explicit FrameBuffer(std::unique_ptr<std::byte[]> plain) noexcept : plain_(std::move(plain)) {}
  explicit FrameBuffer(memory::Lease lease) noexcept : lease_(std::move(lease)) {}
  [[nodiscard]] std::byte* data() const noexcept { return lease_ ? lease_->data() : plain_.get(); }

 private:
  std::unique_ptr<std::byte[]> plain_;
  std::optional<memory::Lease> lease_;
};

// Counts how many of them live, if a counter is given.
class Life {
 public:
  explicit Life(std::atomic<int>* count) noexcept : count_(count) {
    if (count_ != nullptr) count_->fetch_add(1);
  }
  ~Life() {
    if (count_ != nullptr) count_->fetch_sub(1);
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

 private:
  std::atomic<int>* count_;
};

class BenchImage final : public memory::Retirable {
 public:
  explicit BenchImage(Bytes bytes, std::atomic<int>* alive = nullptr)
      : Retirable(bytes), life_(alive), bytes_(bytes), data_(plain_block(bytes)) {}
  void fill() const noexcept { std::fill_n(data_.get(), bytes_, std::byte{0x5a}); }

 private:
  Life life_;  // ends last
  Bytes bytes_;
  std::unique_ptr<std::byte[]> data_;
};

class BenchTrack final : public memory::Retirable {
 public:
  BenchTrack() : Retirable(0) {}
  void add_sighting(Bytes bytes) {
    sightings_.push_back(plain_block(bytes));
    sightings_.back()[0] = std::byte{1};
    bytes_ += bytes;
  }
  // Returns the one before.
  std::unique_ptr<BenchImage> replace_best(std::unique_ptr<BenchImage> best) {
    return std::exchange(best_, std::move(best));
  }
  [[nodiscard]] const BenchImage* best() const noexcept { return best_.get(); }
  void close() noexcept { set_charge(bytes_ + (best_ ? best_->charge() : 0)); }

 private:
  Bytes bytes_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> sightings_;
  std::unique_ptr<BenchImage> best_;
};

// Many small parts, like a table of people or a decoded message: slow to destroy.
class BenchNodes final : public memory::Retirable {
 public:
  explicit BenchNodes(std::atomic<int>* alive) : Retirable(0), life_(alive) {}
  void add(Bytes bytes) {
    nodes_.push_back(plain_block(bytes));
    std::fill_n(nodes_.back().get(), bytes, std::byte{1});
    set_charge(charge() + bytes);
  }

 private:
  Life life_;  // ends last
  std::vector<std::unique_ptr<std::byte[]>> nodes_;
};

}  // namespace vigia::bench
