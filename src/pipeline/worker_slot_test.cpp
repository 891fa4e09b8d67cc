#include "pipeline/worker_slot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace vigia::pipeline {
namespace {

// Records the thread that destroys it.
class Named final : public detect::Detector {
 public:
  Named(std::string name, std::atomic<std::thread::id>& ended_on)
      : name_(std::move(name)), ended_on_(ended_on) {}
  ~Named() override { ended_on_ = std::this_thread::get_id(); }
  Status detect(const domain::Frame&, const detect::SearchArea&, std::vector<domain::Detection>&) override {
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  const std::string name_;
  std::atomic<std::thread::id>& ended_on_;
};

class WorkerSlotTest : public ::testing::Test {
 protected:
  WorkerSlotTest() { memory_.start(); }

  std::atomic<std::thread::id> first_, second_, third_;
  memory::MemoryManager memory_{{.gc_interval = 3600}};
  WorkerSlot seat_{std::make_unique<Named>("first", first_), memory_};
};

TEST_F(WorkerSlotTest, TheWorkerTakesTheNewOneAndTheCollectorEndsTheOld) {
  EXPECT_EQ(seat_.detector().name(), "first");
  seat_.offer(std::make_unique<Named>("second", second_));
  EXPECT_EQ(seat_.detector().name(), "second");
  EXPECT_EQ(first_.load(), std::thread::id()) << "not by the worker";
  memory_.collect();
  EXPECT_NE(first_.load(), std::thread::id());
  EXPECT_NE(first_.load(), std::this_thread::get_id());
}

TEST_F(WorkerSlotTest, WhatWasNeverTakenGivesWay) {
  seat_.offer(std::make_unique<Named>("second", second_));
  seat_.offer(std::make_unique<Named>("third", third_));
  EXPECT_EQ(second_.load(), std::this_thread::get_id()) << "by housekeeping";
  EXPECT_EQ(seat_.detector().name(), "third");
}

TEST_F(WorkerSlotTest, OthersSeeHowMuchCpuTheWorkerUsed) {
  EXPECT_EQ(seat_.cpu_seconds(), 0) << "no worker has entered";
  std::atomic<bool> seen{false};
  std::atomic<bool> has_sat_down{false};
  std::jthread worker([&] {
    seat_.enter();
    has_sat_down = true;
    while (!seen) {
    }
  });
  while (!has_sat_down) std::this_thread::yield();
  const double begun = seat_.cpu_seconds();
  while (seat_.cpu_seconds() < begun + 0.01) std::this_thread::yield();
  seen = true;
}

TEST_F(WorkerSlotTest, HandingOverWhileTheWorkerWorks) {
  std::atomic<bool> done{false};
  std::jthread worker([&] {
    while (!done) EXPECT_FALSE(seat_.detector().name().empty());
  });
  for (int i = 0; i < 500; ++i) {
    seat_.offer(std::make_unique<Named>("next", second_));
  }
  done = true;
}

}  // namespace
}  // namespace vigia::pipeline
