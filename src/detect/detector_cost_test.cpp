#include "detect/detector_cost.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace vigia::detect {
namespace {

// Reads every pixel, so that a sanitizer sees a plane that is too short.
class ReadingDetector final : public Detector {
 public:
  explicit ReadingDetector(int fails_at = 0) : fails_at_(fails_at) {}

  Status detect(const domain::Frame& frame, const SearchArea& view,
                std::vector<domain::Detection>& found) override {
    if (++calls == fails_at_) return Error{ErrorCode::unavailable, "it failed"};
    EXPECT_TRUE(view.rot.whole());
    EXPECT_EQ(frame.layout, domain::PixelLayout::i420);
    found.clear();
    size = frame.size;
    read(frame.planes[0], frame.size);
    const domain::Size chroma{(frame.size.width + 1) / 2, (frame.size.height + 1) / 2};
    read(frame.planes[1], chroma);
    read(frame.planes[2], chroma);
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return "reading"; }

  int calls = 0;
  domain::Size size;
  std::uint64_t sum = 0;

 private:
  void read(const domain::Plane& plane, domain::Size pixels) {
    for (int row = 0; row < pixels.height; ++row) {
      const std::uint8_t* at = plane.data + static_cast<std::ptrdiff_t>(row) * plane.stride;
      sum = std::accumulate(at, at + pixels.width, sum);
    }
  }

  const int fails_at_;
};

TEST(MeasureCost, ShowsTheDetectorFramesOfThatSize) {
  for (const domain::Size size : {domain::Size{641, 361}, {1920, 1080}}) {
    ReadingDetector detector;
    const auto cost = measure_cost(detector, size);
    ASSERT_TRUE(cost);
    EXPECT_GT(cost->count(), 0);
    EXPECT_GE(detector.calls, 8);
    EXPECT_EQ(detector.size, size);
    EXPECT_GT(detector.sum, 0U);
  }
}

TEST(MeasureCost, HandsOnTheDetectorsError) {
  for (const int call : {1, 5}) {
    ReadingDetector detector(call);
    const auto cost = measure_cost(detector, {64, 64});
    ASSERT_FALSE(cost);
    EXPECT_EQ(cost.error().text, "it failed");
    EXPECT_EQ(detector.calls, call);
  }
}

}  // namespace
}  // namespace vigia::detect
