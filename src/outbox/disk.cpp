#include "outbox/disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "outbox/schema.h"
#include "sqlite/set_aside.h"

namespace vigia::outbox {

using std::chrono_literals::operator""min;

namespace {

namespace fs = std::filesystem;

void remove_database(const std::string& path) {
  std::error_code ignored;
  for (const char* const ending : {"", "-wal", "-shm"}) fs::remove(path + ending, ignored);
}

Error cannot_rename(const std::string& from, const std::string& to, const std::error_code& why) {
  return {ErrorCode::io, fmt::format("outbox {}: cannot be renamed to {}: {}", from, to, why.message())};
}

}  // namespace

Disk::Disk(const OutboxOptions& options, std::vector<std::string> routes,
           std::shared_ptr<memory::Account> account, Clock& clock)
    : options_(options),
      routes_(std::move(routes)),
      unfinished_copy_(options.path + ".mending"),
      whole_copy_(options.path + ".mended"),
      account_(std::move(account)),
      clock_(clock) {}

// The last connection folds the log into the file: the writer's, which syncs.
Disk::~Disk() {
  MutexLock lock(writing_);
  MutexLock reader_lock(reading_);
  reader_.reset();
  if (writer_ && writer_->database().sync_has_failed())
    static_cast<void>(writer_->database().write_log_again());
  writer_.reset();
}

Status Disk::connect() {
  if (writer_)
    return writer_->database().sync_has_failed() ? writer_->database().write_log_again() : ok_status();
  if (!lock_file_.valid()) {
    Result<Fd> locked = lock_for_this_process(options_.path);
    if (!locked) return locked.error();
    lock_file_ = *std::move(locked);
  }
  if (Status used = use_whole_copy(); !used) return used;
  Result<Database> database = open_database(options_.path, routes_.front());
  if (!database) return database.error();
  // A sync may have failed before: of this process, or of one that was killed.
  if (Status written = database->write_log_again(); !written) return written;
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared;
  writer_.emplace(std::move(rows));
  commits_sync_ = true;
  return ok_status();
}

Status Disk::connect_reader() {
  if (reader_ && read_generation_ == generation_) return ok_status();
  if (reader_) reader_->database().leave_log_at_close();
  reader_.reset();
  read_generation_ = generation_;
  Result<Database> database = open_to_read(options_.path);
  if (!database) return database.error();
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared;
  reader_.emplace(std::move(rows));
  return ok_status();
}

// A damaged file is kept as it was found: nothing is folded.
void Disk::disconnect() {
  if (reader_) reader_->database().leave_log_at_close();
  reader_.reset();
  if (writer_) writer_->database().leave_log_at_close();
  writer_.reset();
}

Result<std::int64_t> Disk::load(const std::function<void(const RowHead&)>& visit,
                                std::vector<domain::Shot>& recovered) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected.error();
  Result<std::vector<domain::Shot>> journal = writer_->empty_journal(routes_);
  if (!journal) return journal.error();
  std::ranges::move(*journal, std::back_inserter(recovered));
  if (Status visited = writer_->each_head(visit); !visited) return visited.error();
  Result<std::int64_t> highest = writer_->highest_id();
  if (highest && *highest > kHighestId) {
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

Status Disk::apply(std::span<const RowChange> changes, Sync sync) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected;
  if (Status set = sync_commits(sync == Sync::as_set && options_.durability == "full"); !set) return set;
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

Status Disk::try_to_write(Bytes bytes) {
  MutexLock lock(writing_);
  if (Status connected = connect(); !connected) return connected;
  if (Status set = sync_commits(options_.durability != "process"); !set) return set;
  return writer_->try_to_write(bytes);
}

Result<std::optional<Disk::Renewal>> Disk::renew(unsigned generation, std::span<const std::int64_t> known) {
  MutexLock lock(writing_);
  // Perhaps only the last renaming is missing. And this must not copy a file that another process holds.
  if (Status connected = connect(); !connected && connected.error().code != ErrorCode::damaged) {
    return connected.error();
  }
  if (generation != generation_) return std::optional<Renewal>();
  if (renew_not_before_ && clock_.now() < *renew_not_before_) {
    return Error{ErrorCode::io, "outbox " + options_.path +
                                    ": is damaged, and was copied less than a minute ago: check the disk, or "
                                    "set another outbox.path"};
  }
  Result<Salvaged> carried = copy_readable(known);
  renew_not_before_ = clock_.now() + 1min;
  if (!carried) {
    remove_database(unfinished_copy_);
    return Error{ErrorCode::io, fmt::format("outbox {}: is damaged, and what can be read of it cannot be "
                                            "copied yet: {}",
                                            options_.path, carried.error().text)};
  }
  // Senders read the old file until now.
  MutexLock reader_lock(reading_);
  disconnect();
  std::error_code failed;
  fs::rename(unfinished_copy_, whole_copy_, failed);
  if (failed) return cannot_rename(unfinished_copy_, whole_copy_, failed);
  if (Status synced = sync_folder(fs::path(whole_copy_).parent_path()); !synced) return synced.error();
  if (Status connected = connect(); !connected) return connected.error();
  return std::optional(Renewal{.aside = aside_, .carried = *std::move(carried)});
}

Result<Salvaged> Disk::copy_readable(std::span<const std::int64_t> known) {
  remove_database(unfinished_copy_);  // of an incomplete copy
  Result<Database> database = open_database(unfinished_copy_, routes_.front());
  if (!database) return database.error();
  Rows rows(*std::move(database));
  if (Status prepared = rows.prepare(); !prepared) return prepared.error();
  // Synced once, at the end.
  if (Status set = rows.database().run("PRAGMA synchronous=NORMAL"); !set) return set.error();
  Result<Salvaged> carried = salvage(options_.path, routes_, known, account_, rows);
  if (!carried) return carried;
  // The first result is 1 while another connection reads the file: then the log is still needed.
  const auto busy = rows.database().number("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return busy.error();
  if (*busy != 0) return Error{ErrorCode::io, "outbox " + unfinished_copy_ + ": another program holds it"};
  return carried;
}

Status Disk::use_whole_copy() {
  std::error_code failed;
  const bool is_there = fs::exists(whole_copy_, failed);
  if (failed) return cannot_rename(whole_copy_, options_.path, failed);
  if (!is_there) return ok_status();
  const bool has_damaged = fs::exists(options_.path, failed);
  if (failed) return cannot_rename(whole_copy_, options_.path, failed);
  if (has_damaged) {
    Result<std::string> aside = sqlite::set_aside(options_.path, clock_.utc_now());
    if (!aside) return aside.error();
    aside_ = *std::move(aside);
  }
  remove_database(options_.path);  // a log that stayed would be taken for the new file's
  fs::rename(whole_copy_, options_.path, failed);
  if (failed) return cannot_rename(whole_copy_, options_.path, failed);
  ++generation_;
  return sync_folder(fs::path(options_.path).parent_path());
}

}  // namespace vigia::outbox
