#include "shot/jpeg_encoder.h"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <optional>
#include <random>

#include "testing/frame_maker.h"

namespace vigia::shot {
namespace {

using domain::ColorRange;
using domain::Frame;
using domain::Jpeg;
using domain::PixelLayout;
using domain::Size;
using testing::FrameStyle;

cv::Mat decode(const Jpeg& jpeg) {
  const std::unique_ptr<void, int (*)(void*)> decoder(tjInitDecompress(), tjDestroy);
  cv::Mat bgr(jpeg.size.height, jpeg.size.width, CV_8UC3);
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.bytes.data());
  int width = 0, height = 0, subsampling = 0, colorspace = 0;
  EXPECT_EQ(tjDecompressHeader3(decoder.get(), bytes, jpeg.bytes.size(), &width, &height, &subsampling,
                                &colorspace),
            0);
  EXPECT_EQ((Size{width, height}), jpeg.size);
  EXPECT_EQ(tjDecompress2(decoder.get(), bytes, jpeg.bytes.size(), bgr.data, width, 0, height, TJPF_BGR,
                          TJFLAG_ACCURATEDCT),
            0);
  return bgr;
}

// Large flat fields of strong colours, black, white and skin, which show errors of the conversion.
cv::Mat colour_fields(Size size) {
  const std::vector<cv::Vec3b> colours{{0, 0, 0},   {255, 255, 255}, {0, 0, 255},     {0, 255, 0},
                                       {255, 0, 0}, {128, 128, 128}, {140, 170, 220}, {60, 90, 150}};
  cv::Mat bgr(size.height, size.width, CV_8UC3);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const auto field = static_cast<std::size_t>(4 * x / size.width + 4 * (2 * y / size.height));
      bgr.at<cv::Vec3b>(y, x) = colours[field];
    }
  }
  return bgr;
}

cv::Mat noise(Size size, unsigned seed) {
  std::mt19937 random(seed);
  cv::Mat bgr(size.height, size.width, CV_8UC3);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < 3 * size.width; ++x)
      bgr.data[static_cast<std::size_t>(y) * bgr.step + static_cast<std::size_t>(x)] =
          static_cast<unsigned char>(random());
  }
  return bgr;
}

class JpegEncoderTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Jpeg> encode(const Frame& frame, int quality = 95) {
    auto jpeg = encoder.encode(frame, quality, account);
    EXPECT_TRUE(jpeg) << jpeg.error().text;
    return jpeg ? *jpeg : nullptr;
  }
  memory::MemoryManager memory{{.gc_interval = 5, .budget_bytes = 1_GiB}};
  std::shared_ptr<memory::Account> account = memory.budget().open("gate", memory::Kind::jpeg);
  JpegEncoder encoder{memory};
};

// The middle of each field, away from edges.
double largest_difference_in_fields(const cv::Mat& a, const cv::Mat& b) {
  double largest = 0;
  for (int field = 0; field < 8; ++field) {
    const int x = (2 * (field % 4) + 1) * a.cols / 8;
    const int y = (2 * (field / 4) + 1) * a.rows / 4;
    largest = std::max(largest, cv::norm(a.at<cv::Vec3b>(y, x), b.at<cv::Vec3b>(y, x), cv::NORM_INF));
  }
  return largest;
}

// Whatever the decoder's output (range, layout, matrix by size, odd sizes, padded rows), the receiver sees
// the camera's colours.
TEST_F(JpegEncoderTest, ColoursAndContrastAreTheCameras) {
  for (const Size size : {Size{640, 480}, Size{641, 479}, Size{1280, 720}, Size{1281, 721}}) {
    for (const auto layout : {PixelLayout::i420, PixelLayout::nv12}) {
      for (const auto range : {ColorRange::limited, ColorRange::full}) {
        const cv::Mat bgr = colour_fields(size);
        const Frame frame = testing::make_frame(memory, bgr, {layout, range, 13});
        const auto jpeg = encode(frame);
        ASSERT_TRUE(jpeg);
        ASSERT_EQ(jpeg->size, size);
        EXPECT_LE(largest_difference_in_fields(bgr, decode(*jpeg)), 4)
            << size.width << "x" << size.height << " layout " << static_cast<int>(layout) << " range "
            << static_cast<int>(range);
      }
    }
  }
}

