#include "track/liveness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numbers>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "testing/data.h"

namespace vigia::track {
namespace {

constexpr float kDefaultSetting = 0.1F;  // of filter_min_movement, as the settings file has it
constexpr domain::Size kPicture{200, 200};
constexpr domain::Box kFace{55, 45, 90, 110};

// The light at a place of the scene: blots of light and dark, smooth like a face's.
float scene(float x, float y) {
  return 120 + 34 * std::sin(x / 7.3F + 1.1F * std::cos(y / 13.0F)) +
         30 * std::cos(y / 6.1F + std::sin(x / 17.0F));
}

struct Moment {
  double seconds = 0;
  std::vector<std::uint8_t> luma = std::vector<std::uint8_t>(std::size_t{kPicture.width} * kPicture.height);
  std::uint8_t& at(int x, int y) { return luma[static_cast<std::size_t>(y * kPicture.width + x)]; }
};

using Draw = std::function<float(float x, float y, double seconds)>;

// The luma of a camera of so many frames a second, with Gaussian noise.
class Camera {
 public:
  Camera(Draw draw, float noise) : draw_(std::move(draw)), noise_(kPixels + kOffsets) {
    std::normal_distribution<float> normal(0, noise);
    for (float& value : noise_) value = normal(random_);
  }

  void show(Liveness& to, double from, double until, double fps, domain::Detection face = {kFace, 0.9F, {}}) {
    for (double t = from; t < until; t += 1 / fps) {
      take(t);
      domain::Frame frame;
      frame.size = kPicture;
      frame.planes[0] = {moment_.luma.data(), kPicture.width};
      domain::Detection now = face;  // the detector's box trembles
      now.box.left += noise_[random_() % kOffsets] / 3;
      to.see(frame, now, from_seconds(t));
    }
  }

 private:
  // Drawn once, and added to each picture from a different offset: drawing it anew would take most of the
  // time.
  static constexpr std::size_t kPixels = std::size_t{kPicture.width} * kPicture.height;
  static constexpr std::size_t kOffsets = 10'007;

  void take(double t) {
    const float* noise = &noise_[random_() % kOffsets];
    for (int y = 0; y < kPicture.height; ++y) {
      for (int x = 0; x < kPicture.width; ++x) {
        const float value = draw_(static_cast<float>(x), static_cast<float>(y), t) + *noise++;
        moment_.at(x, y) = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
      }
    }
  }

