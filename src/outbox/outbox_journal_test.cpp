// The journal keeps tracks that are open when the program, or the machine, ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "domain/event_id.h"
#include "outbox/faulty_outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using domain::Shot;
using Fault = testing::FaultyDisk::Fault;
using Tracks = std::vector<std::uint64_t>;

class Recovered final : public ShotListener {
 public:
  void recovered(const Shot& shot) override { tracks.push_back(shot.track); }
  void delivered(const Shot&) override {}
  void refused(const Shot&, domain::Reason, const std::string&) override {}
  void failed(const Shot&, const std::string&) override {}
  Tracks tracks;
};

class OutboxJournalTest : public FaultyOutboxFixture {
 protected:
  // A track's best shot at that second.
  static Shot best(std::uint64_t track, int second = 0) {
    Shot shot = testing::sample_shot(track);
    shot.captured += std::chrono::seconds(second);
    shot.quality.total = 0.5F + 0.01F * static_cast<float>(second);
    shot.jpeg = testing::sample_jpeg({.width = 640, .height = 360},
                                     "track " + std::to_string(track) + " at " + std::to_string(second));
    return shot;
  }
  std::size_t journal(const Shot& shot) { return outbox_->journal({&shot, 1}).size(); }
  static EndedTrack ended(std::uint64_t track, std::vector<std::uint64_t> joined = {}) {
    return {.key = {"gate", 7, track}, .joined = std::move(joined)};
  }
  Status add_ended(const Shot& shot, std::vector<std::uint64_t> joined = {}) {
    const EndedTrack track = ended(shot.track, std::move(joined));
    return outbox_->add({&shot, 1}, {&track, 1});
  }
  void end_without_a_shot(std::uint64_t track) {
    const EndedTrack over = ended(track);
    ASSERT_TRUE(outbox_->add({}, {&over, 1}).ok());
  }
  // Leaves the file as a kill does, without what the outbox does at its end.
  void kill_and_start() {
    const std::string left = dir_ / "left.db";
    for (const char* const ending : {"", "-wal"}) {
      std::filesystem::copy_file(path_ + ending, left + ending);
    }
    outbox_.reset();
    for (const char* const ending : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path_ + ending);
      if (std::filesystem::exists(left + ending)) std::filesystem::rename(left + ending, path_ + ending);
    }
    open();
  }
  // With a shot in its journal, on a disk that has gone.
  std::unique_ptr<Outbox> start_without_a_disk() {
    open();
    journal(best(1));
    outbox_.reset();
    disk_.fail(Fault::gone);
    auto opened = Outbox::open(options_, routes_, memory_, clock_, replay_);
    EXPECT_TRUE(opened.ok());
    return opened ? *std::move(opened) : nullptr;
  }
  [[nodiscard]] std::size_t in_journal() const { return outbox_->status().in_journal; }
  [[nodiscard]] std::uint64_t refused() const { return outbox_->status().journal_refused; }
};

TEST_F(OutboxJournalTest, NobodyIsOwedWhatItHas) {
  open();
  journal(best(1));
  EXPECT_EQ(in_journal(), 1U);
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_EQ(take_all(), Tracks());
}

TEST_F(OutboxJournalTest, AfterAKillItIsSentOnceAsItWas) {
  routes_ = {"findface", "mqtt"};
  open();
  journal(best(1, 3));
  kill_and_start();
  EXPECT_EQ(in_journal(), 0U);
  EXPECT_EQ(outbox_->pending("mqtt").shots, 1U);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(event_id(taken->shot), event_id(best(1, 3)));
  EXPECT_EQ(taken->shot.jpeg->bytes, best(1, 3).jpeg->bytes);
  EXPECT_EQ(taken->shot.quality.total, best(1, 3).quality.total);
  EXPECT_EQ(taken->shot.roi, best(1, 3).roi);
  EXPECT_EQ(taken->attempts, 0);
  ASSERT_TRUE(outbox_->finished(*taken).ok());
  ASSERT_TRUE(outbox_->finished(*take("mqtt")).ok());
  kill_and_start();
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 0);
}

