#include "detect/motion_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "detect/detect_faces.h"
#include "detect/test_support.h"
#include "memory/memory_manager.h"

namespace vigia::detect {
namespace {

constexpr double kThreshold = 0.002;
constexpr domain::Size kHd{1280, 720};
constexpr int kFace = 60;  // pixels of the smallest wanted face
constexpr Nanoseconds kFrameTime = std::chrono::milliseconds(33);

// A scene of luma alone, with things in it, filmed by an imperfect camera. Chroma is grey.
class Scene {
 public:
  explicit Scene(domain::Size size = kHd, int extra_stride = 0)
      : size_(size), stride_(size.width + extra_stride), background_(bytes()), luma_(bytes()) {
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        // Walls with edges: 60 to 150.
        pixel(background_, x, y) = static_cast<std::uint8_t>(60 + (x / 97 + y / 61) % 4 * 25 + x % 16);
      }
    }
    luma_ = background_;
  }

  // What the camera does to every pixel from here on.
  int brighter = 0;
  double noise = 0;

  // The next frame; with a patch of these pixels, `contrast` lighter than what is behind it.
  domain::Frame frame(domain::Region patch = {0, 0, 0, 0}, int contrast = 0, Nanoseconds later = kFrameTime) {
    std::normal_distribution<double> grain(0, noise > 0 ? noise : 1);
    for (int y = 0; y < size_.height; ++y) {
      for (int x = 0; x < size_.width; ++x) {
        const bool inside =
            x >= patch.left && x < patch.left + patch.width && y >= patch.top && y < patch.top + patch.height;
        double value = pixel(background_, x, y) + brighter + (inside ? contrast : 0);
        if (noise > 0) value += grain(random_);
        pixel(luma_, x, y) = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
      }
    }
    domain::Frame made;
    for (domain::Plane& plane : made.planes) plane = {luma_.data(), stride_};  // only luma is looked at
    made.size = size_;
    made.stream_time = now_;
    now_ += later;
    return made;
  }

 private:
  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    return std::vector<std::uint8_t>(static_cast<std::size_t>(stride_) *
                                     static_cast<std::size_t>(size_.height));
  }
  std::uint8_t& pixel(std::vector<std::uint8_t>& plane, int x, int y) const {
    return plane[static_cast<std::size_t>(y) * static_cast<std::size_t>(stride_) +
                 static_cast<std::size_t>(x)];
  }

  domain::Size size_;
  int stride_;
  std::vector<std::uint8_t> background_, luma_;
  std::mt19937 random_{1};
  Nanoseconds now_{0};
};

bool moved(MotionGate& gate, const domain::Frame& frame, const domain::Region& rot, int least_face = kFace) {
  return gate.where(frame, {rot, least_face}, {}).has_value();
}

// Past the first frame and the second in which everything counts after it.
void settle(MotionGate& gate, Scene& scene, const domain::Region& rot = {}, int least_face = kFace) {
  EXPECT_TRUE(moved(gate, scene.frame(), rot, least_face));
  EXPECT_TRUE(moved(gate, scene.frame({}, 0, kMotionHold), rot, least_face));
  EXPECT_FALSE(moved(gate, scene.frame(), rot, least_face));
}

int count_moved(MotionGate& gate, Scene& scene, int frames) {
  int count = 0;
  for (int i = 0; i < frames; ++i) count += moved(gate, scene.frame(), {}) ? 1 : 0;
  return count;
}

TEST(MotionGate, OffLetsEverythingThrough) {
  MotionGate gate(0);
  Scene scene;
  EXPECT_EQ(count_moved(gate, scene, 40), 40);
}

TEST(MotionGate, AStillSceneIsNotLookedAt) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  EXPECT_EQ(count_moved(gate, scene, 50), 0);
}

TEST(MotionGate, NoiseIsNoMotion) {
  MotionGate gate(1e-9);  // a single cell would do
  Scene scene;
  scene.noise = 5;
  settle(gate, scene);
  EXPECT_EQ(count_moved(gate, scene, 40), 0);
}

