#include "base/line_ring.h"

#include <algorithm>
#include <cstring>

namespace vigia::log {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kPadding = std::uint64_t{1} << 63;  // no line: the rest of the block

constexpr std::uint64_t rounded_up(std::uint64_t bytes) {
  return (bytes + kWord - 1) / kWord * kWord;
}

}  // namespace

// As it lies in the ring, behind the word with the length; the camera and the text follow.
struct LineRing::Head {
  UtcTime at;
  const char* file;
  const char* format;
  std::uint32_t format_size, camera_size, text_size;
  LogLevel level;
};

LineRing::LineRing(Bytes capacity)
    : size_(rounded_up(static_cast<std::uint64_t>(std::max<Bytes>(capacity, 64)))),
      words_(std::make_unique<std::uint64_t[]>(size_ / kWord)) {}

std::byte* LineRing::at(std::uint64_t position) const noexcept {
  return reinterpret_cast<std::byte*>(words_.get()) + position % size_;  // NOLINT: bytes of the block
}

void LineRing::publish(std::uint64_t position, std::uint64_t word) noexcept {
  std::atomic_ref(words_[position % size_ / kWord]).store(word, std::memory_order_release);
}

// A line lies in a row, so the block's rest is given up where it is too short for it.
std::optional<std::uint64_t> LineRing::claim(std::uint64_t bytes, std::uint64_t at_most) noexcept {
  std::uint64_t end = end_.load(std::memory_order_relaxed);
  std::uint64_t padding = 0;
  do {
    const std::uint64_t rest = size_ - end % size_;
    padding = bytes > rest ? rest : 0;
    // Both only grow, and `end` may be older than begin_: then the difference is negative, and the swap
    // fails.
    const auto used =
        static_cast<std::int64_t>(end + padding + bytes - begin_.load(std::memory_order_acquire));
    if (used > static_cast<std::int64_t>(at_most)) return std::nullopt;
  } while (!end_.compare_exchange_weak(end, end + padding + bytes, std::memory_order_acq_rel,
                                       std::memory_order_relaxed));
  if (padding > 0) publish(end, kPadding | padding);
  return end + padding;
}

bool LineRing::push(const LogLine& line, Bytes at_most) noexcept {
  const Head head{.at = line.at,
                  .file = line.file,
                  .format = line.format.data(),
                  .format_size = static_cast<std::uint32_t>(line.format.size()),
                  .camera_size = static_cast<std::uint32_t>(line.camera.size()),
                  .text_size = static_cast<std::uint32_t>(line.text.size()),
                  .level = line.level};
  const std::uint64_t bytes = rounded_up(kWord + sizeof head + line.camera.size() + line.text.size());
  if (bytes > size_) return false;
  const auto position = claim(bytes, std::min(static_cast<std::uint64_t>(at_most), size_));
  if (!position) return false;
  std::byte* to = at(*position) + kWord;
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  if (!line.camera.empty()) std::memcpy(to, line.camera.data(), line.camera.size());
  to += line.camera.size();
  if (!line.text.empty()) std::memcpy(to, line.text.data(), line.text.size());
  publish(*position, bytes);
  return true;
}

std::optional<LogLine> LineRing::front() noexcept {
  while (true) {
    const std::uint64_t begin = begin_.load(std::memory_order_relaxed);
    const std::uint64_t word = std::atomic_ref(words_[begin % size_ / kWord]).load(std::memory_order_acquire);
    if (word == 0) return std::nullopt;
    if ((word & kPadding) != 0) {
      give_back(word & ~kPadding);
      continue;
    }
    Head head;
    const std::byte* const from = at(begin) + kWord;
    std::memcpy(&head, from, sizeof head);
    const char* const texts =
        reinterpret_cast<const char*>(from + sizeof head);  // NOLINT: bytes of the block
    return LogLine{.level = head.level,
                   .at = head.at,
                   .file = head.file,
                   .format = {head.format, head.format_size},
                   .camera = {texts, head.camera_size},
                   .text = {texts + head.camera_size, head.text_size}};
  }
}

void LineRing::pop() noexcept {
  give_back(std::atomic_ref(words_[begin() % size_ / kWord]).load(std::memory_order_relaxed));
}

// Zeroed first: a new line may begin at any word of it, and is not complete then.
void LineRing::give_back(std::uint64_t bytes) noexcept {
  const std::uint64_t begin = begin_.load(std::memory_order_relaxed);
  std::memset(at(begin), 0, bytes);
  begin_.store(begin + bytes, std::memory_order_release);
}

}  // namespace vigia::log