TEST_F(OutboxJournalTest, OnlyTheBestOfATrackIsKept) {
  open();
  for (int second = 0; second < 5; ++second) journal(best(1, second));
  EXPECT_EQ(number("SELECT count(*) FROM images"), 1);
  kill_and_start();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.captured, best(1, 4).captured);
  EXPECT_EQ(take_all(), Tracks());
}

TEST_F(OutboxJournalTest, WhatItHasIsNotWrittenAgain) {
  open();
  EXPECT_TRUE(outbox_->is_wanted_in_journal(key_of(best(1)), best(1).captured));
  journal(best(1));
  EXPECT_FALSE(outbox_->is_wanted_in_journal(key_of(best(1)), best(1).captured));
  EXPECT_TRUE(outbox_->is_wanted_in_journal(key_of(best(1)), best(1, 1).captured));
  const int before = disk_.writes();
  journal(best(1));
  EXPECT_EQ(disk_.writes(), before);
}

TEST_F(OutboxJournalTest, TheFinalShotTakesItsPlace) {
  open();
  journal(best(1, 0));
  ASSERT_TRUE(add_ended(best(1, 9)).ok());
  EXPECT_EQ(in_journal(), 0U);
  kill_and_start();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.captured, best(1, 9).captured);
  EXPECT_EQ(take_all(), Tracks());
}

TEST_F(OutboxJournalTest, TheSamePictureIsNotWrittenTwice) {
  open();
  const Shot large = large_shot(1, 1'000'000);
  const int first = disk_.writes();
  journal(large);
  const int journalled = disk_.writes();
  ASSERT_TRUE(add_ended(large).ok());
  EXPECT_LT(disk_.writes() - journalled, (journalled - first) / 10);
  kill_and_start();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.jpeg->bytes, large.jpeg->bytes);
  ASSERT_TRUE(outbox_->finished(*taken).ok());
  EXPECT_EQ(number("SELECT count(*) FROM shots"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 0);
}

TEST_F(OutboxJournalTest, ATrackThatEndsWithoutAShotIsForgotten) {
  open();
  journal(best(1));
  journal(best(2));
  end_without_a_shot(1);
  kill_and_start();
  EXPECT_EQ(take_all(), Tracks{2});
}

TEST_F(OutboxJournalTest, PartsOfThePersonGoWithTheShot) {
  open();
  for (const std::uint64_t track : {1U, 2U, 3U}) journal(best(track));
  ASSERT_TRUE(add_ended(best(3, 5), {1, 2}).ok());
  EXPECT_EQ(in_journal(), 0U);
  kill_and_start();
  EXPECT_EQ(take_all(), Tracks{3});
}

TEST_F(OutboxJournalTest, CamerasOfTheSameNameAreTwo) {
  open();
  Shot other = best(1, 1);
  other.camera_id = 8;
  journal(best(1));
  journal(other);
  ASSERT_TRUE(add_ended(best(1)).ok());
  EXPECT_EQ(in_journal(), 1U);
  kill_and_start();
  EXPECT_EQ(outbox_->pending().shots, 2U);
}

// Real-time mode: the track goes on, and what was posted is not kept.
TEST_F(OutboxJournalTest, AShotOfATrackThatGoesOnTakesItsPlaceToo) {
  open();
  journal(best(1));
  ASSERT_TRUE(outbox_->add(best(1, 1)).ok());
  EXPECT_EQ(in_journal(), 0U);
  journal(best(1, 2));  // a better one came
  kill_and_start();
  EXPECT_EQ(take_all(), (Tracks{1, 1}));
}

TEST_F(OutboxJournalTest, ThePrimaryRouteIsToldOnceOfWhatIsSentNow) {
  routes_ = {"findface", "mqtt"};
  open();
  journal(best(1));
  journal(best(2));
  outbox_.reset();
  auto opened = Outbox::open(options_, routes_, memory_, clock_, replay_);
  ASSERT_TRUE(opened.ok());
  Recovered primary;
  Recovered other;
  (*opened)->listen("mqtt", other);
  (*opened)->listen("findface", primary);
  EXPECT_EQ(primary.tracks, (Tracks{1, 2}));
  EXPECT_EQ(other.tracks, Tracks());
}