// A dark face, little lighter than the wall.
TEST(MotionGate, AFaceThatAppearsIsSeenWhereverItIs) {
  for (const domain::Region face : {domain::Region{0, 0, 60, 60},
                                    {1220, 660, 60, 60},
                                    {333, 217, 60, 60},
                                    {648, 344, 60, 60},
                                    {7, 650, 60, 60}}) {
    for (const int contrast : {12, -12}) {
      MotionGate gate(kThreshold);
      Scene scene;
      scene.noise = 3;
      settle(gate, scene);
      EXPECT_TRUE(moved(gate, scene.frame(face, contrast), {})) << face.left << ' ' << face.top;
    }
  }
}

// Cells are 24 and 48 pixels wide there: 60 pixels cover one wholly, or none, of the eight of the threshold.
TEST(MotionGate, AFaceThatAppearsIsSeenInLargePictures) {
  for (const domain::Size size : {domain::Size{1920, 1080}, {3840, 2160}}) {
    for (const int corner : {480, 481, 503, 517}) {
      MotionGate gate(kThreshold);
      Scene scene(size);
      settle(gate, scene);
      EXPECT_TRUE(moved(gate, scene.frame({corner, corner, 60, 60}, 25), {})) << size.width << ' ' << corner;
    }
  }
}

TEST(MotionGate, ThingsSmallerThanWantedFacesAreNotMotion) {
  Scene scene;
  MotionGate gate(kThreshold);
  settle(gate, scene);
  EXPECT_FALSE(moved(gate, scene.frame({640, 320, 14, 14}, 60), {}));
  Scene again;
  MotionGate small_faces(kThreshold);
  settle(small_faces, again, {}, 20);
  EXPECT_TRUE(moved(small_faces, again.frame({640, 320, 14, 14}, 60), {}, 20));
}

// One pixel in ten frames: between two frames nothing that a cell could show.
TEST(MotionGate, AFaceThatCreepsInIsSeenBeforeAQuarterOfIt) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  int seen_at = 0;
  for (int i = 0; i < 140 && seen_at == 0; ++i) {
    const int shown = i / 10;
    if (moved(gate, scene.frame({0, 300, shown + 1, 60}, 25), {})) seen_at = shown + 1;
  }
  EXPECT_GT(seen_at, 1);
  EXPECT_LE(seen_at, 15);
}

TEST(MotionGate, WhatFadesInSlowlyAddsUp) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  int contrast = 0;
  while (contrast < 40 && !moved(gate, scene.frame({600, 300, 60, 60}, contrast), {})) ++contrast;
  EXPECT_LE(contrast, kMotionLevels + 1);
}

TEST(MotionGate, FlickerOfTheWholePictureIsNoMotion) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  for (int i = 0; i < 40; ++i) {
    scene.brighter = i % 2 == 0 ? 8 : -8;
    EXPECT_FALSE(moved(gate, scene.frame(), {}));
  }
}

TEST(MotionGate, AFaceIsSeenWhileThePictureFlickers) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  scene.brighter = 12;
  // It is as much darker as the picture is lighter: its own pixels have not changed.
  EXPECT_TRUE(moved(gate, scene.frame({640, 320, 60, 60}, -12), {}));
}

TEST(MotionGate, ALampSwitchedOnIsMotion) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  scene.brighter = 40;
  EXPECT_TRUE(moved(gate, scene.frame(), {}));
}

TEST(MotionGate, LooksOnForAWhileAfterMotion) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  EXPECT_TRUE(moved(gate, scene.frame({600, 300, 60, 60}, 30), {}));
  int looked_at = 1;
  while (moved(gate, scene.frame({600, 300, 60, 60}, 30), {}) && looked_at < 100) ++looked_at;
  EXPECT_EQ(looked_at, kMotionHold / kFrameTime + 1);
}

TEST(MotionGate, NothingRestsLongerThanStated) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  int looked_at = 0;
  int rested = 0;
  for (int i = 0; i < 400; ++i) {
    if (moved(gate, scene.frame(), {})) {
      ++looked_at;
      EXPECT_LE(rested * kFrameTime, kMotionRest);
      rested = 0;
    } else {
      ++rested;
    }
  }
  EXPECT_EQ(looked_at, 400 * kFrameTime / kMotionRest);
}

