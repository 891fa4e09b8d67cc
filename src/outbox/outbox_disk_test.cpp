// Which writes are synced, and what happens while the disk refuses.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "outbox/faulty_outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using domain::Reason;
using Fault = testing::FaultyDisk::Fault;
using Tracks = std::vector<std::uint64_t>;

class OutboxDiskTest : public FaultyOutboxFixture {};

struct Syncs {
  int add, begin, postpone, finish;
};

class DurabilityTest : public OutboxDiskTest {
 protected:
  Syncs syncs_with(const std::string& durability) {
    options_.durability = durability;
    open();
    EXPECT_TRUE(add(1).ok());  // the first one sets up the log
    Syncs syncs{};
    int before = disk_.syncs();
    EXPECT_TRUE(add(2).ok());
    syncs.add = disk_.syncs() - before;
    auto taken = take();
    before = disk_.syncs();
    EXPECT_TRUE(outbox_->begin(*taken).ok());
    syncs.begin = disk_.syncs() - before;
    before = disk_.syncs();
    EXPECT_TRUE(outbox_->postpone(*taken, {.until = clock_.now(), .doubtful = false, .why = ""}).ok());
    syncs.postpone = disk_.syncs() - before;
    taken = take();
    before = disk_.syncs();
    EXPECT_TRUE(outbox_->finished(*taken).ok());
    syncs.finish = disk_.syncs() - before;
    return syncs;
  }
};

TEST_F(DurabilityTest, FullSyncsEveryChange) {
  const Syncs syncs = syncs_with("full");
  EXPECT_GE(syncs.add, 1);
  EXPECT_EQ(syncs.begin, 0);  // a mark for the end of the process only
  EXPECT_GE(syncs.postpone, 1);
  EXPECT_GE(syncs.finish, 1);
}

TEST_F(DurabilityTest, ShotsSyncsWhatWasAddedOnly) {
  const Syncs syncs = syncs_with("shots");
  EXPECT_GE(syncs.add, 1);
  EXPECT_EQ(syncs.postpone, 0);
  EXPECT_EQ(syncs.finish, 0);
  const int before = disk_.syncs();
  outbox_.reset();
  EXPECT_GT(disk_.syncs(), before);  // a stop syncs the deletion, too
}

TEST_F(DurabilityTest, ProcessSyncsNothing) {
  const Syncs syncs = syncs_with("process");
  EXPECT_EQ(syncs.add, 0);
  EXPECT_EQ(syncs.postpone, 0);
  EXPECT_EQ(syncs.finish, 0);
}

TEST_F(DurabilityTest, ShotsAddedTogetherShareASync) {
  open();
  ASSERT_TRUE(add(1).ok());
  const int before_one = disk_.syncs();
  ASSERT_TRUE(add(2).ok());
  const int of_one = disk_.syncs() - before_one;
  const std::vector<domain::Shot> shots(8, testing::sample_shot(3));
  const int before = disk_.syncs();
  ASSERT_TRUE(outbox_->add(shots).ok());
  EXPECT_EQ(disk_.syncs() - before, of_one);
}

class RefusingDiskTest : public OutboxDiskTest, public ::testing::WithParamInterface<Fault> {};
INSTANTIATE_TEST_SUITE_P(Faults, RefusingDiskTest,
                         ::testing::Values(Fault::full, Fault::read_only, Fault::io), name_of);

TEST_P(RefusingDiskTest, ShotsAreKeptInMemoryAndWrittenOnceItWorksAgain) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  EXPECT_FALSE(add(3).ok());
  EXPECT_EQ(outbox_->pending().shots, 3U);
  EXPECT_EQ(outbox_->status().in_memory, 2U);
  a_second_later();
  EXPECT_EQ(outbox_->status().in_memory, 2U);
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_EQ(outbox_->status().in_memory, 0U);
  ASSERT_TRUE(add(4).ok());
  open();
  EXPECT_EQ(take_all(), (Tracks{4, 3, 2, 1}));
  EXPECT_TRUE(fates_.all().empty());
}

TEST_P(RefusingDiskTest, DeliveringGoesOnAndNothingIsSentTwice) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  for (const std::uint64_t track : {1U, 2U}) {
    const auto taken = take();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->shot.track, track);
    EXPECT_FALSE(taken->shot.jpeg->bytes.empty());
    static_cast<void>(outbox_->finished(*taken));
  }
  EXPECT_FALSE(take());
  EXPECT_EQ(outbox_->pending().shots, 0U);
  disk_.fail(Fault::none);
  a_second_later();
  open();
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_P(RefusingDiskTest, DoubtsAreRememberedForShotsOnDiskAndInMemory) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  for (int i = 0; i < 2; ++i) {
    const auto taken = take();
    static_cast<void>(outbox_->postpone(*taken, {.until = clock_.now(), .doubtful = true, .why = "reset"}));
    // Taken once more while the disk refuses: what memory has counts.
    const auto again = take();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->shot.track, taken->shot.track);
    EXPECT_EQ(again->doubtful, 1);
    static_cast<void>(outbox_->postpone(*again, {.until = clock_.now() + 1h, .doubtful = true, .why = ""}));
  }
  disk_.fail(Fault::none);
  a_second_later();
  open();
  for (int i = 0; i < 2; ++i) {
    const auto taken = take();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->attempts, 2);
    EXPECT_EQ(taken->doubtful, 2);
  }
}