TEST_F(OutboxJournalTest, OfADiskThatComesLateToo) {
  const auto outbox = start_without_a_disk();
  ASSERT_NE(outbox, nullptr);
  Recovered primary;
  outbox->listen("findface", primary);
  EXPECT_EQ(primary.tracks, Tracks());
  disk_.fail(Fault::none);
  clock_.advance(1s);
  outbox->tend();
  EXPECT_EQ(primary.tracks, Tracks{1});
}

// The listeners of a program that stops are destroyed before the outbox is.
TEST_F(OutboxJournalTest, OfADiskThatComesAfterTheStopNobodyIsTold) {
  auto outbox = start_without_a_disk();
  ASSERT_NE(outbox, nullptr);
  Recovered primary;
  outbox->listen("findface", primary);
  outbox->close();
  disk_.fail(Fault::none);
  clock_.advance(1s);
  outbox.reset();
  EXPECT_EQ(primary.tracks, Tracks());
  open();
  EXPECT_EQ(take_all(), Tracks{1});
}

TEST_F(OutboxJournalTest, AStopLeavesWhatNobodyEndedForTheNextStart) {
  open();
  journal(best(1));
  outbox_->drain();
  outbox_->close();
  open();
  EXPECT_EQ(take_all(), Tracks{1});
}

TEST_F(OutboxJournalTest, WhatIsTooOldAtTheStartExpires) {
  open();
  Shot shot = best(1);
  shot.max_age = 60s;
  shot.read_at = clock_.now();
  journal(shot);
  clock_.advance(61s);
  kill_and_start();
  outbox_->tend();
  EXPECT_EQ(fates_.tracks(domain::Reason::expired), Tracks{1});
  EXPECT_EQ(take_all(), Tracks());
}

// Bounds.

