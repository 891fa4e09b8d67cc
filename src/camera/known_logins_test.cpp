#include "camera/known_logins.h"

#include <gtest/gtest.h>

#include <chrono>

#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

class KnownLoginsTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  KnownLogins logins_{clock_};
};

TEST_F(KnownLoginsTest, AfterARefusalNobodyAsksForLongerEachTime) {
  EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), std::nullopt);
  for (const Nanoseconds wait : {1min, 5min, 15min, 30min, 30min}) {
    logins_.refused("nvr:554", "u:p");
    EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), wait);
    clock_.advance(wait - 1s);
    EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), 1s);
    clock_.advance(1s);
    EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), std::nullopt);
  }
}

TEST_F(KnownLoginsTest, OtherPasswordsAndServersAreAskedAtOnce) {
  logins_.refused("nvr:554", "u:p");
  EXPECT_EQ(logins_.wait_for("nvr:554", "u:q"), std::nullopt);
  EXPECT_EQ(logins_.wait_for("nvr:8554", "u:p"), std::nullopt);
}

TEST_F(KnownLoginsTest, WhatIsAcceptedIsAskedByAllAndBeginsAnew) {
  logins_.refused("nvr:554", "u:p");
  logins_.refused("nvr:554", "u:p");
  logins_.accepted("nvr:554", "u:p");
  EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), std::nullopt);
  logins_.refused("nvr:554", "u:p");
  EXPECT_EQ(logins_.wait_for("nvr:554", "u:p"), 1min);
}

TEST_F(KnownLoginsTest, TheOldestAreForgotten) {
  for (std::size_t i = 0; i <= KnownLogins::kMost; ++i) logins_.refused("camera " + std::to_string(i), "u:p");
  EXPECT_EQ(logins_.wait_for("camera 0", "u:p"), std::nullopt);
  EXPECT_NE(logins_.wait_for("camera 1", "u:p"), std::nullopt);
}

}  // namespace
}  // namespace vigia::camera
