#include "sinks/directory_courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::sample_shot;
using testing::TempDir;

class DirectoryCourierTest : public ::testing::Test {
 protected:
  std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> all;
    std::ifstream in(dir_ / "faces/events.jsonl");
    for (std::string line; std::getline(in, line);)
      all.push_back(nlohmann::json::parse(line, nullptr, false));
    return all;
  }
  TempDir dir_;
  DirectoryCourier courier_{dir_ / "faces"};
};

TEST_F(DirectoryCourierTest, WritesTheImageAndALineThatTellsAll) {
  const domain::Shot shot = sample_shot(4);
  ASSERT_EQ(courier_.deliver(shot, {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  ASSERT_EQ(lines().size(), 1U);
  const nlohmann::json line = lines().front();
  EXPECT_EQ(line["camera"], "gate");
  EXPECT_EQ(line["camera_id"], 7);
  EXPECT_EQ(line["track"], 4);
  EXPECT_EQ(line["captured"], "2026-11-23T13:00:04.123456Z");
  EXPECT_EQ(line["stream_time"], 1.5);
  EXPECT_EQ(line["face"]["left"], 100.25);
  EXPECT_EQ(line["roi"]["width"], 80);
  EXPECT_EQ(line["score"], 0.875);
  EXPECT_EQ(line["quality"]["frontality"], 0.5);
  EXPECT_EQ(line["file"], "gate/2026-11-23/130004.123_4.jpg");
  const std::string image = *read_file(dir_ / "faces/gate/2026-11-23/130004.123_4.jpg", 1_MiB);
  ASSERT_EQ(image.size(), shot.jpeg->bytes.size());
  EXPECT_EQ(std::memcmp(image.data(), shot.jpeg->bytes.data(), image.size()), 0);
}

TEST_F(DirectoryCourierTest, TheSameShotTwiceIsOneImageAndOneLine) {
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  EXPECT_EQ(lines().size(), 1U);
}

// Its name is what a repetition is known by, so it is by the first time of capture.
TEST_F(DirectoryCourierTest, ATimeOfCaptureThatIsCorrectedStandsInTheLineAndChangesNoName) {
  domain::Shot shot = sample_shot(4);
  shot.captured_corrected = shot.captured + std::chrono::hours(24);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(courier_.deliver(shot, {}).outcome, delivery::DeliveryResult::Outcome::delivered);
    *shot.captured_corrected += std::chrono::microseconds(70);  // the clock runs a little differently
  }
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines().front()["captured"], "2026-11-24T13:00:04.123456Z");
  EXPECT_EQ(lines().front()["clock"], "corrected");
  EXPECT_EQ(lines().front()["file"], "gate/2026-11-23/130004.123_4.jpg");
}

TEST_F(DirectoryCourierTest, AnImageWhoseLineWasLostInACrashGetsItsLine) {
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  fs::remove(dir_ / "faces/events.jsonl");
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(DirectoryCourierTest, AnotherShotOfTheSameNameGetsANumber) {
  domain::Shot other = sample_shot();
  other.jpeg = testing::sample_jpeg({.width = 64, .height = 64}, "another");
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  ASSERT_EQ(courier_.deliver(other, {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[1]["file"], "gate/2026-11-23/130001.123_1_2.jpg");
}

TEST_F(DirectoryCourierTest, ALineThatACrashCutShortDoesNotSpoilTheNext) {
  fs::create_directory(dir_ / "faces");
  std::ofstream(dir_ / "faces/events.jsonl") << R"({"camera":"ga)";
  ASSERT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[1]["camera"], "gate");
}

TEST_F(DirectoryCourierTest, SeveralSendersWriteWholeLines) {
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t sender = 0; sender < 4; ++sender) {
      senders.emplace_back([this, sender] {
        for (std::uint64_t i = 0; i < 10; ++i) {
          EXPECT_EQ(courier_.deliver(sample_shot(sender * 100 + i), {}).outcome,
                    delivery::DeliveryResult::Outcome::delivered);
        }
      });
    }
  }
  const auto all = lines();
  EXPECT_EQ(all.size(), 40U);
  for (const auto& line : all) EXPECT_FALSE(line.is_discarded());
}

TEST_F(DirectoryCourierTest, ADirectoryThatCannotBeWrittenIsTriedAgainWithAClearText) {
  std::ofstream(dir_ / "faces") << "a file is in the way";
  const delivery::DeliveryResult failed = courier_.deliver(sample_shot(), {});
  EXPECT_EQ(failed.outcome, delivery::DeliveryResult::Outcome::retry);
  EXPECT_FALSE(failed.maybe_delivered);
  EXPECT_THAT(failed.text, HasSubstr("Not a directory"));
  EXPECT_THAT(failed.text, HasSubstr("delivery.directory"));
  fs::remove(dir_ / "faces");
  EXPECT_EQ(courier_.deliver(sample_shot(), {}).outcome, delivery::DeliveryResult::Outcome::delivered);
}

TEST_F(DirectoryCourierTest, AFolderOfOneCameraThatCannotBeUsedIsToldFromADirectoryThatCannot) {
  fs::create_directories(dir_ / "faces");
  std::ofstream(dir_ / "faces/gate") << "in the way";
  EXPECT_TRUE(courier_.deliver(sample_shot(), {}).may_be_alone);
  EXPECT_FALSE(courier_.probe({}));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "faces"), {}), 1) << "a probe leaves nothing";
  std::ofstream(dir_ / "file") << "no folder";
  EXPECT_TRUE(DirectoryCourier(dir_ / "file").probe({}));
}

TEST_F(DirectoryCourierTest, ANameThatIsNoPathAndNoUtf8CannotLeaveTheDirectory) {
  for (const char* name : {"../../etc/passwd", "..", "", "a/b", "x\xff\xfey", "rtsp://u:p@h/x?y"}) {
    domain::Shot shot = sample_shot();
    shot.camera = name;
    ASSERT_EQ(courier_.deliver(shot, {}).outcome, delivery::DeliveryResult::Outcome::delivered) << name;
  }
  int outside = 0;
  for (const auto& entry : fs::directory_iterator(dir_.path())) outside += entry.path().filename() != "faces";
  EXPECT_EQ(outside, 0);
  EXPECT_EQ(lines().size(), 6U);
}

TEST(FolderName, KeepsWhatIsSafeAndTellsTheRestApart) {
  EXPECT_EQ(folder_name("gate 1_north-a.b"), "gate 1_north-a.b");
  EXPECT_EQ(folder_name("câmera"), "câmera");
  EXPECT_EQ(folder_name("a/b").substr(0, 4), "a_b-");
  EXPECT_NE(folder_name("a/b"), folder_name("a\\b"));
  EXPECT_NE(folder_name("a/b"), folder_name("a_b"));
  EXPECT_NE(folder_name(std::string(200, 'x')), folder_name(std::string(201, 'x')));
  EXPECT_LE(folder_name(std::string(5000, 'x')).size(), 100U);
  EXPECT_NE(folder_name(".."), "..");
  EXPECT_FALSE(folder_name("").empty());
}

}  // namespace
}  // namespace vigia::sinks
