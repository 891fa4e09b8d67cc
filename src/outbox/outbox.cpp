#include "outbox/outbox.h"

#include <cstdint>
#include <utility>

#include "base/log.h"
#include "outbox/capture_time.h"

namespace vigia::outbox {
namespace {

void warn_of_unset_clock(const std::string& path, UtcTime shown) {
  if (is_set(shown)) return;
  log::warn(
      "outbox {}: this machine's clock is not set, it shows {}: each face waits for it, up to 10 minutes, "
      "and is then sent with that time, marked; is a time server set, and reached?",
      path, format_utc(shown));
}

}  // namespace

Outbox::Outbox(const OutboxOptions& options, std::vector<std::string> routes, memory::MemoryManager& memory,
               Clock& clock, Replay replay)
    : state_(options, std::move(routes), memory, clock, replay),
      listeners_(state_),
      writer_(state_, listeners_),
      intake_(state_, writer_),
      handout_(state_, writer_) {}

Outbox::~Outbox() {
  writer_.save(DiskWriter::When::now);
}

Result<std::unique_ptr<Outbox>> Outbox::open(const OutboxOptions& options, std::vector<std::string> routes,
                                             memory::MemoryManager& memory, Clock& clock, Replay replay) {
  std::unique_ptr<Outbox> outbox(  // NOLINT: private constructor
      new Outbox(options, std::move(routes), memory, clock, replay));
  if (Status opened = outbox->writer_.open(); !opened) return opened.error();
  warn_of_unset_clock(options.path, clock.utc_now());
  return outbox;
}

void Outbox::listen(const std::string& route, ShotListener& listener) {
  if (const auto index = state_.index_of(route)) listeners_.listen(*index, listener);
}

Status Outbox::add(std::span<const domain::Shot> shots, std::span<const EndedTrack> ended) {
  return intake_.add(shots, ended);
}

std::vector<domain::Shot> Outbox::journal(std::span<const domain::Shot> shots) {
  return intake_.journal(shots);
}

bool Outbox::is_wanted_in_journal(const TrackKey& track, UtcTime captured) {
  return intake_.is_wanted_in_journal(track, captured);
}

Result<std::optional<PendingShot>> Outbox::take(const std::string& route, SteadyTime not_before,
                                                const std::stop_token& stop) {
  return handout_.take(route, not_before, stop);
}

Status Outbox::begin(const PendingShot& shot) {
  return handout_.begin(shot);
}

Status Outbox::finished(const PendingShot& shot) {
  return handout_.finished(shot);
}

Status Outbox::postpone(const PendingShot& shot, const Postponement& postponement) {
  return handout_.postpone(shot, postponement);
}

void Outbox::pause(const std::string& route, const domain::CameraKey& camera, SteadyTime until) {
  handout_.pause(route, camera, until);
}

void Outbox::resume(const std::string& route, const domain::CameraKey& camera) {
  handout_.resume(route, camera);
}

void Outbox::tend() {
  writer_.save(DiskWriter::When::due);
  Endings endings;
  {
    MutexLock lock(state_.mutex);
    state_.losses.tend(endings);
    state_.watch_clock();
  }
  writer_.settle(std::move(endings));
}

void Outbox::drain() {
  handout_.drain();
}

void Outbox::close() {
  writer_.save(DiskWriter::When::now);
  Endings endings;
  {
    MutexLock lock(state_.mutex);
    state_.losses.tend(endings);
    const std::vector<std::int64_t> left = state_.unsaved.shots().ids();
    for (const std::int64_t id : left) {
      if (auto out = state_.waiting.take(id)) state_.losses.end(*std::move(out), std::nullopt, endings);
    }
    state_.losses.add_never_on_disk(left.size());
    if (!left.empty()) {
      log::error("outbox {}: {} faces are lost: the disk never took them", state_.options.path, left.size());
    }
    state_.losses.log_rest();
  }
  writer_.settle(std::move(endings));
  listeners_.leave();
}

Outbox::Pending Outbox::pending() const {
  MutexLock lock(state_.mutex);
  return {.shots = state_.waiting.size(), .bytes = state_.waiting.bytes()};
}

Outbox::Pending Outbox::pending(const std::string& route) const {
  const auto index = state_.index_of(route);
  if (!index) return {};
  MutexLock lock(state_.mutex);
  return {.shots = state_.waiting.size(*index), .bytes = state_.waiting.bytes(*index)};
}

status::OutboxStatus Outbox::status() const {
  const SteadyTime now = state_.clock.now();
  MutexLock lock(state_.mutex);
  status::OutboxStatus figures;
  for (std::size_t i = 0; i < state_.routes.size(); ++i) {
    const auto oldest = state_.waiting.oldest(i);
    const Nanoseconds age = oldest ? now - std::max(*oldest, state_.begun) : Nanoseconds::zero();
    figures.routes.push_back({state_.routes[i], state_.waiting.size(i), age});
  }
  figures.shots = state_.waiting.size();
  figures.bytes = state_.waiting.bytes();
  figures.in_memory = state_.unsaved.shots().size();
  figures.in_journal = state_.journal.size();
  state_.losses.show(figures);
  return figures;
}

std::optional<std::string> Outbox::trouble() const {
  MutexLock lock(state_.mutex);
  if (!state_.unsaved.in_outage()) return std::nullopt;
  return state_.unsaved.outage().error.text;
}

}  // namespace vigia::outbox
