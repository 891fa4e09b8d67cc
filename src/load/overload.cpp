#include "load/overload.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "load/missed_faces.h"

namespace vigia::load {
namespace {

// Finds the same level on another ladder, or the first that costs no more.
std::size_t nearest(const std::vector<Level>& ladder, const Level& level) {
  const auto same = std::ranges::find_if(ladder, [&](const Level& one) { return one.looks_as(level); });
  if (same != ladder.end()) return static_cast<std::size_t>(same - ladder.begin());
  const auto less =
      std::ranges::find_if(ladder, [&](const Level& one) { return one.weight() <= level.weight(); });
  return static_cast<std::size_t>(std::min(less, std::prev(ladder.end())) - ladder.begin());
}

std::string decoding_text(domain::Decoding decoding) {
  switch (decoding) {
    case domain::Decoding::references:
      return "references";
    case domain::Decoding::idle_key_frames:
      return "idle_key_frames";
    default:
      return "all";
  }
}

// Less than before: a camera was removed.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  return now > before ? now - before : 0;
}

}  // namespace

Overload::Overload(Detectors detectors, bool reduces, pipeline::LoadMeter& meter,
                   memory::MemoryManager& memory, Clock& clock)
    : stage_(std::move(detectors.stage)),
      machine_(detectors.machine),
      name_(std::move(detectors.name)),
      reduces_(reduces),
      chooses_(!detectors.choice.empty()),
      meter_(meter),
      clock_(clock),
      costs_(std::move(detectors.costs)),
      demand_(std::move(detectors.demand)),
      control_(std::move(detectors.ladder), detectors.start, detectors.machine),
      in_force_(control_.at()),
      start_(detectors.start),
      measured_at_(clock.now()) {
  for (auto& detector : detectors.each) {
    slots_.push_back(std::make_unique<pipeline::WorkerSlot>(std::move(detector), memory));
  }
  status_.reduces = reduces;
  status_.input = control_.at().input_text();
  status_.detector = status_.detector_at_start = name_;
}

double Overload::workers_cpu() const noexcept {
  double used = 0;
  for (const auto& slot : slots_) used += slot->cpu_seconds();
  return used;
}

void Overload::make_wanted() {
  constexpr auto kAfterAFailure = std::chrono::minutes(1);
  if (clock_.now() < make_again_at_) return;
  for (const auto& slot : slots_) {
    const auto made = slot->make_wanted();
    if (made) continue;
    log::warn("detector: {}", made.error().text);
    make_again_at_ = clock_.now() + kAfterAFailure;
    return;
  }
}

LoadSample Overload::sample_of(SteadyTime now, const StrandLoad& seen) {
  const Nanoseconds busy(meter_.busy.load(std::memory_order_relaxed));
  const std::uint64_t late = meter_.frames_late.load(std::memory_order_relaxed);
  const StrandLoad before = std::exchange(last_seen_, seen).value_or(seen);
  const double look = seen.workers_cpu - before.workers_cpu;
  // The share of the time of live cameras' turns that was not spent waiting for a core.
  const double working = busy > busy_ ? std::min(1.0, look / to_seconds(busy - busy_)) : 1.0;
  const LoadSample sample{.seconds = to_seconds(now - measured_at_),
                          .work = {look, std::max(0.0, seen.process_cpu - before.process_cpu - look),
                                   to_seconds(seen.busiest) * working},
                          .busy = to_seconds(busy - busy_),
                          .frames_late = late - late_,
                          .decoded_late = seen.decoded_late,
                          .cameras = seen.cameras,
                          .delivering = seen.delivering,
                          .decoded = grown(seen.decoded, before.decoded),
                          .disposable = grown(seen.disposable, before.disposable),
                          .undecoded = grown(seen.undecoded, before.undecoded),
                          .idle = seen.idle};
  measured_at_ = now;
  busy_ = busy;
  late_ = late;
  return sample;
}

void Overload::measure(const StrandLoad& seen) {
  const LoadSample sample = sample_of(clock_.now(), seen);
  if (control_.level() > start_) {
    MutexLock lock(mutex_);
    status_.seconds_reduced += sample.seconds;
  }
  if (!reduces_) return;
  const auto change = control_.observe(sample, clock_.now());
  if (!change) return;
  const bool is_down = change->level > control_.level();
  if (!change_to(change->level)) return;
  tell(change->why);
  if (is_down) {
    log::warn("detector: overload, down to {}: {}", control_.at().text(), change->why);
  } else {
    log::info("detector: there is time again, up to {}: {}", control_.at().text(), change->why);
  }
  say_missed();
}

void Overload::choose_again(const Demand& demand) {
  demand_ = demand;
  auto ladder = ladder_for(costs_, demand_);
  const std::size_t level = nearest(ladder, in_force_);
  control_.renew(std::move(ladder), level);
  start_ = 0;
  if (chooses_) {
    const Choice choice = choose_level(control_.ladder(), demand_, machine_);
    log::info("detector.input auto: {}", choice.why);
    start_ = choice.level;
    if (!control_.ladder()[choice.level].looks_as(in_force_)) {
      if (change_to(choice.level)) tell(choice.why);
    }
  } else if (!control_.at().looks_as(in_force_)) {
    static_cast<void>(change_to(level));
  }
  {
    MutexLock lock(mutex_);  // the level in force may now be the chosen one
    status_.level = static_cast<int>(control_.level()) - static_cast<int>(start_);
  }
  say_missed();
}

void Overload::say_missed() {
  std::string missed = missed_text(control_.at(), demand_);
  if (missed == missed_) return;
  missed.empty() ? log::info("detector: faces of every camera's filter_min_size are found again")
                 : log::warn("detector: {}", missed);
  missed_ = std::move(missed);
}

bool Overload::change_to(std::size_t level) {
  const Level& wanted = control_.ladder().at(level);
  if (wanted.inputs() != in_force_.inputs()) {
    // A better level can be refused, a cheaper one is how too little time ends.
    const auto claim =
        wanted.weight() > in_force_.weight() ? detect::Claim::refusable : detect::Claim::needed;
    auto each = make_each(stage_, wanted.inputs(), static_cast<int>(slots_.size()), claim);
    if (!each && each.error().code == ErrorCode::no_memory) {
      log::warn("detector: {} has to wait: {}", wanted.text(), each.error().text);
      control_.postpone();
      return false;
    }
    if (!each) {
      log::error("detector: {} cannot be made and is passed over: {}", wanted.text(), each.error().text);
      control_.refuse(level);
      return false;
    }
    {
      MutexLock lock(mutex_);
      status_.detector = each->front()->name();
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i]->offer(std::move(each->at(i)));
  }
  meter_.step.store(wanted.step, std::memory_order_relaxed);
  meter_.decoding.store(wanted.decoding, std::memory_order_relaxed);
  control_.arrived(level, clock_.now());
  in_force_ = control_.at();
  return true;
}

void Overload::tell(std::string why) {
  if (const std::string missed = missed_text(control_.at(), demand_); !missed.empty()) why += "; " + missed;
  MutexLock lock(mutex_);
  status_.level = static_cast<int>(control_.level()) - static_cast<int>(start_);
  status_.input = control_.at().input_text();
  status_.step = control_.at().step;
  status_.decoding = decoding_text(control_.at().decoding);
  ++status_.changes;
  status_.why = std::move(why);
}

status::LoadStatus Overload::status() const {
  MutexLock lock(mutex_);
  return status_;
}

}  // namespace vigia::load
