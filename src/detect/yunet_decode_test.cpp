#include "detect/yunet_decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "detect/letterbox.h"

namespace vigia::detect {
namespace {

double logit(double probability) {
  return std::log(probability / (1 - probability));
}

// Heads of one input size, without a face anywhere.
class Heads {
 public:
  explicit Heads(domain::Size input) : input_(input) {
    for (std::size_t level = 0; level < kYunetLevels; ++level) {
      const int stride = kYunetStrides[level];
      const int cells = (input.width / stride) * (input.height / stride);
      values_[level].assign(static_cast<std::size_t>(cells) * YunetHead::kChannels, -20.0F);
    }
  }
  float* cell(std::size_t level, int column, int row) {
    const int columns = input_.width / kYunetStrides[level];
    return values_[level].data() + static_cast<std::ptrdiff_t>(row * columns + column) * YunetHead::kChannels;
  }
  void put(std::size_t level, int column, int row, std::array<double, 2> probabilities) {
    float* at = cell(level, column, row);
    std::fill(at, at + YunetHead::kChannels, 0.0F);
    at[YunetHead::kFace] = static_cast<float>(logit(probabilities[0]));
    at[YunetHead::kObject] = static_cast<float>(logit(probabilities[1]));
  }
  std::vector<domain::Detection> decode(double min_score) const {
    std::vector<domain::Detection> found;
    decode_yunet({values_[0], values_[1], values_[2]}, input_, min_score, found);
    return found;
  }

