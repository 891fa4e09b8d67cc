#include "outbox/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/file.h"
#include "outbox/outbox_test_support.h"

namespace vigia::outbox {
namespace {

using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using testing::sample_shot;

class OutboxTest : public OutboxFixture {
 protected:
  std::string open_error(const std::string& path) {
    const auto opened = Outbox::open({.path = path}, {"findface"}, memory_, clock_);
    return opened.ok() ? "" : opened.error().text;
  }
};

TEST_F(OutboxTest, AShotComesBackAsItWasAlsoAfterARestart) {
  open();
  domain::Shot shot = sample_shot(3);
  shot.track = 18446744073709551615U;
  ASSERT_TRUE(outbox_->add(shot).ok());
  outbox_.reset();
  open();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->attempts, 0);
  const domain::Shot& back = taken->shot;
  EXPECT_EQ(back.camera, shot.camera);
  EXPECT_EQ(back.camera_id, shot.camera_id);
  EXPECT_EQ(back.track, shot.track);
  EXPECT_EQ(to_unix_us(back.captured), to_unix_us(shot.captured));
  EXPECT_EQ(back.stream_time, shot.stream_time);
  EXPECT_EQ(back.face.left, shot.face.left);
  EXPECT_EQ(back.face.top, shot.face.top);
  EXPECT_EQ(back.face.width, shot.face.width);
  EXPECT_EQ(back.face.height, shot.face.height);
  EXPECT_EQ(back.roi, shot.roi);
  EXPECT_EQ(back.score, shot.score);
  EXPECT_EQ(back.quality.total, 0.75F);
  EXPECT_EQ(back.quality.rank, 0.375F);
  for (const auto& part : domain::kQualityParts)
    EXPECT_EQ(back.quality.*part.value, shot.quality.*part.value) << part.name;
  ASSERT_TRUE(back.jpeg);
  EXPECT_EQ(back.jpeg->size, shot.jpeg->size);
  EXPECT_EQ(back.jpeg->bytes, shot.jpeg->bytes);
}

TEST_F(OutboxTest, ACameraWithoutFindFaceNumberStaysSo) {
  open();
  domain::Shot shot = sample_shot();
  shot.camera_id.reset();
  ASSERT_TRUE(outbox_->add(shot).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->shot.camera_id);
}

TEST_F(OutboxTest, AnAddedShotOutlivesAKilledProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto outbox = Outbox::open({.path = path_}, {"findface"}, memory_, clock_);
    if (!outbox || !(*outbox)->add(sample_shot(1)) || !(*outbox)->add(sample_shot(2))) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  open();
  EXPECT_EQ(outbox_->pending().shots, 2U);
  EXPECT_EQ(take()->shot.track, 2U);
  EXPECT_EQ(take()->shot.track, 1U);
}

// A shot for which add() returned ok is in the file, wherever in a commit or a fold of the log the process
// ends.
TEST_F(OutboxTest, NothingThatWasAddedIsMissingAfterAKillAtAnyMoment) {
  replay_.rate = 0;
  const std::string payload(30000, 'x');
  std::uint64_t answered = 0;
  for (int round = 0; round < 8; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto outbox = Outbox::open({.path = path_}, {"findface"}, memory_, clock_);
      for (std::uint64_t track = answered + 1; outbox.ok(); ++track) {
        domain::Shot shot = sample_shot(track);
        shot.jpeg = testing::sample_jpeg({.width = 640, .height = 360}, payload);
        if (!(*outbox)->add(shot) || ::write(pipe[1], &track, sizeof track) != sizeof track) break;
      }
      ::_exit(1);
    }
    ::close(pipe[1]);
    for (int wanted = 20 + round * 7; wanted > 0; --wanted) {
      std::uint64_t track = 0;
      ASSERT_EQ(::read(pipe[0], &track, sizeof track), static_cast<ssize_t>(sizeof track));
      answered = track;
    }
    ::kill(child, SIGKILL);
    // The last answers of the process.
    for (std::uint64_t track = 0; ::read(pipe[0], &track, sizeof track) == sizeof track;) answered = track;
    ::close(pipe[0]);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);