TEST_F(JpegEncoderTest, OddSizesShowTheLastColumnAndRow) {
  cv::Mat bgr(101, 99, CV_8UC3, cv::Scalar(40, 40, 40));
  bgr.col(98).setTo(cv::Scalar(220, 220, 220));
  bgr.row(100).setTo(cv::Scalar(220, 220, 220));
  const auto jpeg = encode(testing::make_frame(memory, bgr), 100);
  ASSERT_TRUE(jpeg);
  const cv::Mat seen = decode(*jpeg);
  EXPECT_GT(seen.at<cv::Vec3b>(50, 98)[1], 200);
  EXPECT_GT(seen.at<cv::Vec3b>(100, 50)[1], 200);
  EXPECT_LT(seen.at<cv::Vec3b>(50, 97)[1], 60);
}

TEST_F(JpegEncoderTest, SmallestPictures) {
  for (const Size size : {Size{1, 1}, Size{2, 1}, Size{1, 2}, Size{3, 3}}) {
    const auto jpeg = encode(
        testing::make_frame(memory, cv::Mat(size.height, size.width, CV_8UC3, cv::Scalar(90, 90, 90))));
    ASSERT_TRUE(jpeg);
    EXPECT_NEAR(decode(*jpeg).at<cv::Vec3b>(0, 0)[0], 90, 3);
  }
}

TEST_F(JpegEncoderTest, QualityIsApplied) {
  const Frame frame = testing::make_frame(memory, noise({320, 240}, 1));
  const auto low = encode(frame, 20);
  const auto high = encode(frame, 95);
  ASSERT_TRUE(low && high);
  EXPECT_LT(2 * low->bytes.size(), high->bytes.size());
}

TEST_F(JpegEncoderTest, SameScratchForPicturesOfAnySize) {
  for (const Size size : {Size{640, 480}, Size{64, 48}, Size{801, 603}, Size{64, 48}}) {
    const cv::Mat bgr = colour_fields(size);
    const auto jpeg = encode(testing::make_frame(memory, bgr));
    ASSERT_TRUE(jpeg);
    EXPECT_LE(largest_difference_in_fields(bgr, decode(*jpeg)), 4);
  }
}

TEST_F(JpegEncoderTest, LongSideIsBounded) {
  JpegEncoder bounded(memory, {.bytes = 10'000'000, .side = 300});
  const cv::Mat bgr = colour_fields({800, 600});
  const auto jpeg = bounded.encode(testing::make_frame(memory, bgr), 95, account);
  ASSERT_TRUE(jpeg);
  EXPECT_EQ((*jpeg)->size, (Size{300, 225}));
  cv::Mat expected(225, 300, CV_8UC3);
  for (int y = 0; y < 225; ++y) {
    for (int x = 0; x < 300; ++x)
      expected.at<cv::Vec3b>(y, x) = bgr.at<cv::Vec3b>(y * 600 / 225, x * 800 / 300);
  }
  EXPECT_LE(largest_difference_in_fields(expected, decode(**jpeg)), 4);
}

