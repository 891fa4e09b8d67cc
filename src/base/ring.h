// A queue in one block of memory: alternate pushes and pops cost no allocation (std::deque allocates and
// frees a block every few items). Grows, by doubling, only when it is full.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace vigia {

template <class T>
class Ring {
 public:
  explicit Ring(std::size_t room = 0) : items_(room) {}

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  void push_back(T item) {
    if (size_ == items_.size()) grow();
    items_[(first_ + size_) % items_.size()] = std::move(item);
    ++size_;
  }
  // REQUIRES (both): not empty.
  [[nodiscard]] const T& front() const noexcept { return *items_[first_]; }
  T pop_front() {
    T item = *std::exchange(items_[first_], std::nullopt);
    first_ = (first_ + 1) % items_.size();
    --size_;
    return item;
  }

 private:
  void grow() {
    std::vector<std::optional<T>> larger(items_.empty() ? 4 : 2 * items_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(items_[(first_ + i) % items_.size()]);
    items_.swap(larger);
    first_ = 0;
  }

  std::vector<std::optional<T>> items_;
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace vigia
