#include "detect/prepare_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

// The header's definition, one output value at a time, in double precision.
class Naive {
 public:
  Naive(const domain::Frame& frame, const Letterbox& box) : frame_(frame) {
    for (const int part : {1, 2}) {  // luma; chroma, of half the size
      const auto begin = [&](int luma) { return static_cast<double>(luma) / part; };
      const auto size = [&](int luma) { return (luma + part - 1) / part; };
      Axes axes;
      for (int i = 0; i < box.content.width; ++i) {
        axes.across.push_back(parts(begin(box.region.left), begin(box.region.width), size(frame.size.width),
                                    i, box.content.width));
      }
      for (int i = 0; i < box.content.height; ++i) {
        axes.down.push_back(parts(begin(box.region.top), begin(box.region.height), size(frame.size.height), i,
                                  box.content.height));
      }
      axes_.push_back(std::move(axes));
    }
  }

  std::array<double, 3> bgr(int column, int row) const {
    const double y = sample(0, column, row);
    const double u = sample(1, column, row) - 128;
    const double v = sample(2, column, row) - 128;
    const bool hd = frame_.size.height >= 720;
    const bool limited = frame_.range == domain::ColorRange::limited;
    const double kr = hd ? 0.2126 : 0.299;
    const double kb = hd ? 0.0722 : 0.114;
    const double light = limited ? (y - 16) * 255 / 219 : y;
    const double gain = limited ? 255.0 / 224 : 1;
    const double red = light + 2 * (1 - kr) * gain * v;
    const double blue = light + 2 * (1 - kb) * gain * u;
    const double green = (light - kr * red - kb * blue) / (1 - kr - kb);
    return {std::clamp(blue, 0.0, 255.0), std::clamp(green, 0.0, 255.0), std::clamp(red, 0.0, 255.0)};
  }

 private:
  double value(int colour, int x, int y) const {
    const bool interleaved = frame_.layout == domain::PixelLayout::nv12;
    if (colour == 0 || !interleaved) {
      const domain::Plane& plane = frame_.planes[static_cast<std::size_t>(colour)];
      return plane.data[y * plane.stride + x];
    }
    const domain::Plane& plane = frame_.planes[1];
    return plane.data[y * plane.stride + 2 * x + colour - 1];
  }

  struct Part {
    int position;
    double weight;
  };
  // Which source positions make an output along one axis, by how much each.
  static std::vector<Part> parts(double begin, double length, int source, int output, int outputs) {
    const int lowest = static_cast<int>(std::floor(begin));
    const int highest = std::min(static_cast<int>(std::ceil(begin + length)), source) - 1;
    const double step = length / outputs;
    const double from = begin + output * step;
    std::vector<Part> parts;
    if (step >= 1) {
      for (int i = lowest; i <= highest; ++i) {
        const double covered = std::min<double>(i + 1, from + step) - std::max<double>(i, from);
        if (covered > 0) parts.push_back({i, covered / step});
      }
      return parts;
    }
    const double centre = from + step / 2 - 0.5;
    const int first = static_cast<int>(std::floor(centre));
    return {{std::clamp(first, lowest, highest), 1 - (centre - first)},
            {std::clamp(first + 1, lowest, highest), centre - first}};
  }

  double sample(int colour, int column, int row) const {
    const Axes& axes = axes_[colour == 0 ? 0 : 1];
    double sum = 0;
    for (const Part& y : axes.down[static_cast<std::size_t>(row)]) {
      for (const Part& x : axes.across[static_cast<std::size_t>(column)]) {
        sum += x.weight * y.weight * value(colour, x.position, y.position);
      }
    }
    return sum;
  }

  struct Axes {
    std::vector<std::vector<Part>> across, down;
  };
  const domain::Frame& frame_;
  std::vector<Axes> axes_;
};

struct Case {
  const char* name;
  domain::Size frame;
  domain::Size input;
  domain::Region region{};
};

class Prepared : public ::testing::TestWithParam<Case> {
 protected:
  memory::MemoryManager memory_{memory::MemoryOptions{}};
};

cv::Mat noise(domain::Size size) {
  std::mt19937 random(static_cast<unsigned>(size.width * 7919 + size.height));
  cv::Mat picture(size.height, size.width, CV_8UC3);
  for (int row = 0; row < size.height; ++row) {
    for (int i = 0; i < 3 * size.width; ++i) picture.ptr(row)[i] = static_cast<std::uint8_t>(random());
  }
  return picture;
}

