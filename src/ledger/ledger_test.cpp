#include "ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger/file.h"
#include "ledger/reader.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::ledger {
namespace {

using namespace std::chrono_literals;
using domain::Reason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// 2026-11-23T13:00:00.123456Z, and a second later for each track
UtcTime captured(std::uint64_t track) {
  return from_unix_us(1795438800123456 + static_cast<std::int64_t>(track) * 1'000'000);
}
EndKey key(std::uint64_t track, const std::string& camera = "gate") {
  return {camera, track, captured(track)};
}

TrackEnd end_of(std::uint64_t track, Outcome outcome = DeliveryStatus::pending,
                const std::string& camera = "gate") {
  TrackEnd end;
  end.key = key(track, camera);
  end.outcome = outcome;
  end.thumbnail.assign(100, std::byte{7});
  return end;
}

// Limits the size of files for a while, which looks like a full disk to a program.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

class LedgerTest : public ::testing::Test {
 protected:
  void open() {
    ledger_.reset();
    auto opened = Ledger::open(options_, memory_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    ledger_ = *std::move(opened);
  }
  // What waits is on disk when it returns.
  void write() {
    std::stop_source done;
    done.request_stop();
    ledger_->run(done.get_token());
  }
  std::vector<TrackEnd> ask(const EndQuery& question = {}) {
    auto reader = Reader::open(options_.path);
    EXPECT_TRUE(reader.ok()) << reader.error().text;
    if (!reader) return {};
    auto ends = reader->newest(question);
    EXPECT_TRUE(ends.ok()) << ends.error().text;
    return ends ? *ends : std::vector<TrackEnd>();
  }
  std::vector<std::uint64_t> tracks(const EndQuery& question = {}) {
    std::vector<std::uint64_t> numbers;
    for (const TrackEnd& end : ask(question)) numbers.push_back(end.key.track);
    return numbers;
  }
  void record_and_write(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t track = first; track <= last; ++track) ledger_->record(end_of(track));
    write();
  }
  std::vector<std::string> set_aside() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      // Its log and index go with it.
      if (name.starts_with("events.db.damaged-") && name.ends_with("Z")) names.push_back(name);
    }
    return names;
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 5, .budget_bytes = 100_MiB}};
  LedgerOptions options_{.path = folder_ / "events.db", .keep = 10};
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(LedgerTest, ReturnsEverythingThatWasRecorded) {
  open();
  TrackEnd told = end_of(3, Reason::low_quality, "hall \xc3\xa4");
  told.camera_id = -7;
  told.text = "quality 0.430, filter_min_quality 0.5";
  told.face_width = 41.5F;
  told.face_height = 52.25F;
  told.quality = {.total = 0.43F,
                  .rank = 0.375F,
                  .confidence = 0.875F,
                  .size = 0.125F,
                  .frontality = 0.5F,
                  .level = 0.625F,
                  .proportion = 0.25F,
                  .eyes = 0.6875F,
                  .sharpness = 1,
                  .exposure = 0.9375F,
                  .inside = 0.8125F};
  told.score = 0.91F;
  told.lasted = 3200ms;
  told.sightings = 80;
  ledger_->record(told);
  ledger_->record(end_of(4));
  write();

  const auto ends = ask({.thumbnails = true});
  ASSERT_THAT(ends, SizeIs(2));
  const TrackEnd& end = ends[1];
  EXPECT_EQ(end.key.camera, told.key.camera);
  EXPECT_EQ(end.key.captured, told.key.captured);
  EXPECT_EQ(end.camera_id, -7);
  EXPECT_EQ(end.outcome, Outcome(Reason::low_quality));
  EXPECT_EQ(end.text, told.text);
  EXPECT_EQ(end.face_width, 41.5F);
  EXPECT_EQ(end.face_height, 52.25F);
  EXPECT_EQ(end.quality.total, 0.43F);
  EXPECT_EQ(end.quality.rank, 0.375F);
  EXPECT_EQ(end.quality.confidence, 0.875F);
  EXPECT_EQ(end.quality.size, 0.125F);
  EXPECT_EQ(end.quality.frontality, 0.5F);
  EXPECT_EQ(end.quality.level, 0.625F);
  EXPECT_EQ(end.quality.proportion, 0.25F);
  EXPECT_EQ(end.quality.eyes, 0.6875F);
  EXPECT_EQ(end.quality.sharpness, 1);
  EXPECT_EQ(end.quality.exposure, 0.9375F);
  EXPECT_EQ(end.quality.inside, 0.8125F);
  EXPECT_EQ(end.score, 0.91F);
  EXPECT_EQ(end.lasted, 3200ms);
  EXPECT_EQ(end.sightings, 80);
  EXPECT_EQ(end.thumbnail, told.thumbnail);
  EXPECT_EQ(ends[0].camera_id, std::nullopt);
  EXPECT_THAT(ask()[0].thumbnail, IsEmpty()) << "pictures are read only for who wants them";
}

