#include "bench/detector_results.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace vigia::bench {
namespace {

using ::testing::HasSubstr;

DetectorMeasurement row(int threads, double fps) {
  DetectorMeasurement row{.detector = "yunet_n 320x192 f32", .threads = threads};
  row.seconds = 2;
  row.frames = static_cast<std::uint64_t>(fps * 2);
  row.prepare = {0.5, 0.5, 0.6};
  row.infer = {1.4, 1.4, 1.5};
  row.whole = {2.0, 2.0, 2.2};
  return row;
}

TEST(DetectorResultsTest, SharesAndCameras) {
  EXPECT_DOUBLE_EQ(share_of_whole(row(1, 500)), 0.95);
  EXPECT_DOUBLE_EQ(scaling(row(2, 900), row(1, 500)), 0.9);
  // 2 ms to find and 2 ms to decode: 250 frames a second and core.
  EXPECT_DOUBLE_EQ(cameras_fed(row(1, 500)), 250.0 / 30);
  EXPECT_DOUBLE_EQ(cameras_fed(row(2, 1000)), 500.0 / 30);
}

TEST(DetectorResultsTest, NothingMeasuredIsNoDivision) {
  const DetectorMeasurement none;
  EXPECT_EQ(none.fps(), 0);
  EXPECT_EQ(share_of_whole(none), 0);
  EXPECT_EQ(scaling(none, none), 0);
  EXPECT_EQ(cameras_fed(none), 0);
}

TEST(DetectorResultsTest, EveryRowIsToldInBothWays) {
  const DetectorResults results{{"a CPU", 2, 0, "Linux", "glibc"}, {}, {row(1, 500), row(2, 900)}};
  const auto json = nlohmann::json::parse(to_json(results));
  ASSERT_EQ(json.at("detectors").size(), 2U);
  EXPECT_EQ(json.at("machine").at("cpu"), "a CPU");
  EXPECT_EQ(json.at("detectors").at(1).at("scaling"), 0.9);
  EXPECT_EQ(json.at("detectors").at(1).at("fps"), 900);
  EXPECT_EQ(json.at("detectors").at(0).at("infer_ms").at("p99"), 1.5);
  EXPECT_THAT(to_text(results), HasSubstr("yunet_n 320x192 f32"));
  EXPECT_THAT(to_text(results), HasSubstr("90.0 %"));
}

}  // namespace
}  // namespace vigia::bench
