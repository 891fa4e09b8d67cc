// A damaged file is set aside, and what can be read of it is delivered.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "outbox/outbox_test_support.h"
#include "testing/faulty_disk.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;

class OutboxDamageTest : public OutboxFixture {
 protected:
  OutboxDamageTest() { replay_.rate = 0; }

  void fill(std::uint64_t shots) {
    open();
    for (std::uint64_t track = 1; track <= shots; ++track) {
      ASSERT_TRUE(outbox_->add(large_shot(track, 20000)).ok());
    }
    outbox_.reset();  // everything is in the file, and there is no log
  }
  // Overwrites the file between two positions, 0 to 1.
  void overwrite(double from, double to) {
    const auto size = static_cast<double>(std::filesystem::file_size(path_));
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size * from));
    file << std::string(static_cast<std::size_t>(size * (to - from)), '\xff');
  }
  [[nodiscard]] std::vector<std::string> set_aside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      const std::string name = entry.path().filename().string();
      const bool is_log = name.ends_with("-shm") || name.ends_with("-wal");
      if (name.find(".damaged-") != name.npos && !is_log) names.push_back(name);
    }
    return names;
  }
  // The tracks that senders get in the end, when nothing fails.
  std::set<std::uint64_t> deliver_all() {
    std::set<std::uint64_t> tracks;
    for (int i = 0; i < 3; ++i) {
      while (const auto taken = take()) {
        tracks.insert(taken->shot.track);
        EXPECT_TRUE(outbox_->finished(*taken).ok());
      }
      clock_.advance(1min);
    }
    return tracks;
  }
};

TEST_F(OutboxDamageTest, AFileThatIsNoDatabaseIsSetAsideAndANewOneBegun) {
  std::ofstream(path_) << std::string(5000, 'x');
  open();
  ASSERT_TRUE(add(1).ok());
  EXPECT_EQ(set_aside(), std::vector<std::string>{"vigia.db.damaged-20330518T033320Z"});
  EXPECT_EQ(std::filesystem::file_size(dir_ / set_aside().front()), 5000U);
  open();
  EXPECT_EQ(outbox_->pending().shots, 1U);
  EXPECT_EQ(set_aside().size(), 1U);
}

TEST_F(OutboxDamageTest, OfATruncatedFileWhatIsLeftGoesOn) {
  fill(100);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 4 * 3 / 4096 * 4096);
  open();
  const std::set<std::uint64_t> tracks = deliver_all();
  EXPECT_FALSE(tracks.empty());
  EXPECT_LT(tracks.size(), 100U);
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_EQ(outbox_->pending().shots, 0U);
  ASSERT_TRUE(add(101).ok());
  EXPECT_EQ(take()->shot.track, 101U);
}

TEST_F(OutboxDamageTest, DamageThatIsFoundWhileRunningIsMendedAndEveryLossTold) {
  fill(40);
  overwrite(0.7, 0.9);
  open();
  const std::set<std::uint64_t> tracks = deliver_all();
  EXPECT_GT(tracks.size(), 10U);
  EXPECT_LT(tracks.size(), 40U);
  EXPECT_EQ(tracks.size() + fates_.all().size(), 40U);
  for (const Fates::Fate& fate : fates_.all()) {
    EXPECT_FALSE(fate.reason);
    EXPECT_EQ(fate.shot.camera, "gate");
  }
  EXPECT_EQ(outbox_->status().lost, fates_.all().size());
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_EQ(outbox_->pending().shots, 0U);
  ASSERT_TRUE(add(41).ok());
  open();
  EXPECT_EQ(take()->shot.track, 41U);
  EXPECT_FALSE(take());
}

TEST_F(OutboxDamageTest, WhatWasTriedBeforeTheDamageIsRemembered) {
  open();
  for (std::uint64_t track = 1; track <= 40; ++track) {
    ASSERT_TRUE(outbox_->add(large_shot(track, 20000)).ok());
    const auto taken = take();
    ASSERT_TRUE(outbox_->postpone(*taken, {.until = clock_.now() + 1h, .doubtful = true, .why = "x"}).ok());
  }
  outbox_.reset();
  overwrite(0.8, 0.85);
  open();
  int carried = 0;
  while (const auto taken = take()) {
    EXPECT_EQ(taken->doubtful, 1);
    ++carried;
  }
  EXPECT_GT(carried, 10);
  EXPECT_EQ(set_aside().size(), 1U);
}

