// The part of Outbox that deals with its file: reads what an earlier run left, writes, and handles a disk
// that refuses.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "base/log.h"
#include "outbox/outbox.h"

namespace vigia::outbox {
namespace {

// 2020: a clock that shows less was not set.
const UtcTime kEarliest = from_unix_us(1577836800000000);
// A disk that takes this much works, if the refused size is not known.
constexpr Bytes kSmallImage = 64_KiB;

// The number after which shots are numbered while the file, which has the last number, cannot be read: so
// high that counting never gets near, derived from the second so that numbers grow over several such starts,
// and with a random part, since the time of day may be the same at each start (no battery).
std::int64_t numbers_without_a_file(UtcTime now) {
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  constexpr std::int64_t kMostSeconds = (std::int64_t{1} << 31) - 1;
  return std::clamp<std::int64_t>(second, 1, kMostSeconds) << 30 | (std::random_device{}() & 0x3fffffffU);
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::open(const OutboxOptions& options, std::vector<std::string> routes,
                                             memory::MemoryManager& memory, Clock& clock, Replay replay) {
  std::unique_ptr<Outbox> outbox(  // NOLINT: private constructor
      new Outbox(options, std::move(routes), memory, clock, replay));
  const unsigned generation = outbox->disk_->generation();
  const Status loaded = outbox->load();
  if (loaded) return outbox;
  const ErrorCode code = loaded.error().code;
  if (code != ErrorCode::io && code != ErrorCode::damaged) return loaded.error();
  {
    MutexLock lock(outbox->mutex_);
    outbox->last_id_ = numbers_without_a_file(clock.utc_now());
    outbox->unsaved_.begin_outage(loaded.error(), generation, clock.now());
    outbox->unsaved_.refused(kSmallImage);
  }
  outbox->save(When::due);  // repairs it
  return outbox;
}

Status Outbox::load() {
  WaitingShots waiting(routes_.size(), replay_);
  std::map<std::string, std::size_t> others;
  std::vector<domain::Shot> recovered;
  const Result<std::int64_t> highest = disk_->load(
      [&](const RowHead& head) { waiting.add(from_file(head, others), std::nullopt); }, recovered);
  if (!recovered.empty()) {
    log::info(
        "outbox {}: Vigia ended without a stop while people were in view: {} best shots until then are sent "
        "now",
        options_.path, recovered.size());
  }
  tell_of_recovered(std::move(recovered));  // before any sender has one
  if (!highest) return highest.error();
  {
    MutexLock lock(mutex_);
    if (!waiting_.add_backlog(std::move(waiting))) {
      return Error{ErrorCode::io, "outbox " + options_.path + ": has numbers that new shots have as well"};
    }
    last_id_ = std::max(last_id_, *highest);
    loaded_ = true;
    for (std::size_t i = 0; i < routes_.size(); ++i) wake_senders(i);
  }
  warn_of_others(others);
  return ok_status();
}

void Outbox::warn_of_others(const std::map<std::string, std::size_t>& others) const {
  std::string texts;
  for (const auto& [name, shots] : others) {
    texts += fmt::format("{}{} for {}", texts.empty() ? "" : ", ", shots, name);
  }
  if (texts.empty()) return;
  log::warn(
      "outbox {}: deliveries wait for receivers that are not set any more: {}; they stay until these "
      "are set again, or outbox.max_age or outbox.max_bytes ends them",
      options_.path, texts);
}

WaitingShots::New Outbox::from_file(const RowHead& head, std::map<std::string, std::size_t>& others) const {
  RouteSet routes = 0;
  for (const std::string& name : head.routes) {
    const auto index = index_of(name);
    routes = static_cast<RouteSet>(routes | (index ? route_bit(*index) : kOtherRoutes));
    if (!index) ++others[name];
  }
  const std::optional<Nanoseconds> age = age_at_start(head.seen);
  const bool may_be_late = head.max_age && !age;
  return {.id = head.id,
          .bytes = head.bytes,
          .deadline = may_be_late ? clock_.now() : deadline_of(head.max_age, age.value_or(Nanoseconds{0})),
          .routes = routes,
          .camera = head.camera};
}

// Nothing: neither the machine's count since its start nor the time of day gives the age.
std::optional<Nanoseconds> Outbox::age_at_start(const FrameTime& seen) const {
  const BootTime now = clock_.boot_now();
  if (now.boot != 0 && seen.boot.boot == now.boot && seen.boot.since <= now.since) {
    return now.since - seen.boot.since;
  }
  const UtcTime utc = clock_.utc_now();
  if (seen.utc > utc || seen.utc < kEarliest) return std::nullopt;
  return utc - seen.utc;
}

Status Outbox::saved() const {
  if (!unsaved_.in_outage()) return ok_status();
  return Error{ErrorCode::io, unsaved_.outage().error.text + " (kept in memory, tried again)"};
}

Status Outbox::write(std::span<const RowChange> changes, Disk::Sync sync) {
  Status done;
  unsigned generation = 0;
  {
    MutexLock lock(mutex_);
    done = saved();
    generation = disk_->generation();
  }
  const bool asked = done.ok();
  if (asked) done = disk_->apply(changes, sync);
  if (done) return done;
  {
    MutexLock lock(mutex_);
    begin_outage(done.error(), asked, generation);
    for (const RowChange& change : changes) unsaved_.note(change);
  }
  // Damage is repaired at once; but a delivery that is about to begin does not wait for that.
  if (sync == Disk::Sync::as_set && done.error().code == ErrorCode::damaged) save(When::due);
  MutexLock lock(mutex_);
  return saved();
}

void Outbox::begin_outage(const Error& error, bool asked, unsigned generation) {
  if (asked) {
    unsaved_.begin_outage(error, generation, clock_.now());
  } else {
    unsaved_.continue_outage(error, clock_.now());  // the outage may be over since
  }
}

void Outbox::save(When when) {
  {
    MutexLock lock(mutex_);
    if (!unsaved_.in_outage() || saving_) return;
    if (when == When::due && clock_.now() < unsaved_.outage().next_try) return;
    saving_ = true;
  }
  Status done = try_to_save();
  if (!done && done.error().code == ErrorCode::damaged) done = try_to_save();  // one repair was made
  MutexLock lock(mutex_);
  saving_ = false;
  if (!done) unsaved_.failed_again(done.error(), clock_.now());
  for (std::size_t i = 0; i < routes_.size(); ++i) wake_senders(i);
}

// Writes until nothing is left. Other threads go on meanwhile, with what is in memory.
Status Outbox::try_to_save() {
  if (Status mended = mend(); !mended) return mended;
  bool is_loaded = false;
  Bytes refused = 0;
  {
    MutexLock lock(mutex_);
    is_loaded = loaded_;
    refused = unsaved_.outage().refused;
  }
  const unsigned generation = disk_->generation();
  Status done = is_loaded ? ok_status() : load();
  disk_->make_room();
  while (done) {
    PendingWrites::Batch batch;
    {
      MutexLock lock(mutex_);
      batch = unsaved_.next_batch();
      if (batch.empty() && refused == 0) {
        unsaved_.resolved(clock_.now());
        return done;
      }
    }
    // The refused image may have been delivered since: then only a test write shows that the disk works.
    done = batch.empty() ? disk_->try_to_write(refused) : save_batch(batch);
    if (batch.empty() || !batch.shots.empty()) refused = 0;
  }
  if (done.error().code == ErrorCode::damaged) {
    MutexLock lock(mutex_);
    unsaved_.begin_outage(done.error(), generation, clock_.now());
  }
  return done;
}

Status Outbox::save_batch(const PendingWrites::Batch& batch) {
  const Status done = batch.shots.empty() ? disk_->apply(batch.changes) : disk_->insert(batch.shots);
  MutexLock lock(mutex_);
  if (done) {
    unsaved_.written(batch);
  } else {
    unsaved_.not_written();
  }
  return done;
}

Status Outbox::mend() {
  unsigned generation = 0;
  std::vector<std::int64_t> known;  // the shots that should be in the file
  std::string found;
  {
    MutexLock lock(mutex_);
    if (!unsaved_.outage().damaged) return ok_status();
    generation = unsaved_.outage().damaged->generation;
    found = unsaved_.outage().damaged->text;
    for (const std::int64_t id : waiting_.ids()) {
      if (unsaved_.shots().find(id) == nullptr) known.push_back(id);
    }
  }
  const auto renewal = disk_->renew(generation, known);
  if (!renewal) return renewal.error();
  MutexLock lock(mutex_);
  unsaved_.outage().damaged.reset();
  if (!*renewal) return ok_status();
  const Salvaged& carried = (*renewal)->carried;
  journal_.keep_only(carried.ids);
  for (const std::int64_t id : known) {
    if (std::binary_search(carried.ids.begin(), carried.ids.end(), id)) continue;
    if (auto out = waiting_.take(id)) end(*std::move(out), std::nullopt, lost_shots_);
  }
  log::error("{}; set aside as {}, a new one is begun: {} waiting shots carried over, {} could not be read",
             found, (*renewal)->aside, carried.ids.size(), carried.unreadable);
  return ok_status();
}

}  // namespace vigia::outbox