// As version 1 made it, with one end.
constexpr const char* kVersion1File = R"(
  PRAGMA auto_vacuum=INCREMENTAL;
  PRAGMA journal_mode=WAL;
  CREATE TABLE ends(
    id INTEGER PRIMARY KEY,
    camera TEXT NOT NULL, camera_id INTEGER, track INTEGER NOT NULL, captured_us INTEGER NOT NULL,
    outcome TEXT NOT NULL, text TEXT NOT NULL,
    face_width REAL NOT NULL, face_height REAL NOT NULL,
    quality REAL NOT NULL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    proportion REAL NOT NULL, sharpness REAL NOT NULL, score REAL NOT NULL,
    lasted_ns INTEGER NOT NULL, sightings INTEGER NOT NULL,
    thumbnail BLOB NOT NULL);
  CREATE INDEX ends_by_capture ON ends(captured_us, camera, track);
  INSERT INTO ends VALUES(41, 'gate', 7, 9, 1700000000000000, 'low_quality', 'why', 41.5, 52.25, 0.75, 0.875,
    0.125, 0.5, 0.25, 0.0625, 0.9375, 1500000000, 80, x'0a0b');
  PRAGMA application_id=1447642949;
  PRAGMA user_version=1;
)";

void expect_end_of_version_1(const TrackEnd& end) {
  EXPECT_EQ(end.key.track, 9U);
  EXPECT_EQ(end.face_height, 52.25F);
  EXPECT_EQ(end.quality.total, 0.75F);
  EXPECT_EQ(end.quality.confidence, 0.875F);
  EXPECT_EQ(end.quality.size, 0.125F);
  EXPECT_EQ(end.quality.frontality, 0.5F);
  EXPECT_EQ(end.quality.proportion, 0.25F);
  EXPECT_EQ(end.quality.sharpness, 0.0625F);
  EXPECT_EQ(end.quality.rank, 0) << "unknown then";
  EXPECT_EQ(end.quality.inside, 0);
  EXPECT_EQ(end.score, 0.9375F);
  EXPECT_EQ(end.lasted, 1500ms);
  EXPECT_EQ(end.thumbnail, (std::vector{std::byte{0x0a}, std::byte{0x0b}}));
}

TEST_F(LedgerTest, AFileOfVersion1IsReadAsItIsAndByTheNextStartTakenOver) {
  ASSERT_TRUE(sqlite::Database::open(options_.path, {"ledger", "ledger.path"})->run(kVersion1File));
  {
    auto reader = Reader::open(options_.path);
    ASSERT_TRUE(reader.ok()) << reader.error().text;
    const auto before = reader->newest({.thumbnails = true});
    ASSERT_TRUE(before.ok()) << before.error().text;
    ASSERT_THAT(*before, SizeIs(1));
    expect_end_of_version_1(before->front());
  }
  open();
  record_and_write(10, 10);
  const auto after = ask({.thumbnails = true});
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[0].key.track, 10U);
  expect_end_of_version_1(after[1]);
}