// The copy needs room. Until there is some, nothing is given up, and what can be read is delivered.
TEST_F(OutboxDamageTest, WhileThereIsNoRoomForTheCopyNothingIsLost) {
  testing::FaultyDisk disk;
  fill(40);
  overwrite(0.7, 0.9);
  open();
  disk.fail(testing::FaultyDisk::Fault::full);
  std::set<std::uint64_t> tracks;
  outbox_->drain();
  for (int i = 0; i < 40; ++i) {
    const auto taken = outbox_->take("findface", clock_.now(), {});
    if (!taken.ok() || !*taken) continue;
    tracks.insert((*taken)->shot.track);
    EXPECT_FALSE(outbox_->finished(**taken).ok());
  }
  EXPECT_GT(tracks.size(), 10U);
  EXPECT_LT(tracks.size(), 40U);
  EXPECT_FALSE(add(41).ok());
  EXPECT_TRUE(fates_.all().empty());
  EXPECT_TRUE(set_aside().empty());
  EXPECT_EQ(outbox_->pending().shots + tracks.size(), 41U);

  disk.fail(testing::FaultyDisk::Fault::none);
  clock_.advance(1min);
  outbox_->tend();
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_FALSE(outbox_->trouble());
  tracks.merge(deliver_all());
  EXPECT_TRUE(tracks.contains(41));
  EXPECT_EQ(tracks.size() + fates_.all().size(), 41U);
  open();
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(OutboxDamageTest, AStartWithADamagedFileAndNoRoomLosesNothing) {
  testing::FaultyDisk disk;
  fill(100);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 4 * 3 / 4096 * 4096);
  disk.fail(testing::FaultyDisk::Fault::full);
  open();
  EXPECT_TRUE(outbox_->trouble());
  EXPECT_FALSE(add(101).ok());
  EXPECT_EQ(take()->shot.track, 101U);
  EXPECT_TRUE(set_aside().empty());
  disk.fail(testing::FaultyDisk::Fault::none);
  clock_.advance(1min);
  outbox_->tend();
  EXPECT_FALSE(outbox_->trouble());
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_GT(outbox_->pending().shots, 50U);
}

TEST_F(OutboxDamageTest, ACopyThatFailsAgainAndAgainIsOneLineAndWhatCannotBeReadOneAMinute) {
  testing::FaultyDisk disk;
  fill(40);
  overwrite(0.7, 0.9);
  open();
  disk.fail(testing::FaultyDisk::Fault::full);
  const Log log;
  outbox_->drain();
  int unreadable = 0;
  for (int i = 0; i < 40; ++i) {
    if (!outbox_->take("findface", clock_.now(), {}).ok()) ++unreadable;
  }
  for (int i = 0; i < 100; ++i) {
    clock_.advance(1s);
    outbox_->tend();
  }
  EXPECT_GT(unreadable, 1);
  const std::vector<std::string> lines = log.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[0].find("cannot be copied yet"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("1 waiting faces could not be read back"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find(std::to_string(unreadable) + " in all"), std::string::npos) << lines[2];
}

// The files as a kill leaves them in the middle of the copy.
TEST_F(OutboxDamageTest, ACopyThatDidNotComeToItsEndIsMadeAnew) {
  fill(40);
  std::filesystem::copy_file(path_, path_ + ".mending");
  std::filesystem::resize_file(path_ + ".mending", 40960);
  std::ofstream(path_ + ".mending-wal") << "x";
  overwrite(0.7, 0.9);
  open();
  EXPECT_GT(deliver_all().size(), 10U);
  EXPECT_EQ(set_aside().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".mending"));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".mending-wal"));
}

// The files as a kill leaves them before the last renaming, and before the last but one.
TEST_F(OutboxDamageTest, ACopyThatIsWholeTakesTheDamagedFilesPlaceAtTheNextStart) {
  for (const bool damaged_is_there : {true, false}) {
    fill(5);
    std::filesystem::copy_file(path_, path_ + ".mended");
    if (damaged_is_there) {
      overwrite(0, 1);
    } else {
      std::filesystem::remove(path_);
      std::ofstream(path_ + "-wal") << "what is left of the damaged one";
    }
    open();
    EXPECT_EQ(deliver_all().size(), 5U);
    EXPECT_FALSE(std::filesystem::exists(path_ + ".mended"));
    EXPECT_EQ(set_aside().size(), 1U);
  }
}

// Damage at many places: never a crash, never a file that cannot be used afterwards.
TEST_F(OutboxDamageTest, WhereverTheDamageIsTheOutboxGoesOn) {
  for (int cut = 0; cut < 20; ++cut) {
    outbox_.reset();
    for (const char* const ending : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + ending);
    fill(10);
    overwrite(cut / 20.0, cut / 20.0 + 0.05);
    open();
    const std::size_t delivered = deliver_all().size();
    EXPECT_LE(delivered, 10U);
    EXPECT_TRUE(add(11).ok());
    clock_.advance(2min);
  }
}

}  // namespace
}  // namespace vigia::outbox