TEST_F(JpegEncoderTest, BytesAreBounded) {
  JpegEncoder bounded(memory, {.bytes = 50'000, .side = 6000});
  const auto jpeg = bounded.encode(testing::make_frame(memory, noise({640, 480}, 2)), 95, account);
  ASSERT_TRUE(jpeg);
  EXPECT_LE((*jpeg)->bytes.size(), 50'000U);
  EXPECT_GT((*jpeg)->bytes.size(), 25'000U);  // no smaller than need be
  EXPECT_EQ(decode(**jpeg).cols, (*jpeg)->size.width);

  JpegEncoder impossible(memory, {.bytes = 10, .side = 6000});
  EXPECT_FALSE(impossible.encode(testing::make_frame(memory, noise({64, 48}, 2)), 95, account));
}

TEST_F(JpegEncoderTest, EmptyFrameIsAnError) {
  const auto jpeg = encoder.encode(Frame{}, 95, account);
  ASSERT_FALSE(jpeg);
  EXPECT_EQ(jpeg.error().code, ErrorCode::invalid);
}

TEST_F(JpegEncoderTest, BytesAreChargedAndDestroyedByTheCollector) {
  memory.start();
  const Frame frame = testing::make_frame(memory, colour_fields({640, 480}));
  memory.collect();
  const auto collected = memory.stats().objects_collected;
  auto jpeg = encode(frame);
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(account->in_use(), static_cast<Bytes>(jpeg->bytes.size()));
  jpeg.reset();
  memory.stop();
  EXPECT_EQ(account->in_use(), 0);
  EXPECT_EQ(memory.stats().objects_collected, collected + 1);
  EXPECT_EQ(memory.stats().inline_frees, 0U);
}

TEST_F(JpegEncoderTest, ScratchIsChargedAndGivenBack) {
  {
    JpegEncoder another(memory);
    const Frame frame = testing::make_frame(memory, colour_fields({640, 480}));
    const Bytes before = memory.budget().in_use();
    ASSERT_TRUE(another.encode(frame, 95, account));
    EXPECT_GT(memory.budget().in_use(), before + 640 * 480);
  }
  EXPECT_EQ(memory.budget().in_use(), 0);
}

// A thumbnail of one colour, or of noise.
domain::Thumbnail thumbnail(Size size, std::array<int, 3> yuv) {
  domain::Thumbnail made;
  made.size = size;
  const auto luma = static_cast<std::size_t>(size.width * size.height);
  std::fill_n(made.samples.begin(), luma, static_cast<std::uint8_t>(yuv[0]));
  std::fill_n(made.samples.begin() + static_cast<std::ptrdiff_t>(luma), luma / 4,
              static_cast<std::uint8_t>(yuv[1]));
  std::fill_n(made.samples.begin() + static_cast<std::ptrdiff_t>(luma + luma / 4), luma / 4,
              static_cast<std::uint8_t>(yuv[2]));
  return made;
}

TEST_F(JpegEncoderTest, RedIsRedInEveryColourMatrix) {
  using domain::ColorMatrix;
  struct Case {
    std::optional<ColorMatrix> matrix;
    Size size;
    std::array<int, 3>
        red;  // pure red in limited range: Y = 16 + 219 kr, U = 128 - 112 kr / (1 - kb), V = 240
  };
  const Case kCases[] = {
      {ColorMatrix::bt601, {64, 96}, {81, 90, 240}},  {ColorMatrix::bt709, {64, 96}, {63, 102, 240}},
      {ColorMatrix::bt2020, {64, 96}, {74, 97, 240}}, {ColorMatrix::smpte240m, {64, 96}, {62, 102, 240}},
      {ColorMatrix::fcc, {64, 96}, {82, 90, 240}},    {ColorMatrix::bt601, {1280, 720}, {81, 90, 240}},
      {std::nullopt, {1280, 720}, {63, 102, 240}},    {std::nullopt, {720, 576}, {81, 90, 240}}};
  for (const Case& c : kCases) {
    std::array<std::vector<std::uint8_t>, 3> samples;
    domain::Frame frame;
    frame.size = c.size;
    frame.matrix = c.matrix;
    for (std::size_t i = 0; i < 3; ++i) {
      const int divisor = i == 0 ? 1 : 2;
      samples[i].assign(static_cast<std::size_t>(c.size.width / divisor * c.size.height / divisor),
                        static_cast<std::uint8_t>(c.red[i]));
      frame.planes[i] = {samples[i].data(), c.size.width / divisor};
    }
    const auto jpeg = encode(frame);
    ASSERT_TRUE(jpeg);
    const auto pixel = decode(*jpeg).at<cv::Vec3b>(48, 32);
    EXPECT_NEAR(pixel[2], 255, 3) << c.size.height << ": " << c.red[0];
    EXPECT_NEAR(pixel[1], 0, 3) << c.size.height << ": " << c.red[0];
    EXPECT_NEAR(pixel[0], 0, 3) << c.size.height << ": " << c.red[0];
  }
}

TEST_F(JpegEncoderTest, AThumbnailHasTheColoursOfThePictureItIsFrom) {
  // Pure red, as BT.709 and BT.601 say it in limited range.
  auto hd = thumbnail({64, 96}, {63, 102, 240});
  hd.matrix = domain::ColorMatrix::bt709;
  const auto sd = thumbnail({64, 96}, {81, 90, 240});
  for (const domain::Thumbnail& each : {hd, sd}) {
    auto encoded = encoder.encode(each);
    ASSERT_TRUE(encoded) << encoded.error().text;
    Jpeg jpeg;
    jpeg.bytes = *std::move(encoded);
    jpeg.size = each.size;
    const auto pixel = decode(jpeg).at<cv::Vec3b>(48, 32);
    EXPECT_NEAR(pixel[2], 255, 6);
    EXPECT_NEAR(pixel[1], 0, 6);
    EXPECT_NEAR(pixel[0], 0, 6);
  }
}

TEST_F(JpegEncoderTest, AThumbnailIsSmallWhateverItShows) {
  domain::Thumbnail noisy = thumbnail({96, 96}, {0, 0, 0});
  std::mt19937 random(7);
  for (auto& sample : noisy.samples) sample = static_cast<std::uint8_t>(random());
  const auto encoded = encoder.encode(noisy);
  ASSERT_TRUE(encoded) << encoded.error().text;
  EXPECT_LE(static_cast<Bytes>(encoded->size()), kMostThumbnailBytes);
  EXPECT_FALSE(encoder.encode(domain::Thumbnail{})) << "of an empty frame";
  EXPECT_TRUE(encoder.encode(thumbnail({2, 2}, {128, 128, 128})));
}

}  // namespace
}  // namespace vigia::shot