TEST(MotionGate, AnotherSizeOrRegionIsMotion) {
  MotionGate gate(kThreshold);
  Scene hd;
  settle(gate, hd);
  Scene small({640, 480});
  EXPECT_TRUE(moved(gate, small.frame(), {}));
  EXPECT_TRUE(moved(gate, small.frame({}, 0, kMotionHold), {}));
  EXPECT_FALSE(moved(gate, small.frame(), {}));
  EXPECT_TRUE(moved(gate, small.frame(), {10, 10, 300, 300}));
}

TEST(MotionGate, OnlyTheRegionCounts) {
  const domain::Region door{301, 203, 401, 301};
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene, door);
  EXPECT_FALSE(moved(gate, scene.frame({900, 300, 300, 300}, 60), door));
  EXPECT_TRUE(moved(gate, scene.frame({400, 300, 30, 30}, 60), door));
}

TEST(MotionGate, WhatCannotBeJudgedIsLookedAt) {
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene);
  EXPECT_TRUE(moved(gate, scene.frame(), {2000, 0, 10, 10}));
  EXPECT_TRUE(moved(gate, domain::Frame{}, {}));
}

TEST(MotionGate, AnySizeWillDo) {
  for (const domain::Size size :
       {domain::Size{1, 1}, {15, 700}, {641, 479}, {37, 53}, {720, 1280}, {2560, 1440}}) {
    MotionGate gate(kThreshold);
    Scene scene(size, 13);
    settle(gate, scene);
    EXPECT_TRUE(moved(gate, scene.frame({0, 0, (size.width + 3) / 4, (size.height + 3) / 4}, 60), {}))
        << size.width << 'x' << size.height;
  }
}

class CloseLook : public ::testing::Test {
 protected:
  CloseLook() {
    moved(gate_, scene_.frame(), {});
    while (moved(gate_, scene_.frame(), {})) {
    }
    EXPECT_FALSE(moved(gate_, scene_.frame({}, 0, kMotionWhole), {}));
  }
  domain::Region close(const domain::Region& patch, std::vector<domain::Box> followed = {},
                       Nanoseconds later = kFrameTime) {
    const auto view = gate_.where(scene_.frame(patch, 30, later), {{}, kFace}, followed);
    return view ? view->close : domain::Region{-1, -1, 1, 1};
  }
  // The first look after a rest is at everything.
  void wake() { EXPECT_TRUE(close(kPatch).whole()); }

  static constexpr domain::Region kPatch{600, 300, 60, 60};
  static domain::Box box(const domain::Region& region) {
    return {static_cast<float>(region.left), static_cast<float>(region.top), static_cast<float>(region.width),
            static_cast<float>(region.height)};
  }

  MotionGate gate_{kThreshold};
  Scene scene_;
};

TEST_F(CloseLook, HoldsWhatMovesAndLittleMore) {
  wake();
  const domain::Region part = close(kPatch);
  ASSERT_FALSE(part.whole());
  EXPECT_TRUE(part.contains(box(kPatch)));
  EXPECT_LE(part.width, kPatch.width + 2 * kFace + 32);
  EXPECT_LE(part.height, kPatch.height + 2 * kFace + 32);
}

TEST_F(CloseLook, HoldsFollowedFacesThatDoNotMove) {
  wake();
  const domain::Box still{100, 500, 80, 100};
  const domain::Region part = close(kPatch, {still});
  ASSERT_FALSE(part.whole());
  EXPECT_TRUE(part.contains(box(kPatch)));
  EXPECT_TRUE(part.contains({60, 450, 160, 200})) << "and half of their size around them";
}

TEST_F(CloseLook, AFaceThatIsFollowedIsLookedAtThoughNothingMoves) {
  const domain::Box still{100, 500, 80, 100};
  wake();
  for (int i = 0; i < 100; ++i) {
    const domain::Region part = close(kPatch, {still});
    EXPECT_TRUE(part.contains(box({60, 450, 160, 200})));
  }
}

TEST_F(CloseLook, EverythingIsLookedAtOnceASecond) {
  wake();
  Nanoseconds since{0};
  int wholes = 0;
  for (int i = 0; i < 300; ++i) {
    const bool is_whole = close({600 + i, 300, 60, 60}).whole();
    since = is_whole ? Nanoseconds{0} : since + kFrameTime;
    wholes += is_whole ? 1 : 0;
    EXPECT_LE(since, kMotionWhole + kFrameTime);
  }
  EXPECT_LE(wholes, 12);
}

