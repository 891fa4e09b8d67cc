#include "camera/idle_stream.h"

#include <gtest/gtest.h>

#include <cstring>

#include "camera/test_support.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using Task = IdleStream::Task;

// 25 packets a second, a key frame every 50. Each packet's first byte counts it.
class IdleStreamTest : public ::testing::Test {
 protected:
  IdleStreamTest() { idle_.begin(source_); }

  Task next(int size = 200) {
    const bool is_key = number_ % 50 == 0;
    AvHandle<AVPacket> packet(av_packet_alloc());
    av_new_packet(packet.get(), is_key ? 40000 : size + number_ % 7);
    std::memcpy(packet->data, &number_, sizeof number_);
    if (is_key) packet->flags |= AV_PKT_FLAG_KEY;
    now_ += 40ms;
    if (wish_.view.nobody_for >= 0s) wish_.view.nobody_for += 40ms;
    ++number_;
    return idle_.take(*packet, {.read_at = now_, .came = now_}, wish_);
  }
  void run_to_sleep() {
    for (int i = 0; counters_.idle_mode != IdleMode::asleep; ++i) {
      ASSERT_LT(i, 3000);
      const Task task = next();
      ASSERT_EQ(task, counters_.idle_mode == IdleMode::asleep ? Task::fall_asleep : Task::decode);
    }
    first_asleep_ = number_ - 1;
  }
  // The number of the packet to be decoded next; -1: none.
  int decode() {
    const KeptPacket* const kept = idle_.next();
    if (kept == nullptr) return -1;
    int number = 0;
    std::memcpy(&number, kept->packet->data, sizeof number);
    return number;
  }

  testing::TempDir folder_;
  PacketList source_{make_h264(folder_, "clip.mp4", 2)};
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("gate", memory::Kind::packets);
  CaptureCounters counters_;
  Hibernation learned_;
  const std::string name_ = "gate";
  IdleStream idle_{{name_, memory_, account_, counters_}, learned_};
  IdleStream::Wish wish_{
      .view = {.nobody_for = 0s, .least_face = 60}, .frame = {1280, 720}, .is_wanted = true};
  SteadyTime now_{1h};
  int number_ = 0, first_asleep_ = 0;
};

TEST_F(IdleStreamTest, AsleepItKeepsTheGroupAtHandAndTheOneBefore) {
  run_to_sleep();
  int looks = 0;
  for (int i = 1; i < 500; ++i) looks += next() == Task::look ? 1 : 0;
  EXPECT_EQ(looks, 9);
  EXPECT_EQ(counters_.frames_hibernated, 8U * 49) << "but for the key frames, which were looked at";
}

TEST_F(IdleStreamTest, WakesFromTheGroupBeforeAndMissesNothing) {
  run_to_sleep();
  while (number_ < first_asleep_ + 220) next();
  Task task = Task::wait;
  while (task != Task::catch_up) task = next(900);
  int wanted = first_asleep_ + 150;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(decode(), wanted++);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(next(900), Task::catch_up) << "what comes has to wait";
  while (idle_.is_behind() && wanted < number_) EXPECT_EQ(decode(), wanted++);
  EXPECT_EQ(decode(), -1);
  EXPECT_FALSE(idle_.is_behind());
  EXPECT_EQ(next(900), Task::decode);
  EXPECT_EQ(counters_.frames_hibernated, 3U * 49);
  EXPECT_EQ(counters_.frames_dropped_no_buffer, 0U);
}

TEST_F(IdleStreamTest, DoesNotSleepAgainBeforeItHasCaughtUp) {
  run_to_sleep();
  wish_.view.nobody_for = -1ns;
  EXPECT_EQ(next(), Task::catch_up);
  wish_.view.nobody_for = 10s;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(next(), Task::catch_up);
}

TEST_F(IdleStreamTest, WakesWhereThePacketsGrowTooLargeToKeep) {
  run_to_sleep();
  Task task = Task::wait;
  for (int i = 0; i < 60 && task != Task::catch_up; ++i) task = next(400'000);
  EXPECT_EQ(task, Task::catch_up);
  EXPECT_EQ(counters_.frames_dropped_no_buffer, 0U);
}

TEST_F(IdleStreamTest, WhatIsBehindWhenTheConnectionEndsIsCounted) {
  run_to_sleep();
  for (int i = 0; i < 10; ++i) next();
  wish_.view.nobody_for = -1ns;
  next();
  for (int i = 0; i < 4; ++i) decode();
  idle_.begin(source_);
  EXPECT_EQ(counters_.frames_dropped_no_buffer, 8U);
  EXPECT_EQ(memory_.budget().in_use(), 0) << "nothing is kept, once the collector was there";
}

TEST_F(IdleStreamTest, AKeyFrameWithoutAPictureEndsIt) {
  run_to_sleep();
  idle_.no_picture(now_);
  EXPECT_TRUE(idle_.is_behind());
  EXPECT_EQ(decode(), first_asleep_);
  EXPECT_EQ(decode(), -1);
  EXPECT_EQ(next(), Task::decode);
  EXPECT_EQ(counters_.idle_mode, IdleMode::no_picture);
}

TEST_F(IdleStreamTest, UnwantedItOnlyLearns) {
  wish_.is_wanted = false;
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(next(), Task::decode);
  EXPECT_EQ(counters_.idle_mode, IdleMode::none);
  EXPECT_TRUE(counters_.may_sleep);
  wish_.is_wanted = true;
  run_to_sleep();
}

}  // namespace
}  // namespace vigia::camera
