#include "detect/prepare_input.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "detect/instruction_sets_test_support.h"
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

// How far the planes are from the definition, at worst.
double worst_error(const domain::Frame& frame, const Letterbox& box, domain::Size input,
                   const std::vector<float>& planes) {
  const Naive naive(frame, box);
  const std::size_t plane = planes.size() / 3;
  double worst = 0;
  for (int row = 0; row < input.height; ++row) {
    // All of small pictures, every 13th row of large ones.
    if (input.height > 100 && row % 13 != 0 && row != box.content.height - 1) continue;
    for (int column = 0; column < input.width; ++column) {
      const bool inside = column < box.content.width && row < box.content.height;
      const auto expected = inside ? naive.bgr(column, row) : std::array<double, 3>{};
      const std::size_t at = static_cast<std::size_t>(row) * static_cast<std::size_t>(input.width) +
                             static_cast<std::size_t>(column);
      for (std::size_t i = 0; i < 3; ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(planes[i * plane + at]) - expected[i]));
      }
    }
  }
  return worst;
}

TEST_P(Prepared, EqualsTheNaiveDefinitionOnEveryInstructionSet) {
  const Case& test = GetParam();
  const std::size_t values =
      3 * static_cast<std::size_t>(test.input.width) * static_cast<std::size_t>(test.input.height);
  for (const auto layout : {domain::PixelLayout::i420, domain::PixelLayout::nv12}) {
    for (const auto range : {domain::ColorRange::limited, domain::ColorRange::full}) {
      const domain::Frame frame = testing::make_frame(memory_, noise(test.frame), {layout, range, 5});
      const Letterbox box = fit_letterbox(clip_region(test.region, frame.size), test.input);
      std::vector<float> first;
      for (const std::int64_t set : instruction_sets()) {
        const OnlyInstructionSet only(set);
        // Old content of the network's input, the black bars included.
        std::vector<float> planes(values, -1.0F);
        InputPreparer(test.input).prepare(frame, box, planes);
        if (first.empty()) {
          EXPECT_LT(worst_error(frame, box, test.input, planes), 1e-3) << hwy::TargetName(set);
          first = planes;
        }
        EXPECT_EQ(std::memcmp(planes.data(), first.data(), values * sizeof(float)), 0)
            << hwy::TargetName(set) << " gives other bits than "
            << hwy::TargetName(instruction_sets().front());
      }
    }
  }
}

// If it were only one, the test above would compare nothing.
TEST(InstructionSets, KernelsAreBuiltForSeveral) {
#if defined(__x86_64__)
  EXPECT_GE(instruction_sets().size(), 2U);
#else
  GTEST_SKIP() << "other CPUs may have one only";
#endif
}

// A plane whose last byte is the last of its page; touching the next page ends the program.
class GuardedPlane {
 public:
  GuardedPlane(int width, int height) : stride_(width) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t used = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const std::size_t pages = (used + page - 1) / page * page;
    bytes_ = pages + page;
    map_ = static_cast<std::uint8_t*>(
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (map_ == MAP_FAILED || mprotect(map_ + pages, page, PROT_NONE) != 0) std::abort();
    data_ = map_ + pages - used;
    std::fill(data_, data_ + used, std::uint8_t{100});
  }
  ~GuardedPlane() { munmap(map_, bytes_); }
  GuardedPlane(const GuardedPlane&) = delete;
  GuardedPlane& operator=(const GuardedPlane&) = delete;
  [[nodiscard]] domain::Plane plane() const { return {data_, stride_}; }

 private:
  std::uint8_t* map_ = nullptr;
  std::uint8_t* data_ = nullptr;
  std::size_t bytes_ = 0;
  int stride_;
};

TEST_P(Prepared, TouchesNothingBehindThePlanes) {
  const Case& test = GetParam();
  const domain::Size half{(test.frame.width + 1) / 2, (test.frame.height + 1) / 2};
  const GuardedPlane luma(test.frame.width, test.frame.height);
  const GuardedPlane u(half.width, half.height), v(half.width, half.height), uv(2 * half.width, half.height);
  std::vector<float> planes(3 * static_cast<std::size_t>(test.input.width) *
                            static_cast<std::size_t>(test.input.height));
  domain::Frame frame;
  frame.size = test.frame;
  const Letterbox box = fit_letterbox(clip_region(test.region, frame.size), test.input);
  for (const std::int64_t set : instruction_sets()) {
    const OnlyInstructionSet only(set);
    frame.layout = domain::PixelLayout::i420;
    frame.planes = {luma.plane(), u.plane(), v.plane()};
    InputPreparer(test.input).prepare(frame, box, planes);
    frame.layout = domain::PixelLayout::nv12;
    frame.planes = {luma.plane(), uv.plane(), domain::Plane{}};
    InputPreparer(test.input).prepare(frame, box, planes);
    EXPECT_GT(planes[0], 0);
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
                      Case{"Quarter", {1280, 720}, {320, 192}}, Case{"SameHd", {1280, 720}, {1280, 736}},
                      Case{"OneAndAHalf", {1280, 720}, {864, 480}, {0, 0, 1278, 720}},
                      Case{"OneAndAHalfExact", {960, 540}, {640, 384}},
                      Case{"Fifth", {2560, 1920}, {640, 384}}, Case{"Seventh", {448, 448}, {64, 64}},
                      Case{"Eighth", {2560, 1440}, {320, 192}}, Case{"Tenth", {640, 640}, {64, 64}},
                      Case{"Twelfth", {3840, 2160}, {320, 192}}, Case{"Sixteenth", {1024, 1024}, {64, 64}},
                      Case{"Thirtysecond", {2048, 2048}, {64, 64}}, Case{"Portrait", {720, 1280}, {640, 384}},
                      Case{"PortraitSmall", {720, 1280}, {320, 192}},
                      Case{"PortraitThird", {1080, 1920}, {384, 640}}, Case{"Tiny", {2, 3}, {64, 64}},
                      Case{"OddThirdExact", {93, 93}, {31, 31}},
                      Case{"OddThirdPart", {641, 481}, {31, 31}, {200, 100, 93, 93}},
                      Case{"HalvedPart", {1920, 1080}, {320, 192}, {400, 200, 640, 384}},
                      Case{"HalvedOddPart", {1920, 1080}, {320, 192}, {401, 201, 640, 384}},
                      Case{"ThirdOddPart", {1920, 1080}, {320, 192}, {401, 201, 960, 576}},
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