  Draw draw_;
  std::mt19937 random_{7};
  std::vector<float> noise_;
  Moment moment_;
};

float still(float x, float y, double /*seconds*/) {
  return scene(x, y);
}

// A person who turns the head by so many degrees to each side in so many seconds, before a wall that stays.
// (A head of 45 pixels' radius: the part that faces the camera moves by 45 px x sin(angle), its edge does
// not.)
Draw turning(double degrees, double period) {
  return [=](float x, float y, double t) {
    const float u = (x - 100) / 60;
    const float v = (y - 100) / 75;
    const float depth = std::sqrt(std::max(0.0F, 1 - u * u - v * v));
    const double angle = degrees * std::numbers::pi / 180 * std::sin(2 * std::numbers::pi * t / period);
    return scene(x - 45 * depth * static_cast<float>(std::sin(angle)), y);
  };
}

TEST(LivenessTest, APictureWithNoiseStaysBelowTheDefaultSetting) {
  for (const float noise : {1.0F, 3.0F, 6.0F}) {
    Liveness face;
    Camera(still, noise).show(face, 0, 30, 10);
    EXPECT_LT(face.life(), kDefaultSetting) << noise;
    EXPECT_GT(to_seconds(face.watched()), 25) << noise;
  }
}

TEST(LivenessTest, AHeadThatTurnsALittleLivesWithinSeconds) {
  for (const double fps : {25.0, 8.0, 4.0}) {
    Liveness face;
    Camera(turning(5, 8), 3).show(face, 0, 8, fps);
    EXPECT_GT(face.life(), kDefaultSetting) << fps;
  }
  Liveness quick;
  Camera(turning(8, 3), 3).show(quick, 0, 3, 12);
  EXPECT_GT(quick.life(), kDefaultSetting);
}

TEST(LivenessTest, AShakingCameraIsNotLife) {
  const Draw shaken = [](float x, float y, double t) {
    return scene(x + 1.5F * static_cast<float>(std::sin(20 * t)),
                 y + 1.5F * static_cast<float>(std::sin(2.7 * t)));
  };
  Liveness face;
  Camera(shaken, 2).show(face, 0, 30, 12);
  EXPECT_LT(face.life(), kDefaultSetting);
}

TEST(LivenessTest, LightThatChangesIsNotLife) {
  const Draw lit = [](float x, float y, double t) {
    const float lamp = std::fmod(t, 9.0) < 4 ? 0.6F : 1.0F;
    const float slope = 0.1F * x * static_cast<float>(std::sin(t / 11));
    return scene(x, y) * lamp * (1 + 0.1F * static_cast<float>(std::sin(t / 5))) + slope;
  };
  Liveness face;
  Camera(lit, 2).show(face, 0, 30, 10);
  EXPECT_LT(face.life(), kDefaultSetting);
}

TEST(LivenessTest, SomebodyWhoPassesInFrontIsNotLife) {
  const Draw passed = [](float x, float y, double t) {
    const float edge = static_cast<float>(std::fmod(t, 5.0)) * 180 - 150;  // 110 pixels wide, 180 a second
    return x > edge && x < edge + 110 && y > 90 ? scene(y - edge, x * 1.3F) : scene(x, y);
  };
  Liveness face;
  Camera(passed, 2).show(face, 0, 30, 12);
  EXPECT_LT(face.life(), kDefaultSetting);
  EXPECT_GT(to_seconds(face.watched()), 10);
}

TEST(LivenessTest, WithoutAPictureItCannotTell) {
  Liveness face;
  domain::Frame frame;
  frame.size = kPicture;
  for (int i = 0; i < 100; ++i) face.see(frame, {kFace, 0.9F, {}}, from_seconds(0.1 * i));
  EXPECT_EQ(face.life(), 0);
  EXPECT_EQ(face.watched(), Nanoseconds::zero());
}

TEST(LivenessTest, NonsenseIsTakenWithoutHarm) {
  Liveness face;
  const auto nan = std::nanf("");
  for (const domain::Box box :
       {domain::Box{-500, -500, 90, 90}, {190, 190, 90, 90}, {0, 0, 0, 0}, {5, 5, nan, 9}, {nan, 5, 9, 9}}) {
    Camera(still, 1).show(face, 0, 1, 10, {box, 0.9F, {}});
  }
  EXPECT_LT(face.life(), kDefaultSetting);
}

// Photographs with marked faces, filmed by a noisy camera that shakes.
TEST(LivenessTest, PhotographsOfRealFacesDoNotLive) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  const auto photos = std::filesystem::path(data) / "photos";
  std::ifstream list(photos / "faces.csv");
  std::mt19937 random{3};
  int faces = 0;
  for (std::string line; std::getline(list, line);) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream words(line);
    std::string file;
    domain::Detection face{.score = 0.9F};
    if (!(words >> file >> face.box.left >> face.box.top >> face.box.width >> face.box.height)) continue;
    const cv::Mat photo = cv::imread((photos / file).string(), cv::IMREAD_GRAYSCALE);
    ASSERT_FALSE(photo.empty()) << file;
    Liveness life;
    cv::Mat noise(photo.size(), CV_16SC1);
    cv::Mat seen;
    for (int n = 0; n < 300; ++n) {
      const cv::Matx23d shake(1, 0, std::sin(n * 0.7), 0, 1, std::sin(n * 1.1));
      cv::warpAffine(photo, seen, shake, photo.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
      cv::theRNG().state = random();
      cv::randn(noise, 0, 3);
      cv::add(seen, noise, seen, {}, CV_8U);
      domain::Frame frame;
      frame.size = {seen.cols, seen.rows};
      frame.planes[0] = {seen.data, static_cast<int>(seen.step)};
      life.see(frame, face, from_seconds(0.1 * n));
    }
    EXPECT_LT(life.life(), kDefaultSetting) << line;
    EXPECT_GT(to_seconds(life.watched()), 20) << line;
    ++faces;
  }
  EXPECT_GT(faces, 10);
}

}  // namespace
}  // namespace vigia::track
