// A disk that refuses: from the start, while it is tried again, and when it works again.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "outbox/faulty_outbox_test_support.h"
#include "testing/sanitized.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using Fault = testing::FaultyDisk::Fault;
using Tracks = std::vector<std::uint64_t>;

class OutboxTroubleTest : public FaultyOutboxFixture {};

class EachTroubleTest : public OutboxTroubleTest, public ::testing::WithParamInterface<Fault> {};
INSTANTIATE_TEST_SUITE_P(Faults, EachTroubleTest, ::testing::Values(Fault::full, Fault::read_only, Fault::io),
                         name_of);

TEST_P(EachTroubleTest, ItStartsAllTheSameAndWritesOnceItWorks) {
  disk_.fail(GetParam());
  open();
  EXPECT_TRUE(outbox_->trouble());
  EXPECT_FALSE(add(1).ok());
  EXPECT_FALSE(add(2).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.track, 1U);
  EXPECT_TRUE(outbox_->finished(*taken).ok());
  a_second_later();
  EXPECT_TRUE(outbox_->trouble());
  EXPECT_EQ(outbox_->status().in_memory, 1U);
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_FALSE(outbox_->trouble());
  EXPECT_EQ(outbox_->status().in_memory, 0U);
  open();
  EXPECT_EQ(take_all(), (Tracks{2}));
}

// Else the log would say alternately that the disk works and that it does not.
TEST_P(EachTroubleTest, ItIsNotSaidToWorkBeforeItTakesAnImageAlsoWhereNothingIsLeftToWrite) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  for (int i = 0; i < 2; ++i) static_cast<void>(outbox_->finished(*take()));
  a_second_later();
  EXPECT_TRUE(outbox_->trouble());
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_FALSE(outbox_->trouble());
  EXPECT_EQ(number("SELECT count(*) FROM images"), 0);
}

TEST_P(EachTroubleTest, AttemptsThatHaveBegunAreRememberedOnceTheyCanBeWritten) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail(GetParam());
  EXPECT_FALSE(add(2).ok());
  for (int i = 0; i < 2; ++i) static_cast<void>(outbox_->begin(*take()));
  disk_.fail(Fault::none);
  a_second_later();
  open();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(take()->doubtful, 1);
}

TEST_F(OutboxTroubleTest, WhatAnEarlierRunLeftComesOnceTheFileCanBeOpened) {
  open();
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(add(2).ok());
  outbox_.reset();
  disk_.fail(Fault::gone);
  open();
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_FALSE(add(3).ok());
  EXPECT_FALSE(add(4).ok());
  const auto carried = take();
  EXPECT_EQ(carried->shot.track, 3U);
  disk_.fail(Fault::none);
  a_second_later();
  EXPECT_EQ(outbox_->pending().shots, 4U);
  EXPECT_EQ(outbox_->status().in_memory, 0U);
  ASSERT_TRUE(outbox_->finished(*carried).ok());
  EXPECT_EQ(take_all(), (Tracks{4, 2, 1}));
  ASSERT_TRUE(add(5).ok());
  open();
  EXPECT_EQ(take_all(), (Tracks{5, 4, 2, 1}));
}

// With a real limit of the system: no file descriptor is left.
TEST_F(OutboxTroubleTest, WhereTheSystemHasNoFileForItAtTheStartItComesLater) {
  if (testing::kSanitized) GTEST_SKIP() << "the sanitizers need a file of their own";
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  open();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_FALSE(add(1).ok());
  a_second_later();
  open();
  EXPECT_EQ(take_all(), (Tracks{1}));
}

// On some disks every failure takes half a minute.
TEST_F(OutboxTroubleTest, NobodyWaitsForADiskThatIsBeingAskedAgain) {
  open();
  disk_.fail(Fault::io);
  EXPECT_FALSE(add(1).ok());
  disk_.hold();
  clock_.advance(1s);
  std::jthread asking([this] { outbox_->tend(); });
  while (disk_.held() == 0) std::this_thread::yield();
  EXPECT_FALSE(add(2).ok());
  EXPECT_EQ(outbox_->status().in_memory, 2U);
  EXPECT_EQ(outbox_->pending().shots, 2U);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.track, 1U);
  EXPECT_TRUE(outbox_->finished(*taken).ok());
  disk_.let_go();
  asking.join();
  EXPECT_EQ(outbox_->status().in_memory, 1U);
  disk_.fail(Fault::none);
  a_second_later();
  open();
  EXPECT_EQ(take_all(), (Tracks{2}));
}

TEST_F(OutboxTroubleTest, WhatBecomesOfAShotWhileItIsBeingWrittenIsWrittenAsWell) {
  open();
  disk_.fail(Fault::io);
  EXPECT_FALSE(add(1).ok());
  EXPECT_FALSE(add(2).ok());
  EXPECT_FALSE(add(3).ok());
  disk_.hold();
  disk_.fail(Fault::none);
  clock_.advance(1s);
  std::jthread asking([this] { outbox_->tend(); });
  while (disk_.held() == 0) std::this_thread::yield();
  EXPECT_TRUE(outbox_->finished(*take()).ok());
  const auto taken = take();
  EXPECT_TRUE(outbox_->postpone(*taken, {.until = clock_.now() + 1h, .doubtful = true, .why = "x"}).ok());
  disk_.let_go();
  asking.join();
  EXPECT_EQ(outbox_->status().in_memory, 0U);
  open();
  EXPECT_EQ(take()->doubtful, 0);
  EXPECT_EQ(take()->doubtful, 1);
  EXPECT_FALSE(take());
}

}  // namespace
}  // namespace vigia::outbox
