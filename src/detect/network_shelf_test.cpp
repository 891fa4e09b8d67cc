// The worker never builds a network: it uses a larger one until somebody else has built what it asked for.
#include "detect/network_shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "detect/built_in.h"
#include "memory/memory_manager.h"

namespace vigia::detect {
namespace {

constexpr domain::Size kWhole{640, 384}, kTall{256, 384}, kSmall{320, 192};

class NetworkShelfTest : public ::testing::Test {
 protected:
  std::shared_ptr<NetworkShelf> shelf(Bytes budget = 1_GiB) {
    memory_ = std::make_unique<memory::MemoryManager>(memory::MemoryOptions{.budget_bytes = budget});
    account_ = memory_->budget().open("vigia", memory::Kind::tensors);
    auto made = std::make_shared<NetworkShelf>(std::make_shared<const YunetWeights>(built_in_weights()),
                                               account_, Precision::f32);
    EXPECT_TRUE(made->make(kWhole, Claim::needed));
    return made;
  }
  static domain::Size size_of(const NetworkShelf::Sized* sized) {
    return sized == nullptr ? domain::Size{} : sized->network.input_size();
  }
  static bool make_wanted(NetworkShelf& shelf) {
    const auto made = shelf.make_wanted();
    EXPECT_TRUE(made) << made.error().text;
    return made && *made;
  }

  std::unique_ptr<memory::MemoryManager> memory_;
  std::shared_ptr<memory::Account> account_;
};

TEST_F(NetworkShelfTest, UsesALargerNetworkUntilTheRightOneIsBuilt) {
  const auto networks = shelf();
  EXPECT_EQ(size_of(networks->find(kTall)), kWhole);
  EXPECT_TRUE(make_wanted(*networks));
  EXPECT_EQ(size_of(networks->find(kTall)), kTall);
  EXPECT_FALSE(make_wanted(*networks));
}

TEST_F(NetworkShelfTest, OfSeveralThatAreLargeEnoughTheSmallestIsUsed) {
  const auto networks = shelf();
  static_cast<void>(networks->find(kTall));
  make_wanted(*networks);
  EXPECT_EQ(size_of(networks->find({256, 192})), kTall);
  EXPECT_EQ(size_of(networks->find(kSmall)), kWhole);
}

TEST_F(NetworkShelfTest, HasNoneForAPictureLargerThanAll) {
  EXPECT_EQ(shelf()->find({960, 544}), nullptr);
}

TEST_F(NetworkShelfTest, AnotherNetworkIsChargedWithWhatItTakes) {
  const auto networks = shelf();
  const Bytes before = account_->in_use();
  static_cast<void>(networks->find(kTall));
  make_wanted(*networks);
  EXPECT_EQ(account_->in_use() - before, networks->find(kTall)->network.memory_bytes());
}

TEST_F(NetworkShelfTest, WhereTheBudgetRefusesTheLargerOneStaysInUse) {
  const auto networks = shelf();
  const Bytes before = account_->in_use();
  account_->charge(1_GiB);
  static_cast<void>(networks->find(kTall));
  const auto made = networks->make_wanted();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::no_memory);
  EXPECT_THAT(made.error().text, ::testing::HasSubstr("256x384"));
  EXPECT_EQ(size_of(networks->find(kTall)), kWhole);
  account_->discharge(1_GiB);
  EXPECT_EQ(account_->in_use(), before);
  EXPECT_TRUE(make_wanted(*networks));
  EXPECT_EQ(size_of(networks->find(kTall)), kTall);
}

TEST_F(NetworkShelfTest, TheWorkerGoesOnWhileAnotherThreadBuilds) {
  const auto networks = shelf();
  std::atomic<bool> done{false};
  std::thread housekeeping([&] {
    while (!done) static_cast<void>(networks->make_wanted());
  });
  for (const domain::Size size : {kTall, kSmall, domain::Size{512, 384}}) {
    while (size_of(networks->find(size)) != size) ASSERT_TRUE(networks->find(size)->network.run());
  }
  done = true;
  housekeeping.join();
}

}  // namespace
}  // namespace vigia::detect