    open();
    std::set<std::uint64_t> tracks;
    while (auto taken = take()) {
      EXPECT_EQ(taken->shot.jpeg->bytes.size(), testing::sample_jpeg({640, 360}, payload)->bytes.size());
      tracks.insert(taken->shot.track);
    }
    for (std::uint64_t track = 1; track <= answered; ++track) EXPECT_TRUE(tracks.contains(track)) << track;
    if (!tracks.empty()) answered = std::max(answered, *tracks.rbegin());  // one more may be whole
    outbox_.reset();
  }
}

TEST_F(OutboxTest, ShotsLeaveInTheOrderOfTheirAdding) {
  open();
  for (const std::uint64_t track : {3U, 1U, 2U}) ASSERT_TRUE(outbox_->add(sample_shot(track)).ok());
  EXPECT_EQ(take()->shot.track, 3U);
  EXPECT_EQ(take()->shot.track, 1U);
  EXPECT_EQ(take()->shot.track, 2U);
}

TEST_F(OutboxTest, SeveralShotsInOneCallAreSeveralShots) {
  open();
  const std::vector<domain::Shot> shots = {sample_shot(1), sample_shot(2), sample_shot(3)};
  ASSERT_TRUE(outbox_->add(shots).ok());
  EXPECT_EQ(outbox_->pending().shots, 3U);
  for (const std::uint64_t track : {1U, 2U, 3U}) EXPECT_EQ(take()->shot.track, track);
}

TEST_F(OutboxTest, AClaimedShotIsNobodyElsesUntilTheProcessEnds) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  ASSERT_TRUE(take());
  EXPECT_FALSE(take());
  EXPECT_EQ(outbox_->pending().shots, 1U);
  outbox_.reset();
  open();
  EXPECT_TRUE(take());
}

TEST_F(OutboxTest, AFinishedShotIsGoneForGood) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  EXPECT_GT(outbox_->pending().bytes, 0);
  ASSERT_TRUE(outbox_->finished(*take()).ok());
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_EQ(outbox_->pending().bytes, 0);
  outbox_.reset();
  open();
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(OutboxTest, APostponedShotComesBackAtItsTimeWithItsHistory) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  const auto first = take();
  ASSERT_TRUE(
      outbox_->postpone(*first, {.until = clock_.now() + 10s, .doubtful = true, .why = "reset"}).ok());
  clock_.advance(9s);
  EXPECT_FALSE(take());
  clock_.advance(1s);
  const auto second = take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempts, 1);
  EXPECT_EQ(second->doubtful, 1);
}

TEST_F(OutboxTest, AfterARestartAPostponedShotIsDueAtOnceAndKeepsItsHistory) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  const auto first = take();
  ASSERT_TRUE(outbox_->postpone(*first, {.until = clock_.now() + 600s, .doubtful = true, .why = "x"}).ok());
  outbox_.reset();
  open();
  const auto second = take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempts, 1);
  EXPECT_EQ(second->doubtful, 1);
}

// The row as the end of the process leaves it.
TEST_F(OutboxTest, AnAttemptThatHasBegunAndNeverEndedIsDoubtful) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  for (const int before : {0, 1}) {
    const auto taken = take();
    EXPECT_EQ(taken->attempts, before);
    EXPECT_EQ(taken->doubtful, before);
    ASSERT_TRUE(outbox_->begin(*taken).ok());
    open();
  }
  EXPECT_EQ(take()->doubtful, 2);
}

TEST_F(OutboxTest, AnAttemptThatEndedIsAsItsEndSays) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  const auto first = take();
  ASSERT_TRUE(outbox_->begin(*first).ok());
  ASSERT_TRUE(
      outbox_->postpone(*first, {.until = clock_.now(), .doubtful = false, .why = "500", .error = true})
          .ok());
  open();
  const auto second = take();
  EXPECT_EQ(second->attempts, 1);
  EXPECT_EQ(second->doubtful, 0);
  EXPECT_EQ(second->errors, 1);
}