TEST_P(Prepared, EqualsTheNaiveDefinition) {
  const Case& test = GetParam();
  InputPreparer preparer(test.input);
  const std::size_t plane =
      static_cast<std::size_t>(test.input.width) * static_cast<std::size_t>(test.input.height);
  std::vector<float> planes(3 * plane, -1.0F);
  for (const auto layout : {domain::PixelLayout::i420, domain::PixelLayout::nv12}) {
    for (const auto range : {domain::ColorRange::limited, domain::ColorRange::full}) {
      const domain::Frame frame = testing::make_frame(memory_, noise(test.frame), {layout, range, 5});
      const Letterbox box = fit_letterbox(clip_region(test.region, frame.size), test.input);
      preparer.prepare(frame, box, planes);
      const Naive naive(frame, box);
      double worst = 0;
      for (int row = 0; row < test.input.height; ++row) {
        // All of small pictures, every 13th row of large ones.
        if (test.input.height > 100 && row % 13 != 0 && row != box.content.height - 1) continue;
        for (int column = 0; column < test.input.width; ++column) {
          const bool inside = column < box.content.width && row < box.content.height;
          const auto expected = inside ? naive.bgr(column, row) : std::array<double, 3>{};
          const std::size_t at = static_cast<std::size_t>(row) * static_cast<std::size_t>(test.input.width) +
                                 static_cast<std::size_t>(column);
          for (std::size_t i = 0; i < 3; ++i) {
            worst = std::max(worst, std::abs(static_cast<double>(planes[i * plane + at]) - expected[i]));
          }
        }
      }
      EXPECT_LT(worst, 1e-3);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Prepared,
    ::testing::Values(Case{"Halved", {1280, 720}, {640, 384}}, Case{"Third", {1920, 1080}, {640, 384}},
                      Case{"Sixth", {1920, 1080}, {320, 192}}, Case{"Fractional", {704, 576}, {320, 192}},
                      Case{"Same", {640, 384}, {640, 384}}, Case{"Enlarged", {160, 90}, {320, 192}},
                      Case{"EnlargedOdd", {37, 53}, {96, 64}}, Case{"Odd", {641, 479}, {320, 192}},
                      Case{"OddThird", {93, 93}, {64, 64}}, Case{"OnePixel", {1, 1}, {64, 64}},
                      Case{"Line", {500, 1}, {64, 64}}, Case{"Column", {1, 500}, {64, 64}},
                      Case{"TwoByTwo", {2, 2}, {64, 64}}, Case{"Wide", {2000, 9}, {64, 64}},
                      Case{"Tall", {270, 480}, {320, 192}}, Case{"HugeRatio", {1921, 1081}, {64, 64}},
                      Case{"JustSmaller", {65, 65}, {64, 64}}, Case{"JustLarger", {63, 63}, {64, 64}},
                      Case{"Part", {1280, 720}, {320, 192}, {640, 180, 640, 384}},
                      Case{"OddPart", {641, 481}, {320, 192}, {101, 33, 333, 201}},
                      Case{"PartAtTheEnd", {641, 481}, {96, 64}, {600, 440, 500, 500}},
                      Case{"OddPartSameSize", {200, 200}, {64, 64}, {33, 35, 64, 64}},
                      Case{"OnePixelPart", {640, 480}, {64, 64}, {639, 479, 1, 1}}),
    [](const auto& test) { return test.param.name; });

TEST_F(Prepared, ServesFramesOfChangingSizes) {
  const domain::Size input{96, 64};
  InputPreparer one(input);
  for (const domain::Size size : {domain::Size{640, 480}, {1280, 720}, {640, 480}, {33, 77}}) {
    const domain::Frame frame = testing::make_frame(memory_, noise(size));
    const Letterbox box = fit_letterbox(clip_region({}, size), input);
    std::vector<float> planes(3 * 96 * 64, -1.0F);
    std::vector<float> fresh(3 * 96 * 64, -2.0F);
    one.prepare(frame, box, planes);
    InputPreparer(input).prepare(frame, box, fresh);
    EXPECT_EQ(planes, fresh);
  }
}

// From a colour to YUV by the frame maker and back here: the two must mean the same.
TEST_F(Prepared, KeepsColours) {
  for (const domain::Size size : {domain::Size{640, 480}, {1280, 720}}) {
    for (const auto range : {domain::ColorRange::limited, domain::ColorRange::full}) {
      for (const cv::Scalar& colour :
           {cv::Scalar(255, 255, 255), cv::Scalar(0, 0, 0), cv::Scalar(40, 90, 200), cv::Scalar(210, 60, 30),
            cv::Scalar(20, 180, 60)}) {
        const cv::Mat flat(size.height, size.width, CV_8UC3, colour);
        const domain::Frame frame = testing::make_frame(memory_, flat, {domain::PixelLayout::i420, range, 0});
        std::vector<float> planes(3 * 64 * 64);
        InputPreparer({64, 64}).prepare(frame, fit_letterbox(clip_region({}, size), {64, 64}), planes);
        for (int i = 0; i < 3; ++i)
          EXPECT_NEAR(planes[static_cast<std::size_t>(i) * 64 * 64], colour[i], 2.5);
      }
    }
  }
}

}  // namespace
}  // namespace vigia::detect
