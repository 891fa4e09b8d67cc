#include "memory/vitals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"

namespace vigia::memory {
namespace {

constexpr double kRecordEvery = 1;
constexpr double kCountEvery = 5;  // descriptors are counted one by one
constexpr double kLogEvery = 60;
// Growth over a minute is reported if the limit is an hour away, over a day if it is a month away.
constexpr std::array<double, kWindows.size()> kMatters{3600, 3 * 86400, 30 * 86400};

std::size_t index(Window window) {
  return static_cast<std::size_t>(window);
}

// The longest window with enough records.
std::optional<Window> longest(const Growth::Figure& figure) {
  std::optional<Window> known;
  for (const Window window : kWindows) {
    if (figure.slopes.at(index(window)).seconds > 0) known = window;
  }
  return known;
}

// A shorter window shows that the growth is over: by it, less than half of it is left.
bool is_over(const Growth::Figure& figure, Window window) {
  const double per_second = figure.slopes.at(index(window)).per_second;
  return std::ranges::any_of(kWindows, [&](Window shorter) {
    const Slope& slope = figure.slopes.at(index(shorter));
    return shorter < window && slope.seconds > 0 && slope.per_second + 3 * slope.error < per_second / 2;
  });
}

bool more_urgent(const Growth::Alarm& a, const Growth::Alarm& b) {
  return a.matters != b.matters ? a.matters : a.seconds < b.seconds;
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
  const auto process = files_.memory();
  if (!process) return;  // better no figure than a wrong one
  {
    MutexLock lock(mutex_);
    now_.resident.now = static_cast<double>(process->anonymous);
    now_.resident.limit = static_cast<double>(limit_);
    now_.threads.now = process->threads;
    resident_.record(now, now_.resident.now);
    threads_.record(now, process->threads);
  }
  if (now >= next_count_) count(now);
  for (const Window window : kWindows) {
    if (now < next_mark_.at(index(window))) continue;
    next_mark_.at(index(window)) = now + seconds_of(window) / kMarks;
    mark_owners(window, process->anonymous - budget_.in_use());
  }
}

void Vitals::count(double now) {
  next_count_ = now + kCountEvery;
  const int limit = descriptor_limit();
  const int descriptors = open_descriptors().value_or(limit);  // none is left to count them with
  const int threads_at_most = thread_limit();
  MutexLock lock(mutex_);
  now_.threads.limit = threads_at_most;
  now_.descriptors.now = descriptors;
  now_.descriptors.limit = limit;
  descriptors_.record(now, descriptors);
}

void Vitals::mark_owners(Window window, Bytes unaccounted) {
  auto uses = budget_.by_owner();
  MutexLock lock(mutex_);
  auto& marks = marks_.at(index(window));
  const bool first = marks.empty();
  for (auto& [key, bytes] : marks) {
    if (bytes.size() == kMarks) bytes.pop_front();
    bytes.push_back(0);
  }
  const auto set = [&marks, first](OwnerKey key, Bytes bytes) {
    auto [at, is_new] = marks.try_emplace(std::move(key));
    // Bytes held at the first tick are not growth; an owner that appears later started from zero.
    if (is_new) at->second.assign(first ? 1 : 2, 0);
    at->second.back() = bytes;
  };
  for (Budget::Use& use : uses) set({std::move(use.owner), std::string(to_string(use.kind))}, use.bytes);
  set({std::string(kUnaccounted), ""}, std::max<Bytes>(0, unaccounted));
  std::erase_if(marks, [](const auto& entry) {
    return std::ranges::all_of(entry.second, [](Bytes bytes) { return bytes == 0; });
  });
}

std::optional<Growth::Alarm> Vitals::first_alarm(const Growth& growth) {
  std::optional<Growth::Alarm> first;
  const auto consider = [&first](const char* what, const Growth::Figure& figure) {
    if (figure.limit <= 0) return;
    for (const Window window : kWindows) {
      const auto seconds = seconds_until(figure.limit, figure.now, figure.slopes.at(index(window)));
      if (!seconds || is_over(figure, window)) continue;
      const Growth::Alarm alarm{what, *seconds, window, *seconds <= kMatters.at(index(window))};
      if (!first || more_urgent(alarm, *first)) first = alarm;
    }
  };
  consider("memory", growth.resident);
  consider("descriptors", growth.descriptors);
  consider("threads", growth.threads);
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

std::string Vitals::describe(const Growth& growth) {
  const Growth::Alarm& alarm = *growth.alarm;
  const bool memory = alarm.what == "memory";
  const Growth::Figure& figure = memory                        ? growth.resident
                                 : alarm.what == "descriptors" ? growth.descriptors
                                                               : growth.threads;
  const auto amount = [memory](double of) {
    return memory ? format_bytes(static_cast<Bytes>(of)) : fmt::format("{:.0f}", of);
  };
  std::string text = fmt::format(
      "{} grows: {} now, {} more an hour (seen over the last {}): the limit of {} is {} away", alarm.what,
      amount(figure.now), amount(figure.slopes.at(index(alarm.window)).per_second * 3600),
      to_string(alarm.window), amount(figure.limit), format_duration(alarm.seconds));
  if (memory && growth.culprit) {
    text += fmt::format("; most of it: {}{}{}, {} more", growth.culprit->owner,
                        growth.culprit->kind.empty() ? "" : " ", growth.culprit->kind,
                        format_bytes(growth.culprit->grown));
  }
  return text;
}

void Vitals::log_if_it_matters(double now) {
  if (now < next_log_) return;
  next_log_ = now + kLogEvery;
  const Growth growth = this->growth();
  if (growth.alarm && growth.alarm->matters) log::warn("{}", describe(growth));
}

}  // namespace vigia::memory