TEST_F(LedgerTest, NewestFirstInWhateverOrderTheyCame) {
  open();
  for (const std::uint64_t track : {5, 1, 3}) ledger_->record(end_of(track));
  write();
  EXPECT_THAT(tracks(), ElementsAre(5, 3, 1));
  EXPECT_THAT(tracks({.limit = 2}), ElementsAre(5, 3));
}

TEST_F(LedgerTest, IsQueriedByCameraOutcomeAndTime) {
  open();
  ledger_->record(end_of(1, Reason::too_small));
  ledger_->record(end_of(2, Reason::too_small, "hall"));
  ledger_->record(end_of(3, DeliveryStatus::posted));
  write();
  EXPECT_THAT(tracks({.camera = "gate"}), ElementsAre(3, 1));
  EXPECT_THAT(tracks({.outcome = Reason::too_small}), ElementsAre(2, 1));
  EXPECT_THAT(tracks({.camera = "gate", .outcome = Reason::too_small}), ElementsAre(1));
  EXPECT_THAT(tracks({.since = captured(2)}), ElementsAre(3, 2));
  EXPECT_THAT(tracks({.camera = "nobody's"}), IsEmpty());
  EXPECT_THAT(*Reader::open(options_.path)->cameras(), ElementsAre("gate", "hall"));
}

TEST_F(LedgerTest, EveryOutcomeIsSpelledAndReadBack) {
  options_.keep = 100;
  open();
  std::uint64_t track = 0;
  for (const std::string_view name : outcome_names()) {
    const auto outcome = parse_outcome(name);
    ASSERT_TRUE(outcome) << name;
    ledger_->record(end_of(++track, *outcome));
  }
  write();
  EXPECT_EQ(track, 3 + domain::kAllReasons.size());
  for (const TrackEnd& end : ask()) {
    EXPECT_EQ(to_string(end.outcome), outcome_names()[end.key.track - 1]);
  }
  EXPECT_FALSE(parse_outcome("to_small"));
}

TEST_F(LedgerTest, KeepsTheLastOnly) {
  open();
  record_and_write(1, 12);
  EXPECT_EQ(tracks(), (std::vector<std::uint64_t>{12, 11, 10, 9, 8, 7, 6, 5, 4, 3}));
  record_and_write(13, 13);
  EXPECT_EQ(tracks().back(), 4U);

  options_.keep = 2;
  open();
  EXPECT_THAT(tracks(), ElementsAre(13, 12)) << "what is too much goes at the start";
}

TEST_F(LedgerTest, APendingEndIsSettledOnce) {
  open();
  ledger_->record(end_of(1));
  ledger_->record(end_of(2));
  ledger_->settle(key(1), DeliveryStatus::posted, {});
  write();
  ledger_->settle(key(2), Reason::refused, "HTTP 400: no such camera");
  ledger_->settle(key(2), DeliveryStatus::posted, {});  // too late
  ledger_->settle(key(9), DeliveryStatus::posted, {});  // nobody knows it
  write();
  const auto ends = ask();
  ASSERT_THAT(ends, SizeIs(2));
  EXPECT_EQ(ends[0].outcome, Outcome(Reason::refused));
  EXPECT_EQ(ends[0].text, "HTTP 400: no such camera");
  EXPECT_EQ(ends[1].outcome, Outcome(DeliveryStatus::posted));
  EXPECT_EQ(ledger_->lost(), 0U);
}