TEST_P(RefusingDiskTest, WhatIsInMemoryOnlyAtTheEndIsLostAndSaidSo) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  EXPECT_EQ(outbox_->status().never_on_disk, 0U) << "there is still time";
  outbox_->close();
  EXPECT_EQ(fates_.tracks(std::nullopt), (Tracks{2}));
  EXPECT_EQ(outbox_->status().lost, 1U);
  EXPECT_EQ(outbox_->status().never_on_disk, 1U);
  EXPECT_EQ(outbox_->pending().shots, 1U);
}

TEST_P(RefusingDiskTest, TheEndWritesWhatItCan) {
  open();
  disk_.fail(GetParam());
  EXPECT_FALSE(add(1).ok());
  disk_.fail(Fault::none);
  outbox_->close();
  EXPECT_TRUE(fates_.all().empty());
  open();
  EXPECT_EQ(take_all(), (Tracks{1}));
}

TEST_F(OutboxDiskTest, OnlyWhatFreesMemoryIsGivenUpWhereASenderHasTheOldest) {
  routes_ = {"findface", "mqtt"};
  open();
  disk_.fail(Fault::full);
  constexpr std::size_t kThird = 5'500'000;  // a quarter of the budget holds three
  for (const std::uint64_t track : {1U, 2U, 3U}) {
    EXPECT_FALSE(outbox_->add(large_shot(track, kThird)).ok());
  }
  ASSERT_EQ(take("mqtt")->shot.track, 1U);
  EXPECT_FALSE(outbox_->add(large_shot(4, kThird)).ok());
  EXPECT_EQ(fates_.tracks(Reason::shed), (Tracks{2}));
  EXPECT_EQ(take_all("findface"), (Tracks{1, 3, 4}));
}

TEST_F(OutboxDiskTest, BeyondItsPartOfTheMemoryTheOldestGo) {
  open();
  disk_.fail(Fault::full);
  constexpr std::uint64_t kShots = 20;
  for (std::uint64_t track = 1; track <= kShots; ++track) {
    EXPECT_FALSE(outbox_->add(large_shot(track, 1000000)).ok());
  }
  // A quarter of 64 MiB.
  EXPECT_EQ(fates_.tracks(Reason::shed), (Tracks{1, 2, 3, 4}));
  EXPECT_EQ(outbox_->status().in_memory, 16U);
  EXPECT_EQ(outbox_->status().shed, 4U);
  EXPECT_LE(memory_.budget().in_use(), memory_.budget().limit() / 4);
  EXPECT_GT(memory_.budget().in_use(), 0);
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_EQ(memory_.budget().in_use(), 0);
  open();
  EXPECT_EQ(outbox_->pending().shots, 16U);
}

TEST_F(OutboxDiskTest, AShotLargerThanAllThatIsKeptAllTheSame) {
  open();
  disk_.fail(Fault::full);
  EXPECT_FALSE(add(1).ok());
  EXPECT_FALSE(outbox_->add(large_shot(2, 17U << 20)).ok());
  EXPECT_EQ(fates_.tracks(Reason::shed), (Tracks{1}));
  EXPECT_EQ(take_all(), (Tracks{2}));
}

TEST_F(OutboxDiskTest, AWaitingSenderAsksTheDiskAgain) {
  open();
  disk_.fail(Fault::full);
  EXPECT_FALSE(add(1).ok());
  ASSERT_TRUE(outbox_->take("findface", clock_.now(), {}).ok());
  std::jthread sender([this](const std::stop_token& stop) {
    static_cast<void>(outbox_->take("findface", clock_.now(), stop));
  });
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  disk_.fail(Fault::none);
  clock_.advance(1s);
  while (outbox_->status().in_memory > 0) std::this_thread::yield();
}

// With a real limit of the system: the log cannot grow beyond what a process may write.
TEST_F(OutboxDiskTest, AFileThatMayNotGrowIsADiskThatIsFull) {
  open();
  ASSERT_TRUE(add(1).ok());
  const std::size_t image = 300000;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 65536, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Status refused = outbox_->add(large_shot(2, image));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("outbox " + path_), std::string::npos) << refused.error().text;
  a_second_later();
  open();
  EXPECT_EQ(take_all(), (Tracks{2, 1}));
}

}  // namespace
}  // namespace vigia::outbox
