// The log's queue: many threads put lines in, one takes them out, in one block of memory.
//
//   if (!ring.push(line, ring.capacity())) ++left_out;      // any thread
//   while (const auto line = ring.front()) { ...; ring.pop(); }   // the one that writes
//
// When not: for anything that must not get lost, since it refuses what has no room.
// Guarantee: push() takes no lock, allocates nothing, makes no system call and wakes nobody. A thread that is
// interrupted inside it delays the lines behind its own, and no other thread.
// Cost: a compare-and-swap and the copy of the line; 8 bytes aligned, 56 bytes beside the texts.
// Threads: push(), begin(), end() thread-safe; front(), pop() one thread at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/log_line.h"

namespace vigia::log {

class LineRing {
 public:
  explicit LineRing(Bytes capacity);

  // False: with it there would be more than `at_most` bytes inside.
  [[nodiscard]] bool push(const LogLine& line, Bytes at_most) noexcept;

  // The oldest line, whose texts lie in the ring until pop(). Nothing: none is complete.
  [[nodiscard]] std::optional<LogLine> front() noexcept;
  // REQUIRES: front() gave one.
  void pop() noexcept;

  // Positions, which only grow: all that was pushed lies before end(); what has been popped before begin().
  [[nodiscard]] std::uint64_t begin() const noexcept { return begin_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t end() const noexcept { return end_.load(std::memory_order_acquire); }
  [[nodiscard]] Bytes capacity() const noexcept { return static_cast<Bytes>(size_); }

 private:
  struct Head;
  // Returns the position of so many bytes in a row, or nothing.
  std::optional<std::uint64_t> claim(std::uint64_t bytes, std::uint64_t at_most) noexcept;
  void publish(std::uint64_t position, std::uint64_t word) noexcept;
  [[nodiscard]] std::byte* at(std::uint64_t position) const noexcept;
  void give_back(std::uint64_t bytes) noexcept;

  // Constant after construction.
  const std::uint64_t size_;  // a multiple of 8
  // Each line begins with a word: 0 until it is complete, then its length. What is free is all zero.
  const std::unique_ptr<std::uint64_t[]> words_;

  alignas(64) std::atomic<std::uint64_t> end_{0};
  alignas(64) std::atomic<std::uint64_t> begin_{0};
};

}  // namespace vigia::log