// Far from what moves, one pixel in ten frames: between two looks nothing that a cell could show.
TEST_F(CloseLook, AFaceThatCreepsInElsewhereIsSeenBeforeAQuarterOfIt) {
  wake();
  for (int i = 0; i < 150; ++i) {
    const std::vector<domain::Box> followed{{1100, 100, 60, 60}};
    const auto view = gate_.where(scene_.frame({0, 300, i / 10 + 1, 60}, 25), {{}, kFace}, followed);
    ASSERT_TRUE(view);
    if (!view->close.whole() && view->close.left == 0) {
      EXPECT_LE(i / 10 + 1, 15);
      return;
    }
  }
  FAIL() << "never looked at, except once a second";
}

TEST_F(CloseLook, StaysInsideTheRegion) {
  const domain::Region door{301, 203, 401, 301};
  MotionGate gate(kThreshold);
  Scene scene;
  settle(gate, scene, door);
  EXPECT_TRUE(gate.where(scene.frame({320, 220, 60, 60}, 30), {door, kFace}, {})->close.whole());
  const domain::Region part = gate.where(scene.frame({330, 230, 60, 60}, 30), {door, kFace}, {})->close;
  ASSERT_FALSE(part.whole());
  EXPECT_TRUE(door.contains(box(part)));
}

// A clip's frames as ffmpeg decodes them, one after the other in one buffer.
class Clip {
 public:
  Clip(const std::filesystem::path& file, domain::Size size, Nanoseconds frame_time)
      : size_(size),
        frame_time_(frame_time),
        bytes_(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3 / 2),
        pipe_(
            popen(("ffmpeg -v quiet -i '" + file.string() + "' -f rawvideo -pix_fmt yuv420p -").c_str(), "r"),
            pclose) {}

  bool next(domain::Frame& frame) {
    if (pipe_ == nullptr || std::fread(bytes_.data(), 1, bytes_.size(), pipe_.get()) != bytes_.size())
      return false;
    const std::uint8_t* const chroma =
        bytes_.data() + static_cast<std::ptrdiff_t>(size_.width) * size_.height;
    const std::ptrdiff_t chroma_bytes = static_cast<std::ptrdiff_t>(size_.width) * size_.height / 4;
    frame.planes = {domain::Plane{bytes_.data(), size_.width}, domain::Plane{chroma, size_.width / 2},
                    domain::Plane{chroma + chroma_bytes, size_.width / 2}};
    frame.size = size_;
    frame.stream_time += frame_time_;
    return true;
  }

 private:
  domain::Size size_;
  Nanoseconds frame_time_;
  std::vector<std::uint8_t> bytes_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe_;
};

// People come into an empty place one by one. As in the pipeline the gate is used while no track is open;
// here a track counts as open for a second after the last face. No frame in which a face appears may be
// skipped.
TEST(MotionGate, LosesNoFaceThatComes) {
  NEED_DATA();
  const domain::Size size{768, 432};
  Clip clip(data_folder() / "clips" / "one-by-one-person-detection.mp4", size,
            std::chrono::milliseconds(100));
  memory::MemoryManager memory{memory::MemoryOptions{}};
  DetectorOptions options;
  options.model = model_file("yunet_n_640_640.onnx").string();
  const auto stage = DetectFaces::create(options, ModelPlaces{}, memory.budget());
  ASSERT_TRUE(stage);
  const auto detector = stage->make({320, 192});
  ASSERT_TRUE(detector);

  MotionGate gate(kThreshold);
  domain::Frame frame;
  std::vector<domain::Detection> found;
  Nanoseconds track_until{0};
  int asked = 0;
  int rested = 0;
  int came = 0;
  while (clip.next(frame)) {
    ASSERT_TRUE(detect_fully(**detector, frame, {}, found));
    if (frame.stream_time >= track_until) {
      ++asked;
      const bool has_moved = moved(gate, frame, {});
      rested += has_moved ? 0 : 1;
      if (!found.empty()) {
        ++came;
        EXPECT_TRUE(has_moved) << "a face comes at " << to_seconds(frame.stream_time) << " s";
      }
    }
    if (!found.empty()) track_until = frame.stream_time + std::chrono::seconds(1);
  }
  EXPECT_GE(came, 5);
  EXPECT_GE(rested, asked / 10);
}

}  // namespace
}  // namespace vigia::detect