TEST_F(OutboxJournalTest, ItHasAQuarterOfTheRoom) {
  options_.max_bytes = 1_MiB;
  open();
  journal(large_shot(1, 200'000));
  journal(large_shot(2, 200'000));
  EXPECT_EQ(in_journal(), 1U);
  EXPECT_EQ(refused(), 1U);
  Shot better = large_shot(1, 210'000);
  better.captured += 1s;
  journal(better);  // it makes its own room
  EXPECT_EQ(in_journal(), 1U);
  EXPECT_EQ(refused(), 1U);
}

TEST_F(OutboxJournalTest, NoShotThatWaitsGivesWayToIt) {
  options_.max_bytes = 1_MiB;
  open();
  for (std::uint64_t track = 1; track <= 5; ++track) {
    ASSERT_TRUE(outbox_->add(large_shot(track, 200'000)).ok());
  }
  journal(large_shot(6, 100'000));
  EXPECT_EQ(refused(), 1U);
  EXPECT_EQ(outbox_->pending().shots, 5U);
  EXPECT_EQ(outbox_->status().shed, 0U);
}

// Which writes are synced.

int syncs_of_journal(OutboxOptions& options, const std::string& durability, testing::FaultyDisk& disk,
                     const std::function<void()>& open, const std::function<void(int)>& journal) {
  options.durability = durability;
  open();
  journal(0);
  const int before = disk.syncs();
  journal(1);
  return disk.syncs() - before;
}

TEST_F(OutboxJournalTest, IsSyncedAsAShotIs) {
  const auto syncs = [this](const std::string& durability) {
    return syncs_of_journal(
        options_, durability, disk_, [this] { open(); }, [this](int second) { journal(best(1, second)); });
  };
  EXPECT_GE(syncs("shots"), 1);
  EXPECT_GE(syncs("full"), 1);
  EXPECT_EQ(syncs("process"), 0);
}

TEST_F(OutboxJournalTest, AllThatAreDueShareASync) {
  open();
  journal(best(1));
  int before = disk_.syncs();
  journal(best(2));
  const int one = disk_.syncs() - before;
  const std::vector<Shot> many = {best(1, 1), best(2, 1), best(3, 1), best(4, 1)};
  before = disk_.syncs();
  EXPECT_EQ(outbox_->journal(many).size(), 4U);
  EXPECT_EQ(disk_.syncs() - before, one);
}

// A disk that refuses.

class OutboxJournalFaultTest : public OutboxJournalTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(OutboxJournalFaultTest, IsNeitherWaitedForNorAskedOverAndOver) {
  open();
  journal(best(1));
  disk_.fail(GetParam());
  journal(best(1, 1));
  EXPECT_EQ(refused(), 1U);
  const int before = disk_.writes();
  EXPECT_FALSE(outbox_->is_wanted_in_journal(key_of(best(1)), best(1, 2).captured));
  journal(best(1, 2));
  EXPECT_EQ(disk_.writes(), before);
  EXPECT_EQ(refused(), 3U);
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_FALSE(outbox_->trouble());
  journal(best(1, 2));  // it is offered again
  kill_and_start();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.captured, best(1, 2).captured);
  EXPECT_EQ(take_all(), Tracks());
}

TEST_P(OutboxJournalFaultTest, AFinalShotFromMemoryTakesItsPlaceLater) {
  open();
  journal(best(1));
  disk_.fail(GetParam());
  EXPECT_FALSE(add_ended(best(1, 9)).ok());
  const auto taken = take();  // from memory
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.captured, best(1, 9).captured);
  ASSERT_TRUE(outbox_->finished(*taken).ok());
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_FALSE(outbox_->trouble());
  kill_and_start();
  EXPECT_EQ(take_all(), Tracks()) << "sent before";
}

TEST_P(OutboxJournalFaultTest, AFinalShotThatIsTheSamePictureToo) {
  open();
  journal(best(1));
  disk_.fail(GetParam());
  EXPECT_FALSE(add_ended(best(1)).ok());
  ASSERT_TRUE(outbox_->finished(*take()).ok());
  disk_.fail(Fault::none);
  a_second_later();
  kill_and_start();
  EXPECT_EQ(take_all(), Tracks()) << "sent before";
  EXPECT_EQ(number("SELECT count(*) FROM images"), 0);
}

TEST_P(OutboxJournalFaultTest, KilledMeanwhileItIsSentAtLeast) {
  open();
  journal(best(1));
  disk_.fail(GetParam());
  EXPECT_FALSE(add_ended(best(1, 9)).ok());
  const std::string left = dir_ / "left.db";
  for (const char* const ending : {"", "-wal"}) std::filesystem::copy_file(path_ + ending, left + ending);
  outbox_.reset();
  disk_.fail(Fault::none);
  path_ = left;
  open();
  EXPECT_EQ(take_all(), Tracks{1});
}

INSTANTIATE_TEST_SUITE_P(Faults, OutboxJournalFaultTest,
                         ::testing::Values(Fault::full, Fault::read_only, Fault::io), name_of);

TEST_F(OutboxJournalTest, IsThereWhenTheDiskComesLate) {
  open();
  journal(best(1));
  journal(best(2));
  outbox_.reset();
  disk_.fail(Fault::gone);
  open();
  EXPECT_EQ(take_all(), Tracks());
  journal(best(3));  // refused
  disk_.fail(Fault::none);
  a_second_later();
  const auto sent = take_all();
  EXPECT_EQ(std::set(sent.begin(), sent.end()), (std::set<std::uint64_t>{1, 2}));
}

// A damaged file is copied with its journal.
TEST_F(OutboxJournalTest, SurvivesTheMendingOfTheFile) {
  replay_.rate = 0;
  open();
  for (std::uint64_t track = 1; track <= 40; ++track) {
    ASSERT_TRUE(outbox_->add(large_shot(track, 20'000)).ok());
  }
  open();
  journal(best(50));
  {
    const auto size = static_cast<double>(std::filesystem::file_size(path_));
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size * 0.4));
    file << std::string(static_cast<std::size_t>(size * 0.2), '\xff');
  }
  outbox_->drain();
  while (true) {  // until one cannot be read
    const auto taken = outbox_->take("findface", clock_.now(), {});
    if (taken.ok() && !*taken) break;
  }
  EXPECT_GT(outbox_->status().lost, 0U) << "nothing was tried";
  EXPECT_EQ(in_journal(), 1U);
  ASSERT_TRUE(add_ended(best(50, 1)).ok());
  journal(best(51));
  kill_and_start();
  const Tracks sent = take_all();
  EXPECT_EQ(std::ranges::count(sent, 50U), 1);
  EXPECT_EQ(std::ranges::count(sent, 51U), 1);
}

}  // namespace
}  // namespace vigia::outbox
