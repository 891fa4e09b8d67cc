#include "outbox/outbox.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "outbox/schema.h"

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

constexpr const char* kInsert =
    "INSERT INTO shots(camera, camera_id, track, captured_us, stream_time_ns, face_left, face_top, "
    "face_width,"
    " face_height, roi_left, roi_top, roi_width, roi_height, score, quality, confidence, size, frontality,"
    " proportion, sharpness, jpeg_width, jpeg_height, jpeg_bytes, jpeg)"
    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kRead =
    "SELECT camera, camera_id, track, captured_us, stream_time_ns, face_left, face_top, face_width,"
    " face_height, roi_left, roi_top, roi_width, roi_height, score, quality, confidence, size, frontality,"
    " proportion, sharpness, jpeg_width, jpeg_height, attempts, doubtful, jpeg FROM shots WHERE id=?";

void bind_shot(Statement& to, const domain::Shot& shot) {
  to.bind(std::string_view(shot.camera));
  if (shot.camera_id) {
    to.bind(*shot.camera_id);
  } else {
    to.bind_null();
  }
  to.bind(static_cast<std::int64_t>(shot.track)).bind(to_unix_us(shot.captured));
  to.bind(static_cast<std::int64_t>(shot.stream_time.count()));
  for (const float value : {shot.face.left, shot.face.top, shot.face.width, shot.face.height}) {
    to.bind(static_cast<double>(value));
  }
  for (const int value : {shot.roi.left, shot.roi.top, shot.roi.width, shot.roi.height}) {
    to.bind(static_cast<std::int64_t>(value));
  }
  const domain::FaceQuality& q = shot.quality;
  for (const float value :
       {shot.score, q.total, q.confidence, q.size, q.frontality, q.proportion, q.sharpness}) {
    to.bind(static_cast<double>(value));
  }
  to.bind(static_cast<std::int64_t>(shot.jpeg->size.width));
  to.bind(static_cast<std::int64_t>(shot.jpeg->size.height));
  to.bind(static_cast<std::int64_t>(shot.jpeg->bytes.size()));
  to.bind(std::span<const std::byte>(shot.jpeg->bytes));
}

int whole(Statement& row) {
  return static_cast<int>(row.integer());
}
float real(Statement& row) {
  return static_cast<float>(row.real());
}

