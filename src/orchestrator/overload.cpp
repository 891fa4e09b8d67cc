#include "orchestrator/overload.h"

#include <fmt/format.h>

#include "base/log.h"

namespace vigia::orchestrator {

Overload::Overload(Detectors detectors, bool reduces, LoadMeter& meter, memory::MemoryManager& memory,
                   Clock& clock)
    : stage_(std::move(detectors.stage)),
      machine_(detectors.machine),
      name_(std::move(detectors.name)),
      reduces_(reduces),
      chooses_(!detectors.choice.empty()),
      meter_(meter),
      clock_(clock),
      control_(std::move(detectors.ladder), detectors.start, detectors.machine),
      start_(detectors.start),
      measured_at_(clock.now()) {
  for (auto& detector : detectors.each) {
    seats_.push_back(std::make_unique<WorkerSeat>(std::move(detector), memory));
  }
  figures_.reduces = reduces;
  figures_.input = control_.at().input_text();
}

LoadSample Overload::sample(SteadyTime now, int cameras, int delivering) {
  const Nanoseconds busy(meter_.busy.load(std::memory_order_relaxed));
  const Nanoseconds decode(meter_.decode.load(std::memory_order_relaxed));
  const std::uint64_t late = meter_.frames_late.load(std::memory_order_relaxed);
  const LoadSample sample{.seconds = to_seconds(now - measured_at_),
                          .work = {to_seconds(busy - busy_), to_seconds(decode - decode_)},
                          .frames_late = late - late_,
                          .cameras = cameras,
                          .delivering = delivering};
  measured_at_ = now;
  busy_ = busy;
  decode_ = decode;
  late_ = late;
  return sample;
}

void Overload::measure(int cameras, int delivering) {
  const LoadSample seen = sample(clock_.now(), cameras, delivering);
  if (control_.level() > start_) {
    MutexLock lock(mutex_);
    figures_.seconds_reduced += seen.seconds;
  }
  if (!reduces_) return;
  const auto change = control_.observe(seen, clock_.now());
  if (!change) return;
  const bool is_down = change->level > control_.level();
  if (!change_to(change->level)) return;
  tell(change->why);
  if (is_down) {
    log::warn("detector: overload, down to {}: {}", control_.at().text(), change->why);
  } else {
    log::info("detector: there is time again, up to {}: {}", control_.at().text(), change->why);
  }
}

void Overload::choose_again(const Crowd& crowd) {
  if (!chooses_) return;
  const Choice choice = choose_level(control_.ladder(), crowd, machine_);
  log::info("detector.input auto: {}", choice.why);
  if (choice.level == control_.level() || !change_to(choice.level)) return;
  start_ = choice.level;
  tell(choice.why);
}

bool Overload::change_to(std::size_t level) {
  const Level& wanted = control_.ladder().at(level);
  if (wanted.input != control_.at().input) {
    auto each = make_each(stage_, wanted.input, static_cast<int>(seats_.size()));
    if (!each) {
      log::error("detector: {} cannot be had and is passed over: {}", wanted.text(), each.error().text);
      control_.refuse(level);
      return false;
    }
    for (std::size_t i = 0; i < seats_.size(); ++i) seats_[i]->hand_over(std::move(each->at(i)));
  }
  meter_.step.store(wanted.step, std::memory_order_relaxed);
  control_.arrived(level, clock_.now());
  return true;
}

void Overload::tell(const std::string& why) {
  MutexLock lock(mutex_);
  figures_.level = static_cast<int>(control_.level()) - static_cast<int>(start_);
  figures_.input = control_.at().input_text();
  figures_.step = control_.at().step;
  ++figures_.changes;
  figures_.why = why;
}

OverloadFigures Overload::figures() const {
  MutexLock lock(mutex_);
  return figures_;
}

}  // namespace vigia::orchestrator
