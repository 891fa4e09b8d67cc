#include "web/history.h"

#include <algorithm>

namespace vigia::web {

using status::CameraStatus;

SteadyTime History::next() const {
  return std::min(spans_[0].next, spans_[1].next);
}

History::Totals History::totals_of(const status::Snapshot& snapshot) {
  const auto total = [&](auto counter) { return static_cast<double>(snapshot.total(counter)); };
  return {.seconds = snapshot.seconds,
          .frames = total(&CameraStatus::frames_processed),
          .dropped = total(&CameraStatus::frames_dropped),
          .tracks = total(&CameraStatus::tracks_closed),
          .posted = total(&CameraStatus::faces_posted),
          .cpu = snapshot.cpu_seconds};
}

void History::record(const status::Snapshot& snapshot, SteadyTime now, UtcTime utc) {
  const Totals totals = totals_of(snapshot);
  const auto online = std::ranges::count_if(snapshot.cameras, &CameraStatus::is_online);
  for (const Span span : {Span::hour, Span::day}) {
    Kept& kept = spans_.at(index(span));
    if (now < kept.next) continue;
    const double passed = std::max(totals.seconds - kept.before.seconds, 1e-3);
    const auto rate = [&](double Totals::*of) {
      return std::max(0.0, (totals.*of - kept.before.*of) / passed);
    };
    const memory::MemoryStats& memory = snapshot.memory;
    kept.samples.push_back(
        {.at = to_unix_us(utc) / 1'000'000,
         .values = {static_cast<double>(memory.in_use_bytes), static_cast<double>(memory.rss_bytes),
                    static_cast<double>(memory.objects_pending), memory.hot_stall_us.max,
                    static_cast<double>(snapshot.load.level), static_cast<double>(online),
                    rate(&Totals::frames), rate(&Totals::dropped), 60 * rate(&Totals::tracks),
                    60 * rate(&Totals::posted), static_cast<double>(snapshot.faces_pending()),
                    rate(&Totals::cpu)}});
    if (kept.samples.size() > kSamples) kept.samples.pop_front();
    kept.before = totals;
    kept.next = now + step(span);
  }
}

}  // namespace vigia::web