// Braced lists are evaluated from left to right: the order of the columns.
PendingShot read_row(Statement& row, std::int64_t id, const std::shared_ptr<memory::Account>& account) {
  PendingShot pending;
  pending.id = id;
  domain::Shot& shot = pending.shot;
  shot.camera = row.text();
  if (row.next_is_null()) {
    row.skip();
  } else {
    shot.camera_id = row.integer();
  }
  shot.track = static_cast<std::uint64_t>(row.integer());
  shot.captured = from_unix_us(row.integer());
  shot.stream_time = Nanoseconds(row.integer());
  shot.face = {real(row), real(row), real(row), real(row)};
  shot.roi = {whole(row), whole(row), whole(row), whole(row)};
  shot.score = real(row);
  shot.quality = {real(row), real(row), real(row), real(row), real(row), real(row)};
  const domain::Size size{whole(row), whole(row)};
  pending.attempts = whole(row);
  pending.doubtful = whole(row);
  const std::span<const std::byte> image = row.blob();
  memory::Charge charge(account, static_cast<Bytes>(image.size()));
  shot.jpeg = std::make_shared<const domain::Jpeg>(
      domain::Jpeg{{image.begin(), image.end()}, size, std::move(charge)});
  return pending;
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::open(const OutboxOptions& options, memory::MemoryManager& memory,
                                             Clock& clock) {
  Result<Fd> lock_file = lock_for_this_process(options.path);
  if (!lock_file) return lock_file.error();
  Result<Database> database = open_database(options.path);
  if (!database) return database.error();
  std::unique_ptr<Outbox> outbox(
      new Outbox(std::move(*lock_file), std::move(*database), memory, clock));  // NOLINT: private constructor
  MutexLock lock(outbox->mutex_);
  if (Status prepared = outbox->prepare(); !prepared) return prepared.error();
  if (Status loaded = outbox->load(); !loaded) return loaded.error();
  return outbox;
}

Outbox::Outbox(Fd lock_file, Database database, memory::MemoryManager& memory, Clock& clock)
    : clock_(clock),
      account_(memory.budget().open("vigia", memory::Kind::outbox)),
      lock_file_(std::move(lock_file)),
      database_(std::move(database)) {}

Outbox::~Outbox() {
  MutexLock lock(mutex_);
  erase_leftovers();
}

Status Outbox::prepare() {
  const std::pair<Statement*, const char*> all[] = {
      {&statements_.insert, kInsert},
      {&statements_.read, kRead},
      {&statements_.erase, "DELETE FROM shots WHERE id=?"},
      {&statements_.postpone,
       "UPDATE shots SET attempts=attempts+1, doubtful=doubtful+?, last_error=? WHERE id=?"},
  };
  for (const auto& [statement, sql] : all) {
    Result<Statement> prepared = database_.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return ok_status();
}

Status Outbox::load() {
  Result<Statement> rows =
      database_.prepare("SELECT captured_us, jpeg_bytes, id FROM shots ORDER BY captured_us");
  if (!rows) return rows.error();
  for (;;) {
    const Statement::Step step = rows->step();
    if (step == Statement::Step::done) return ok_status();
    if (step == Statement::Step::failed) return database_.error("cannot be read");
    const std::int64_t captured_us = rows->integer();
    const Bytes bytes = rows->integer();
    queue_.add({.captured_us = captured_us, .id = rows->integer(), .bytes = bytes});
  }
}

Status Outbox::add(const domain::Shot& shot) {
  MutexLock lock(mutex_);
  erase_leftovers();
  bind_shot(statements_.insert, shot);
  if (statements_.insert.step() != Statement::Step::done) return database_.error("cannot keep a shot");
  queue_.add({.captured_us = to_unix_us(shot.captured),
              .id = database_.last_insert_id(),
              .bytes = static_cast<Bytes>(shot.jpeg->bytes.size())});
  wake_senders();
  return ok_status();
}

Result<std::optional<PendingShot>> Outbox::take(SteadyTime not_before, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Turn turn = next_turn(not_before);
    if (turn.claimed) return read(*turn.claimed);
    if (turn.ended) break;
    const std::stop_callback stopped(stop, [&turn] { turn.woken.request_stop(); });
    clock_.sleep_until(turn.until, turn.woken.get_token());
  }
  return std::optional<PendingShot>();
}

Outbox::Turn Outbox::next_turn(SteadyTime not_before) {
  MutexLock lock(mutex_);
  if (woken_.stop_requested()) woken_ = std::stop_source();  // a sender that was stopped used it up
  const SteadyTime now = clock_.now();
  Turn turn{.claimed = std::nullopt, .ended = false, .until = not_before, .woken = woken_};
  if (not_before <= now) {
    turn.claimed = queue_.claim(now);
    turn.until = std::min(queue_.next_due().value_or(SteadyTime::max()), now + 1h);
  }
  turn.ended = draining_ && !turn.claimed;
  return turn;
}

Result<std::optional<PendingShot>> Outbox::read(const WaitingShot& waiting) {
  MutexLock lock(mutex_);
  statements_.read.bind(waiting.id);
  if (statements_.read.step() != Statement::Step::row) {
    queue_.postpone(waiting.id, clock_.now() + 1min);
    return database_.error("cannot read a shot back");
  }
  PendingShot pending = read_row(statements_.read, waiting.id, account_);
  statements_.read.reset();
  return std::optional(std::move(pending));
}

Status Outbox::finished(std::int64_t id) {
  MutexLock lock(mutex_);
  queue_.remove(id);
  erase_leftovers();
  if (Status erased = erase(id); !erased) {
    leftovers_.push_back(id);
    return erased;
  }
  give_pages_back();
  return ok_status();
}

Status Outbox::postpone(std::int64_t id, const Postponement& postponement) {
  MutexLock lock(mutex_);
  queue_.postpone(id, postponement.until);
  wake_senders();  // somebody may sleep for longer than until this one's time
  erase_leftovers();
  statements_.postpone.bind(static_cast<std::int64_t>(postponement.doubtful));
  statements_.postpone.bind(std::string_view(postponement.why)).bind(id);
  if (statements_.postpone.step() == Statement::Step::done) return ok_status();
  return database_.error("cannot note a failed delivery");
}

void Outbox::drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  wake_senders();
}

Outbox::Pending Outbox::pending() const {
  MutexLock lock(mutex_);
  return {.shots = queue_.size(), .bytes = queue_.bytes()};
}

Status Outbox::erase(std::int64_t id) {
  statements_.erase.bind(id);
  if (statements_.erase.step() == Statement::Step::done) return ok_status();
  return database_.error("cannot forget a delivered shot");
}

void Outbox::erase_leftovers() {
  while (!leftovers_.empty() && erase(leftovers_.back())) leftovers_.pop_back();
}

// After an outage the file is large and nearly empty: 256 pages (1 MiB) a delivery go back to the system.
void Outbox::give_pages_back() {
  constexpr std::int64_t kKept = 2048;  // pages (8 MiB) that daily use fills again
  const Result<std::int64_t> free_pages = database_.number("PRAGMA freelist_count");
  if (!free_pages || *free_pages <= kKept) return;
  if (Status trimmed = database_.run("PRAGMA incremental_vacuum(256)"); !trimmed) {
    log::debug("{}", trimmed.error().text);
  }
}

// Requests run no code of ours under the lock: the sleeping threads only wake.
void Outbox::wake_senders() {
  woken_.request_stop();
  woken_ = std::stop_source();
}

}  // namespace vigia::outbox
