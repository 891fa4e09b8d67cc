#include "base/fold_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace vigia::log {
namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9e3779b97f4a7c15U + (a << 6U) + (a >> 2U))) * 0xff51afd7ed558ccdU;
}
std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

// Lines of information are the same only if they say the same: they are no storm otherwise.
std::uint64_t key_of(const LogLine& line, std::uint64_t text_hash) {
  const std::uint64_t call = mixed(hash_of(line.format), hash_of(line.file));
  const std::uint64_t key = mixed(mixed(call, hash_of(line.camera)), static_cast<std::uint64_t>(line.level));
  return line.level >= LogLevel::warning ? key : mixed(key, text_hash);
}

}  // namespace

FoldLines::FoldLines(Nanoseconds interval, Tell tell)
    : interval_(interval), tell_(std::move(tell)), sets_(interval > Nanoseconds::zero() ? kSets : 0) {}

bool FoldLines::is_over(const Repeated& one, SteadyTime now) const {
  return now - one.begun >= interval_;
}

FoldLines::Repeated& FoldLines::place_of(std::uint64_t key, SteadyTime now) {
  auto& set = sets_[key % kSets];
  for (Repeated& one : set) {
    if (one.is_used && one.key == key) return one;
  }
  Repeated& place = *std::ranges::min_element(
      set, {}, [](const Repeated& one) { return one.is_used ? one.begun : SteadyTime::min(); });
  if (place.is_used) tell(place, now);
  place.is_used = false;
  return place;
}

bool FoldLines::take(const LogLine& line, SteadyTime now) {
  if (interval_ <= Nanoseconds::zero()) return true;
  const std::uint64_t text_hash = hash_of(line.text);
  const std::uint64_t key = key_of(line, text_hash);
  Repeated& one = place_of(key, now);
  if (one.is_used && is_over(one, now)) tell(one, now);
  if (!one.is_used) {
    one.is_used = true;
    one.are_alike = true;
    one.key = key;
    one.begun = now;
    one.text_hash = text_hash;
    one.passed = 1;
    one.kept_back = 0;
    return true;
  }
  const bool is_same = std::exchange(one.text_hash, text_hash) == text_hash;
  if (!is_same && one.passed < kBurst) {
    if (one.kept_back > 0) tell(one, now);  // in their order
    ++one.passed;
    return true;
  }
  one.are_alike = one.kept_back == 0 ? is_same : one.are_alike && is_same;
  keep_back(one, line);
  return false;
}

void FoldLines::keep_back(Repeated& one, const LogLine& line) {
  ++one.kept_back;
  one.camera = line.camera;
  one.text = line.text.substr(0, kLongestText);
  one.last = line;
  one.last.camera = one.last.text = {};
}

// The next interval begins; a storm that goes on is kept back from its first line on.
void FoldLines::tell(Repeated& one, SteadyTime now) {
  const std::size_t count = std::exchange(one.kept_back, 0);
  if (count == 0) {
    one.is_used = false;
    return;
  }
  LogLine line = one.last;
  line.camera = one.camera;
  std::string text = std::move(one.text);
  const double seconds = to_seconds(now - one.begun);
  if (count > 1 && one.are_alike) text += fmt::format(" (repeated {} times in {:.0f} s)", count, seconds);
  if (count > 1 && !one.are_alike)
    text += fmt::format(" (and {} more like it in {:.0f} s)", count - 1, seconds);
  line.text = text;
  tell_(line);
  if (is_over(one, now)) {
    one.begun = now;
    one.passed = kBurst;
  }
}

void FoldLines::tell_due(SteadyTime now) {
  if (now < next_look_) return;
  next_look_ = now + interval_ / 20;
  for (auto& set : sets_) {
    for (Repeated& one : set) {
      if (one.is_used && is_over(one, now)) tell(one, now);
    }
  }
}

void FoldLines::tell_all(SteadyTime now) {
  for (auto& set : sets_) {
    for (Repeated& one : set) {
      if (one.is_used) tell(one, now);
    }
  }
}

}  // namespace vigia::log
