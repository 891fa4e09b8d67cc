#include "memory/vitals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

constexpr double kRecordEvery = 1;
constexpr double kCountEvery = 10;  // descriptors are counted one by one
constexpr double kLogEvery = 60;
// Growth of a minute is news when the limit is an hour away, that of a day when it is a month away.
constexpr double kMatters[] = {3600, 3 * 86400, 30 * 86400};

std::size_t index(Window window) {
  return static_cast<std::size_t>(window);
}

// The longest window that has seen enough.
std::optional<Window> longest(const Growth::Figure& figure) {
  for (auto window = kWindows.rbegin(); window != kWindows.rend(); ++window) {
    if (figure.slopes.at(index(*window)).seconds > 0) return *window;
  }
  return std::nullopt;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole >= 86400) return fmt::format("{} d {} h", whole / 86400, whole % 86400 / 3600);
  if (whole >= 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  return whole >= 60 ? fmt::format("{} min", whole / 60) : fmt::format("{} s", whole);
}

void Vitals::tick(SteadyTime now) {
  if (!begin_) begin_ = now;
  const double seconds = to_seconds(now - *begin_);
  if (seconds < next_record_) return;
  next_record_ = seconds + kRecordEvery;
  record(seconds);
  log_if_it_matters(seconds);
}

void Vitals::record(double now) {
  const ProcessMemory process = process_memory();
  const bool count = now >= next_count_;
  const int descriptors = count ? open_descriptors() : 0;
  if (count) next_count_ = now + kCountEvery;
  {
    MutexLock lock(mutex_);
    now_.resident.now = static_cast<double>(process.anonymous);
    now_.resident.limit = static_cast<double>(limit_);
    now_.threads.now = process.threads;
    resident_.record(now, now_.resident.now);
    threads_.record(now, process.threads);
    if (count) {
      now_.descriptors.now = descriptors;
      now_.descriptors.limit = descriptor_limit();
      descriptors_.record(now, descriptors);
    }
  }
  for (const Window window : kWindows) {
    if (now < next_mark_.at(index(window))) continue;
    next_mark_.at(index(window)) = now + seconds_of(window) / kMarks;
    mark_owners(window, process.anonymous - budget_.in_use());
  }
}

void Vitals::mark_owners(Window window, Bytes not_in_the_books) {
  auto uses = budget_.by_owner();
  MutexLock lock(mutex_);
  auto& marks = marks_.at(index(window));
  for (auto& [key, bytes] : marks) {
    if (bytes.size() == kMarks) bytes.pop_front();
    bytes.push_back(0);
  }
  const auto set = [&marks](OwnerKey key, Bytes bytes) {
    auto [at, is_new] = marks.try_emplace(std::move(key));
    if (is_new) at->second.assign({0, 0});  // it held nothing before
    at->second.back() = bytes;
  };
  for (Budget::Use& use : uses) set({std::move(use.owner), std::string(to_string(use.kind))}, use.bytes);
  set({std::string(kNotInTheBooks), ""}, std::max<Bytes>(0, not_in_the_books));
  std::erase_if(marks, [](const auto& entry) {
    return std::ranges::all_of(entry.second, [](Bytes bytes) { return bytes == 0; });
  });
}

std::optional<Growth::Alarm> Vitals::first_alarm(const Growth& growth) {
  std::optional<Growth::Alarm> first;
  const auto consider = [&first](const char* what, const Growth::Figure& figure) {
    const auto window = longest(figure);
    if (!window || figure.limit <= 0) return;
    const auto seconds = seconds_until(figure.limit, figure.now, figure.slopes.at(index(*window)));
    if (seconds && (!first || *seconds < first->seconds)) first = {what, *seconds, *window};
  };
  consider("memory", growth.resident);
  consider("descriptors", growth.descriptors);
  return first;
}

std::optional<Growth::Culprit> Vitals::culprit(Window window) const {
  std::optional<Growth::Culprit> most;
  for (const auto& [key, bytes] : marks_.at(index(window))) {
    const Bytes grown = bytes.back() - bytes.front();
    if (grown > 0 && (!most || grown > most->grown)) most = {key.first, key.second, grown, window};
  }
  return most;
}

Growth Vitals::growth() const {
  MutexLock lock(mutex_);
  Growth growth = now_;
  for (const Window window : kWindows) {
    growth.resident.slopes.at(index(window)) = resident_.slope(window);
    growth.descriptors.slopes.at(index(window)) = descriptors_.slope(window);
    growth.threads.slopes.at(index(window)) = threads_.slope(window);
  }
  growth.alarm = first_alarm(growth);
  const auto window = growth.alarm ? std::optional(growth.alarm->window) : longest(growth.resident);
  if (window) growth.culprit = culprit(*window);
  return growth;
}

void Vitals::log_if_it_matters(double now) {
  if (now < next_log_) return;
  next_log_ = now + kLogEvery;
  const Growth growth = this->growth();
  if (!growth.alarm || growth.alarm->seconds > kMatters[index(growth.alarm->window)]) return;
  const bool memory = growth.alarm->what == "memory";
  const Growth::Figure& figure = memory ? growth.resident : growth.descriptors;
  const double hourly = figure.slopes.at(index(growth.alarm->window)).per_second * 3600;
  const auto amount = [memory](double of) {
    return memory ? format_bytes(static_cast<Bytes>(of)) : fmt::format("{:.0f}", of);
  };
  std::string text =
      fmt::format("{} grows: {} now, {} more an hour (seen over the last {}): the limit of {} is {} away",
                  growth.alarm->what, amount(figure.now), amount(hourly), to_string(growth.alarm->window),
                  amount(figure.limit), format_duration(growth.alarm->seconds));
  if (memory && growth.culprit) {
    text += fmt::format("; most of it: {}{}{}, {} more", growth.culprit->owner,
                        growth.culprit->kind.empty() ? "" : " ", growth.culprit->kind,
                        format_bytes(growth.culprit->grown));
  }
  log::warn("{}", text);
}

}  // namespace vigia::memory