TEST_F(LedgerTest, AnEndOfAnEarlierRunIsSettledByThisOne) {
  open();
  record_and_write(1, 1);
  open();
  ledger_->record(end_of(1, DeliveryStatus::pending, "hall"));  // the same track and time, of another camera
  ledger_->settle(key(1), DeliveryStatus::failed, "no answer");
  write();
  EXPECT_EQ(ask({.camera = "gate"})[0].outcome, Outcome(DeliveryStatus::failed));
  EXPECT_EQ(ask({.camera = "hall"})[0].outcome, Outcome(DeliveryStatus::pending));
}

TEST_F(LedgerTest, BeyondItsRoomTheOldestGoesAndIsCounted) {
  options_.keep = 10'000;
  open();
  for (std::uint64_t track = 1; track <= Ledger::kMostWaiting + 3; ++track) ledger_->record(end_of(track));
  EXPECT_EQ(ledger_->lost(), 3U);
  EXPECT_EQ(memory_.budget().in_use(), static_cast<Bytes>(Ledger::kMostWaiting) * 100);
  write();
  EXPECT_EQ(tracks({.limit = 10'000}).size(), Ledger::kMostWaiting);
  EXPECT_EQ(tracks({.limit = 10'000}).back(), 4U);
  EXPECT_EQ(memory_.budget().in_use(), 0);
}

TEST_F(LedgerTest, TextsAreOneLineWithoutSecretsAndNotLong) {
  open();
  TrackEnd end = end_of(1);
  end.text = "rtsp://admin:hunter2@10.0.0.5/s\nsaid\x1b[31m no";
  ledger_->record(end);
  ledger_->record(end_of(2));
  ledger_->settle(key(2), Reason::refused, "https://h/?token=hunter2 " + std::string(1000, 'x'));
  std::string letters = "a";
  for (int i = 0; i < 400; ++i) letters += "\xc3\xa4";  // cut between letters, not inside one
  ledger_->record(end_of(3));
  ledger_->settle(key(3), Reason::refused, letters);
  write();
  for (const TrackEnd& kept : ask()) {
    EXPECT_THAT(kept.text, Not(HasSubstr("hunter2")));
    EXPECT_LE(kept.text.size(), 310U);
    EXPECT_TRUE(std::none_of(kept.text.begin(), kept.text.end(), [](char c) { return c > 0 && c < 0x20; }));
  }
  EXPECT_THAT(ask()[2].text, HasSubstr("10.0.0.5/s said"));
  EXPECT_EQ(ask()[0].text, letters.substr(0, 299) + "...");
}

TEST_F(LedgerTest, WritesOnceASecondAndAtTheEnd) {
  open();
  std::jthread thread([this](const std::stop_token& stop) { ledger_->run(stop); });
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  ledger_->record(end_of(1));
  clock_.advance(500ms);
  EXPECT_THAT(tracks(), IsEmpty());
  clock_.advance(500ms);
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  EXPECT_THAT(tracks(), ElementsAre(1));
  ledger_->record(end_of(2));
  thread.request_stop();
  thread.join();
  EXPECT_THAT(tracks(), ElementsAre(2, 1));
}

TEST_F(LedgerTest, ManyThreadsRecordWhileItWrites) {
  options_.keep = 10'000;
  open();
  std::jthread writer([this](const std::stop_token& stop) { ledger_->run(stop); });
  {
    std::vector<std::jthread> tellers;
    for (int i = 0; i < 3; ++i) {
      tellers.emplace_back([this, camera = "cam" + std::to_string(i)] {
        for (std::uint64_t track = 1; track <= 150; ++track) {
          ledger_->record(end_of(track, DeliveryStatus::pending, camera));
          ledger_->settle(key(track, camera), DeliveryStatus::posted, {});
          if (track % 50 == 0) clock_.advance(1s);
        }
      });
    }
  }
  writer.request_stop();
  writer.join();
  EXPECT_THAT(ask({.outcome = DeliveryStatus::posted, .limit = 10'000}), SizeIs(450));
  EXPECT_EQ(ledger_->lost(), 0U);
}

TEST_F(LedgerTest, WithNothingToKeepThereIsNoFile) {
  options_.keep = 0;
  open();
  EXPECT_FALSE(ledger_->enabled());
  ledger_->record(end_of(1));
  ledger_->settle(key(1), DeliveryStatus::posted, {});
  write();
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_EQ(ledger_->lost(), 0U);
}

TEST_F(LedgerTest, FilesAreReadableByTheirOwnerOnly) {
  open();
  record_and_write(1, 1);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << entry.path();
  }
}

TEST_F(LedgerTest, ADamagedFileIsSetAsideAndANewOneBegun) {
  std::ofstream(options_.path) << std::string(8192, 'x');
  open();
  EXPECT_THAT(set_aside(), SizeIs(1));
  record_and_write(1, 1);
  EXPECT_THAT(tracks(), ElementsAre(1));
  EXPECT_EQ(ledger_->lost(), 0U);
}

TEST_F(LedgerTest, AFileThatBreaksWhileItIsInUseIsSetAsideAndNothingNewIsLost) {
  open();
  record_and_write(1, 1);
  {
    // The table's root page is set beyond the end of the file, as after the loss of a block.
    auto other = sqlite::Database::open(options_.path, {"ledger", "ledger.path"});
    ASSERT_TRUE(
        other->run("PRAGMA writable_schema=ON;"
                   "UPDATE sqlite_master SET rootpage=99999 WHERE name='ends';"
                   "PRAGMA schema_version=1000"));
  }
  record_and_write(2, 2);
  EXPECT_THAT(set_aside(), SizeIs(1));
  EXPECT_THAT(tracks(), ElementsAre(2));
  EXPECT_EQ(ledger_->lost(), 0U);
}

TEST_F(LedgerTest, AFullDiskLosesWhatItMustCountsItAndRecovers) {
  options_.keep = 100;
  open();
  record_and_write(1, 1);
  {
    const FullDisk full(4096);
    record_and_write(2, 5);
    EXPECT_EQ(ledger_->lost(), 4U);
    record_and_write(6, 6);
    EXPECT_EQ(ledger_->lost(), 5U);
  }
  record_and_write(7, 7);
  EXPECT_THAT(tracks(), ElementsAre(7, 1));
  EXPECT_EQ(ledger_->lost(), 5U);
}

TEST_F(LedgerTest, ADiskThatIsFullAtTheStartIsNoError) {
  {
    const FullDisk full(0);
    open();
    record_and_write(1, 1);
    EXPECT_EQ(ledger_->lost(), 1U);
  }
  record_and_write(2, 2);
  EXPECT_THAT(tracks(), ElementsAre(2));
}

TEST_F(LedgerTest, AWrongSettingIsAnErrorAtTheStart) {
  const auto refused = [this](const std::string& path) {
    const auto opened = Ledger::open({.path = path, .keep = 10}, memory_, clock_);
    return opened.ok() ? "opened" : opened.error().text;
  };
  EXPECT_THAT(refused(folder_ / "none/events.db"), HasSubstr("set another ledger.path"));
  EXPECT_THAT(refused(folder_.path()), HasSubstr("set another ledger.path"));
  {
    auto other = sqlite::Database::open(folder_ / "other.db", {"other", "none"});
    ASSERT_TRUE(other->run("CREATE TABLE theirs(a)"));
  }
  EXPECT_THAT(refused(folder_ / "other.db"), HasSubstr("is the database of another program"));
  open();
  ledger_.reset();
  {
    auto newer = sqlite::Database::open(options_.path, {"ledger", "ledger.path"});
    ASSERT_TRUE(newer->run("PRAGMA user_version=99"));
  }
  EXPECT_THAT(refused(options_.path), HasSubstr("was written by a newer Vigia"));
}

TEST_F(LedgerTest, AnUnknownOutcomeIsShownAsStoredAndHidesNoOther) {
  open();
  record_and_write(1, 3);
  ledger_.reset();
  {
    auto other = sqlite::Database::open(options_.path, {"ledger", "ledger.path"});
    ASSERT_TRUE(other->run("UPDATE ends SET outcome = 'too_blurred' WHERE track = 2"));
  }
  auto reader = Reader::open(options_.path);
  ASSERT_TRUE(reader.ok()) << reader.error().text;
  const auto ends = reader->newest({});
  ASSERT_TRUE(ends.ok()) << ends.error().text;
  ASSERT_THAT(*ends, SizeIs(3));
  EXPECT_EQ(to_string((*ends)[1].outcome), "too_blurred");
  EXPECT_EQ((*ends)[1].key.track, 2U);
  EXPECT_EQ((*ends)[2].outcome, Outcome(DeliveryStatus::pending));
}

TEST_F(LedgerTest, AMissingFileIsReportedAndNotCreated) {
  const auto reader = Reader::open(options_.path);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, ErrorCode::not_found);
  EXPECT_THAT(reader.error().text, HasSubstr("ledger.keep"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(LedgerTest, AnotherProcessReadsWhileThisOneWrites) {
  open();
  record_and_write(1, 3);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(static_cast<int>(tracks().size()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  record_and_write(4, 4);
  EXPECT_THAT(tracks(), ElementsAre(4, 3, 2, 1));
}

TEST_F(LedgerTest, AKillInTheMiddleLeavesAWholeFile) {
  options_.keep = 100;
  const pid_t child = ::fork();
  if (child == 0) {
    open();
    for (std::uint64_t track = 1;; ++track) record_and_write(track, track);
  }
  while (!Reader::open(options_.path).ok() || tracks().size() < 20) std::this_thread::sleep_for(1ms);
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  open();
  EXPECT_THAT(set_aside(), IsEmpty());
  const auto kept = tracks({.limit = 1000});
  EXPECT_LE(kept.size(), 100U);
  EXPECT_EQ(kept.front() - kept.back() + 1, kept.size()) << "none is missing between the first and the last";
  EXPECT_EQ(*sqlite::Database::open(options_.path, {"", ""})
                 ->number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check != 'ok'"),
            0);
}

TEST_F(LedgerTest, PagesHoldEachEndOnceWithItsNumber) {
  open();
  for (std::uint64_t i = 1; i <= 5; ++i)
    ledger_->record(end_of(i, i == 4 ? Outcome(Reason::too_small) : Outcome(DeliveryStatus::posted)));
  write();
  auto reader = Reader::open(options_.path);
  ASSERT_TRUE(reader.ok()) << reader.error().text;
  std::vector<std::int64_t> ids;
  PageQuery query{.limit = 2};
  for (;;) {
    const auto page = reader->page(query);
    ASSERT_TRUE(page.ok()) << page.error().text;
    if (page->empty()) break;
    for (const KeptEnd& kept : *page) {
      ids.push_back(kept.id);
      EXPECT_EQ(kept.end.key.track, static_cast<std::uint64_t>(kept.id));
      EXPECT_TRUE(kept.has_thumbnail);
    }
    query.after = PageQuery::Place{to_unix_us(page->back().end.key.captured), page->back().id};
  }
  EXPECT_THAT(ids, ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(*reader->page({.not_posted = true}), SizeIs(1));
  EXPECT_THAT(*reader->page({.outcome = "posted"}), SizeIs(4));
  EXPECT_THAT(*reader->page({.camera = "hall"}), IsEmpty());
  EXPECT_THAT(*reader->page({.since = captured(2), .until = captured(4)}), SizeIs(2));
  EXPECT_THAT(*reader->page({.from_id = 5}), SizeIs(1));
  EXPECT_EQ(*reader->last_id(), 5);
  EXPECT_THAT(*reader->thumbnail(3), SizeIs(100));
  EXPECT_THAT(*reader->thumbnail(99), IsEmpty());
}

}  // namespace
}  // namespace vigia::ledger