 private:
  domain::Size input_;
  std::array<std::vector<float>, kYunetLevels> values_;
};

TEST(DecodeYunet, GivesBoxesAndLandmarksByTheFormulas) {
  Heads heads({640, 384});
  heads.put(1, 7, 3, {0.9, 0.8});
  float* at = heads.cell(1, 7, 3);
  const std::array<float, 14> numbers{0.25F, -0.5F, 1.0F, 1.5F, 0, 1, 2, 3, -4, 5, 6.5F, 7, 8, 9};
  std::ranges::copy(numbers, at + YunetHead::kBox);
  const auto found = heads.decode(0.6);
  ASSERT_EQ(found.size(), 1U);
  const domain::Detection& face = found[0];
  EXPECT_NEAR(face.score, std::sqrt(0.9 * 0.8), 1e-6);
  EXPECT_NEAR(face.box.width, std::exp(1.0) * 16, 1e-3);
  EXPECT_NEAR(face.box.height, std::exp(1.5) * 16, 1e-3);
  EXPECT_NEAR(face.box.centre().x, (7 + 0.25) * 16, 1e-3);
  EXPECT_NEAR(face.box.centre().y, (3 - 0.5) * 16, 1e-3);
  ASSERT_TRUE(face.landmarks);
  EXPECT_FLOAT_EQ(face.landmarks->right_eye.x, 7 * 16);
  EXPECT_FLOAT_EQ(face.landmarks->right_eye.y, 4 * 16);
  EXPECT_FLOAT_EQ(face.landmarks->nose.x, 3 * 16);
  EXPECT_FLOAT_EQ(face.landmarks->mouth_left.x, 15 * 16);
  EXPECT_FLOAT_EQ(face.landmarks->mouth_left.y, 12 * 16);
}

TEST(DecodeYunet, LooksAtEveryLevelAndTheLastCell) {
  Heads heads({320, 192});
  heads.put(0, 39, 23, {0.9, 0.9});
  heads.put(1, 0, 11, {0.9, 0.9});
  heads.put(2, 9, 5, {0.9, 0.9});
  EXPECT_EQ(heads.decode(0.6).size(), 3U);
}

// The comparison of logits that spares the sigmoids must never lose a face at the border.
TEST(DecodeYunet, FindsExactlyThoseOfTheScore) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> probability(0.001, 0.9999);
  for (const double min_score : {0.0, 0.05, 0.3, 0.6, 0.9, 0.99, 1.0}) {
    Heads heads({320, 320});
    std::size_t expected = 0;
    for (int row = 0; row < 40; ++row) {
      for (int column = 0; column < 40; ++column) {
        const bool border = (row + column) % 2 == 0;  // one sure, so that the other decides alone
        const double face = border ? 0.99999 : probability(random);
        const double object = probability(random);
        heads.put(0, column, row, {face, object});
        const float* at = heads.cell(0, column, row);
        const double product =
            1 / (1 + std::exp(-static_cast<double>(at[0]))) / (1 + std::exp(-static_cast<double>(at[1])));
        expected += std::sqrt(product) >= min_score ? 1 : 0;
      }
    }
    const std::size_t others = min_score == 0 ? 400 + 100 : 0;  // the other levels' cells, nearly 0
    EXPECT_EQ(heads.decode(min_score).size(), expected + others) << min_score;
  }
}

TEST(DecodeYunet, PassesOverWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (int channel = 0; channel < YunetHead::kChannels; ++channel) {
    for (const float value : {nan, infinity, -infinity, 1e30F}) {
      Heads heads({64, 64});
      heads.put(0, 2, 2, {0.9, 0.9});
      heads.cell(0, 2, 2)[channel] = value;
      for (const domain::Detection& face : heads.decode(0.6)) {
        EXPECT_TRUE(std::isfinite(face.box.left) && std::isfinite(face.box.width) &&
                    std::isfinite(face.score));
      }
    }
  }
}

domain::Detection face_at(float left, float top, float width, float score) {
  return {.box = {left, top, width, width}, .score = score, .landmarks = {}};
}

TEST(SuppressOverlapping, KeepsTheBestOfEachFace) {
  std::vector<domain::Detection> found{face_at(100, 100, 50, 0.7F), face_at(102, 101, 50, 0.9F),
                                       face_at(300, 100, 50, 0.8F), face_at(98, 99, 52, 0.65F)};
  suppress_overlapping(found, 0.3F);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FLOAT_EQ(found[0].score, 0.9F);
  EXPECT_FLOAT_EQ(found[1].score, 0.8F);
}

// Two squares of 100 that share 46 columns: 4600 of 15400, just below 0.3; with 47 just above.
TEST(SuppressOverlapping, CountsTheShareOfBoth) {
  std::vector<domain::Detection> beside{face_at(0, 0, 100, 0.9F), face_at(54, 0, 100, 0.8F)};
  suppress_overlapping(beside, 0.3F);
  EXPECT_EQ(beside.size(), 2U);
  std::vector<domain::Detection> over{face_at(0, 0, 100, 0.9F), face_at(53, 0, 100, 0.8F)};
  suppress_overlapping(over, 0.3F);
  EXPECT_EQ(over.size(), 1U);
}

TEST(SuppressOverlapping, IsBoundedHoweverManyThereAre) {
  std::vector<domain::Detection> found;
  found.reserve(20000);
  for (int i = 0; i < 20000; ++i) {
    found.push_back(face_at(static_cast<float>(i * 10), 0, 5, static_cast<float>(i) / 20000));
  }
  suppress_overlapping(found, 0.3F);
  EXPECT_EQ(found.size(), 5000U);
  EXPECT_FLOAT_EQ(found[0].score, 19999.0F / 20000);
}

TEST(LetterboxTest, LeadsBackToTheFrame) {
  const Letterbox box = fit_letterbox({100, 50, 1280, 640}, {640, 384});
  EXPECT_EQ(box.content, (domain::Size{640, 320}));
  domain::Detection face = face_at(10, 20, 30, 0.9F);
  face.landmarks = domain::Landmarks{{10, 20}, {}, {}, {}, {630, 319}};
  box.to_frame(face);
  EXPECT_FLOAT_EQ(face.box.left, 120);
  EXPECT_FLOAT_EQ(face.box.top, 90);
  EXPECT_FLOAT_EQ(face.box.width, 60);
  EXPECT_FLOAT_EQ(face.landmarks->right_eye.x, 120);
  EXPECT_FLOAT_EQ(face.landmarks->mouth_left.y, 688);
}

TEST(LetterboxTest, CutsBoxesToTheRegion) {
  const Letterbox box = fit_letterbox({100, 50, 640, 320}, {640, 384});
  domain::Detection over_the_edge = face_at(-20, 300, 60, 0.9F);
  box.to_frame(over_the_edge);
  EXPECT_FLOAT_EQ(over_the_edge.box.left, 100);
  EXPECT_FLOAT_EQ(over_the_edge.box.width, 40);
  EXPECT_FLOAT_EQ(over_the_edge.box.bottom(), 370);
  domain::Detection in_the_black = face_at(300, 330, 40, 0.9F);
  box.to_frame(in_the_black);
  EXPECT_FLOAT_EQ(in_the_black.box.height, 0);
}

TEST(LetterboxTest, ClipsRegionsToThePicture) {
  const domain::Size picture{640, 480};
  const auto clip = [&](domain::Region region) { return clip_region(region, picture); };
  EXPECT_EQ(clip({}), (domain::Region{0, 0, 640, 480}));
  EXPECT_EQ(clip({10, 20, 30, 40}), (domain::Region{10, 20, 30, 40}));
  EXPECT_EQ(clip({-10, 470, 30, 40}), (domain::Region{0, 470, 20, 10}));
  EXPECT_EQ(clip({600, 0, 2147483647, 2147483647}), (domain::Region{600, 0, 40, 480}));
  EXPECT_TRUE(clip({700, 10, 30, 40}).whole());  // nothing of it is left
  EXPECT_TRUE(clip({-50, 10, 50, 40}).whole());
}

TEST(LetterboxTest, KeepsAtLeastOnePixel) {
  EXPECT_EQ(fit_letterbox({0, 0, 10000, 1}, {64, 64}).content, (domain::Size{64, 1}));
  EXPECT_EQ(fit_letterbox({0, 0, 1, 10000}, {64, 64}).content, (domain::Size{1, 64}));
}

}  // namespace
}  // namespace vigia::detect
