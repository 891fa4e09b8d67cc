#include "outbox/disk.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "outbox/schema.h"
#include "sqlite/set_aside.h"

namespace vigia::outbox {

using std::chrono_literals::operator""min;

Result<std::unique_ptr<Disk>> Disk::open(const OutboxOptions& options, std::vector<std::string> routes,
                                         std::shared_ptr<memory::Account> account, Clock& clock) {
  Result<Fd> lock_file = lock_for_this_process(options.path);
  if (!lock_file) return lock_file.error();
  std::unique_ptr<Disk> disk(  // NOLINT: private constructor
      new Disk(options, std::move(routes), std::move(account), clock, *std::move(lock_file)));
  MutexLock lock(disk->writing_);
  Status connected = disk->connect();
  // Damage is found again, and mended, by load().
  if (!connected && connected.error().code != ErrorCode::damaged) return connected.error();
  return disk;
}

Disk::Disk(const OutboxOptions& options, std::vector<std::string> routes,
           std::shared_ptr<memory::Account> account, Clock& clock, Fd lock_file)
    : options_(options),
      routes_(std::move(routes)),
      account_(std::move(account)),
      clock_(clock),
      lock_file_(std::move(lock_file)) {}

// The last connection folds the log into the file: the writer's, which syncs.
Disk::~Disk() {
  MutexLock lock(writing_);
  MutexLock reader_lock(reading_);
  reader_.reset();
  writer_.reset();
}

Status Disk::connect() {
  if (writer_) return ok_status();
  Result<Database> database = open_database(options_.path, routes_.front());
  if (!database) return database.error();
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared;
  writer_.emplace(std::move(rows));
  commits_sync_ = true;
  return ok_status();
}

Status Disk::connect_reader() {
  if (reader_) return ok_status();
  Result<Database> database = open_to_read(options_.path);
  if (!database) return database.error();
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared;
  reader_.emplace(std::move(rows));
  return ok_status();
}

// What is damaged is kept as it was found: nothing is folded.
void Disk::disconnect() {
  if (reader_) reader_->database().leave_log_at_close();
  reader_.reset();
  if (writer_) writer_->database().leave_log_at_close();
  writer_.reset();
}

Result<std::int64_t> Disk::load(const std::function<void(const RowHead&)>& tell) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected.error();
  if (Status told = writer_->each_head(tell); !told) return told.error();
  Result<std::int64_t> highest = writer_->highest_id();
  constexpr std::int64_t kMost = std::int64_t{1} << 62;  // nobody came so far by counting
  if (highest && *highest > kMost) {
    return Error{ErrorCode::damaged, "outbox " + options_.path + ": has impossible row numbers"};
  }
  return highest;
}

Status Disk::insert(std::span<const StoredShot> shots) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected;
  if (Status set = sync_commits(options_.durability != "process"); !set) return set;
  return writer_->insert(shots);
}

Status Disk::apply(std::span<const Change> changes) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected;
  if (Status set = sync_commits(options_.durability == "full"); !set) return set;
  Status done = writer_->apply(changes);
  if (done) writer_->give_pages_back();
  return done;
}

Status Disk::sync_commits(bool yes) {
  if (commits_sync_ == yes) return ok_status();
  Status set = writer_->database().run(yes ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  if (set) commits_sync_ = yes;
  return set;
}

Result<std::optional<StoredShot>> Disk::read(std::int64_t id, Part part) {
  MutexLock lock(reading_);
  if (Status connected = connect_reader(); !connected) return connected.error();
  return reader_->read(id, part == Part::whole ? account_ : nullptr);
}

void Disk::make_room() {
  MutexLock lock(writing_);
  if (!writer_) return;
  const Status folded = writer_->database().run("PRAGMA wal_checkpoint(RESTART)");
  if (!folded) log::debug("{}", folded.error().text);
}

Result<std::optional<Disk::Renewal>> Disk::renew(unsigned generation, std::span<const std::int64_t> known) {
  MutexLock lock(writing_);
  MutexLock reader_lock(reading_);
  if (generation != generation_) return std::optional<Renewal>();
  const SteadyTime now = clock_.now();
  if (renewed_ && now - *renewed_ < 1min) {
    return Error{ErrorCode::io, "outbox " + options_.path +
                                    ": was damaged again at once: check the disk, or "
                                    "set another outbox.path"};
  }
  disconnect();
  Result<std::string> aside = sqlite::set_aside(options_.path, clock_.utc_now());
  if (!aside) return aside.error();
  renewed_ = now;
  ++generation_;
  if (Status connected = connect(); !connected) return connected.error();
  if (Status set = sync_commits(false); !set) return set.error();
  Carried carried = carry_over(*aside, routes_, known, account_, *writer_);
  if (Status folded = writer_->database().run("PRAGMA wal_checkpoint(FULL)"); !folded) return folded.error();
  return std::optional(Renewal{.aside = *std::move(aside), .carried = std::move(carried)});
}

}  // namespace vigia::outbox