TEST_F(OutboxTest, TheTimeOfDayMayJumpWithoutMovingDueTimes) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  ASSERT_TRUE(outbox_->postpone(*take(), {.until = clock_.now() + 10s, .doubtful = false, .why = ""}).ok());
  clock_.set_utc(clock_.utc_now() + std::chrono::hours(1));
  EXPECT_FALSE(take());
  clock_.set_utc(clock_.utc_now() - std::chrono::hours(3));
  clock_.advance(10s);
  EXPECT_TRUE(take());
}

// A sender that waits in another thread, and the shot that it got.
class Waiting {
 public:
  Waiting(Outbox& outbox, SteadyTime not_before)
      : thread_([this, &outbox, not_before](const std::stop_token& stop) {
          auto taken = outbox.take("findface", not_before, stop);
          if (taken.ok() && *taken) track_ = (*taken)->shot.track;
        }) {}
  void stop() { thread_.request_stop(); }
  std::optional<std::uint64_t> result() {
    thread_.join();
    return track_;
  }

 private:
  std::optional<std::uint64_t> track_;
  std::jthread thread_;
};

TEST_F(OutboxTest, AWaitingSenderWakesForANewShot) {
  open();
  Waiting sender(*outbox_, clock_.now());
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  ASSERT_TRUE(outbox_->add(sample_shot(5)).ok());
  EXPECT_EQ(sender.result(), 5U);
}

TEST_F(OutboxTest, AWaitingSenderWakesWhenAPostponedShotIsDue) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot(6)).ok());
  auto first = outbox_->take("findface", clock_.now(), {});
  ASSERT_TRUE(first.ok() && *first);
  Waiting sender(*outbox_, clock_.now());
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  ASSERT_TRUE(outbox_->postpone(**first, {.until = clock_.now() + 4s, .doubtful = false, .why = ""}).ok());
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  // It may be between two waits now: it sleeps until a fixed moment, so one step of the clock is enough.
  clock_.advance(4s);
  EXPECT_EQ(sender.result(), 6U);
}

TEST_F(OutboxTest, APausingSenderTakesNothingBeforeItsTime) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot(7)).ok());
  Waiting sender(*outbox_, clock_.now() + 3s);
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  ASSERT_TRUE(outbox_->add(sample_shot(6)).ok());
  EXPECT_EQ(outbox_->pending().shots, 2U);
  clock_.advance(3s);
  EXPECT_EQ(sender.result(), 7U);
}

TEST_F(OutboxTest, AStopEndsTheWaitOfOneSenderAndNotOfTheOther) {
  open();
  Waiting stopped(*outbox_, clock_.now());
  Waiting other(*outbox_, clock_.now());
  ASSERT_TRUE(clock_.wait_for_sleepers(2));
  stopped.stop();
  EXPECT_EQ(stopped.result(), std::nullopt);
  ASSERT_TRUE(outbox_->add(sample_shot(8)).ok());
  EXPECT_EQ(other.result(), 8U);
}

TEST_F(OutboxTest, DrainingEndsTheWaitAndLeavesWhatIsNotDue) {
  open();
  Waiting sender(*outbox_, clock_.now());
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  outbox_->drain();
  EXPECT_EQ(sender.result(), std::nullopt);
}

TEST_F(OutboxTest, ManySendersCarryEachShotOnce) {
  open();
  constexpr int kShots = 60;
  std::mutex mutex;
  std::multiset<std::uint64_t> seen;
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 4; ++i) {
      senders.emplace_back([&] {
        for (;;) {
          auto taken = outbox_->take("findface", clock_.now(), {});
          if (!taken.ok() || !*taken) return;
          EXPECT_TRUE(outbox_->finished(**taken).ok());
          const std::lock_guard lock(mutex);
          seen.insert((*taken)->shot.track);
        }
      });
    }
    for (int i = 1; i <= kShots; ++i)
      ASSERT_TRUE(outbox_->add(sample_shot(static_cast<std::uint64_t>(i))).ok());
    outbox_->drain();
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kShots));
  EXPECT_EQ(std::set<std::uint64_t>(seen.begin(), seen.end()).size(), static_cast<std::size_t>(kShots));
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(OutboxTest, AnImageThatIsReadBackIsChargedToTheOutbox) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  {
    const auto taken = take();
    const auto owners = memory_.budget().by_owner();
    ASSERT_EQ(owners.size(), 1U);
    EXPECT_EQ(owners.front().kind, memory::Kind::outbox);
    EXPECT_EQ(owners.front().bytes, static_cast<Bytes>(taken->shot.jpeg->bytes.size()));
  }
  EXPECT_EQ(memory_.budget().in_use(), 0);
}

