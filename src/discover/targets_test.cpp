#include "discover/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "testing/temp_dir.h"

namespace vigia::discover {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Target> read(std::vector<std::string> texts) {
  const auto targets = read_targets(texts);
  EXPECT_TRUE(targets) << (targets ? "" : targets.error().text);
  return targets ? *targets : std::vector<Target>{};
}

std::string wrong(const std::string& text) {
  const auto targets = read_targets(std::vector{text});
  EXPECT_FALSE(targets) << text;
  return targets ? "" : targets.error().text;
}

TEST(TargetsTest, AddressesPortsUrlsAndRanges) {
  EXPECT_THAT(
      read({"10.0.0.5", "gate.local", "10.0.0.6:8000", "http://10.0.0.7:81/x/service", "https://10.0.0.8"}),
      ElementsAre(Target{"10.0.0.5", "http://10.0.0.5/onvif/device_service", false, true},
                  Target{"gate.local", "http://gate.local/onvif/device_service", false, true},
                  Target{"10.0.0.6", "http://10.0.0.6:8000/onvif/device_service", false, false},
                  Target{"10.0.0.7", "http://10.0.0.7:81/x/service", false, false},
                  Target{"10.0.0.8", "https://10.0.0.8/onvif/device_service", false, false}));
  EXPECT_THAT(read({"fe80::1", "[::1]:80"}),
              ElementsAre(Target{"fe80::1", "http://[fe80::1]/onvif/device_service", false, true},
                          Target{"::1", "http://[::1]:80/onvif/device_service", false, false}));
  const auto range = read({"10.0.0.7/24", "10.0.0.1"});
  ASSERT_EQ(range.size(), 254U) << "each once, without the network's own and the last address";
  EXPECT_EQ(range.front(), (Target{"10.0.0.1", "http://10.0.0.1/onvif/device_service", true, true}));
  EXPECT_EQ(range.back().host, "10.0.0.254");
  EXPECT_EQ(read({"10.0.0.8/31"}).size(), 2U);
  EXPECT_EQ(read({"10.0.0.8/32"}).size(), 1U);
  EXPECT_EQ(read({"10.0.0.0/22", "10.0.4.0/22", "10.0.8.0/22", "10.0.12.0/22"}).size(), 4088U);
}

TEST(TargetsTest, WhatIsNoneIsNamedUnlessItMayHoldAPassword) {
  for (const char* const text : {"10.0.0.5:0", "10.0.0.5:99999", "rtsp://10.0.0.5/x", "10.0.0.0/8",
                                 "10.0.0.0/33", "a/24", "10.0.0.5 10.0.0.6", "\"", "http://", "-x y"}) {
    EXPECT_THAT(wrong(text), HasSubstr(std::string("'") + text + "'"));
  }
  EXPECT_THAT(wrong("admin:s3cret@10.0.0.5"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(wrong("http://admin:s3cret@10.0.0.5/x"), HasSubstr("--user"));
  EXPECT_FALSE(read_targets(
      std::vector<std::string>{"10.0.0.0/22", "10.0.4.0/22", "10.0.8.0/22", "10.0.12.0/22", "10.0.16.0/27"}));
}

TEST(TargetsTest, AFileHasOneALine) {
  const testing::TempDir folder;
  std::ofstream(folder.path() / "cameras.txt")
      << "# gates\n10.0.0.5\r\n\n  10.0.0.6:80  # north\n10.1.0.0/30";
  const auto texts = read_target_file(folder / "cameras.txt");
  ASSERT_TRUE(texts);
  EXPECT_THAT(*texts, ElementsAre("10.0.0.5", "10.0.0.6:80", "10.1.0.0/30"));
  EXPECT_FALSE(read_target_file(folder / "none.txt"));
}

}  // namespace
}  // namespace vigia::discover