TEST_F(OutboxTest, AShotWhoseDeletionFailedIsNotHandedOutAgainAndIsDeletedLater) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot(1)).ok());
  ASSERT_TRUE(outbox_->add(sample_shot(2)).ok());
  const auto first = take();
  // Another program holds the file for longer than we wait.
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_FALSE(outbox_->finished(*first).ok());
  sqlite3_close(other);
  EXPECT_EQ(outbox_->pending().shots, 1U);
  clock_.advance(1s);
  ASSERT_TRUE(outbox_->add(sample_shot(3)).ok());
  outbox_.reset();
  open();
  EXPECT_EQ(outbox_->pending().shots, 2U);
  EXPECT_EQ(take()->shot.track, 3U);
  EXPECT_EQ(take()->shot.track, 2U);
}

TEST_F(OutboxTest, TheFileShrinksAgainAfterAnOutage) {
  open();
  constexpr std::uint64_t kShots = 60;
  const std::string payload(500000, 'x');
  for (std::uint64_t i = 1; i <= kShots; ++i) {
    domain::Shot shot = sample_shot(i);
    shot.jpeg = testing::sample_jpeg({.width = 640, .height = 360}, payload);
    ASSERT_TRUE(outbox_->add(shot).ok());
  }
  while (const auto taken = take()) ASSERT_TRUE(outbox_->finished(*taken).ok());
  outbox_.reset();  // the last connection copies the log into the file
  EXPECT_LT(std::filesystem::file_size(path_), 16U << 20);
}

TEST_F(OutboxTest, ASecondProcessIsToldWhoHoldsTheFile) {
  open();
  const std::string error = open_error(path_);
  EXPECT_THAT(error, HasSubstr("in use by another Vigia (process " + std::to_string(::getpid()) + ")"));
  EXPECT_THAT(error, HasSubstr("outbox.path"));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = Outbox::open({.path = path_}, {"findface"}, memory_, clock_);
    ::_exit(second.ok() ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(OutboxTest, TheDatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
  execute("CREATE TABLE recipes(name TEXT)");
  const std::string before = *read_file(path_, 1_MiB);
  EXPECT_THAT(open_error(path_), HasSubstr("is the database of another program"));
  EXPECT_EQ(*read_file(path_, 1_MiB), before);
}

TEST_F(OutboxTest, AFileOfANewerVigiaIsRefused) {
  open();
  outbox_.reset();
  execute("PRAGMA user_version=99");
  EXPECT_THAT(open_error(path_), HasSubstr("newer Vigia (schema 99, this one knows 5)"));
}

TEST_F(OutboxTest, PathsThatCannotBeUsedAreNamed) {
  EXPECT_THAT(open_error(dir_ / "missing/vigia.db"),
              HasSubstr("missing/vigia.db.lock: cannot create: No such file"));
  std::ofstream(dir_ / "file") << "x";
  EXPECT_THAT(open_error(dir_ / "file/vigia.db"), HasSubstr("Not a directory"));
  std::filesystem::create_directory(dir_ / "folder");
  EXPECT_THAT(open_error(dir_ / "folder"),
              HasSubstr("outbox " + (dir_ / "folder") + ": cannot open: Is a directory"));
  EXPECT_THAT(open_error("/proc/vigia.db"), HasSubstr("outbox.path"));
}

TEST_F(OutboxTest, AFolderThatMayNotBeWrittenIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const std::string folder = dir_ / "readonly";
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(open_error(folder + "/vigia.db"), HasSubstr("Permission denied; make the folder writable"));
}

TEST_F(OutboxTest, ThePicturesAreForThisUserOnly) {
  open();
  ASSERT_TRUE(outbox_->add(sample_shot()).ok());
  EXPECT_FALSE(readable_by_others(path_));
  EXPECT_FALSE(readable_by_others(path_ + "-wal"));
}

}  // namespace
}  // namespace vigia::outbox
