// A network that processes only the filled part of its input finds the same faces as on the whole input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "detect/letterbox.h"
#include "detect/test_support.h"
#include "detect/yunet_decode.h"
#include "detect/yunet_detector.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

domain::Size filled_by(domain::Size frame, domain::Size input) {
  return filled_input(fit_letterbox({0, 0, frame.width, frame.height}, input).content, input);
}

TEST(FilledInput, LeavesOutTheBlackBesideThePicture) {
  EXPECT_EQ(filled_by({1280, 720}, {640, 384}), (domain::Size{640, 384}));
  EXPECT_EQ(filled_by({1280, 720}, {640, 640}), (domain::Size{640, 384}));
  EXPECT_EQ(filled_by({1920, 1080}, {320, 320}), (domain::Size{320, 192}));
  EXPECT_EQ(filled_by({1280, 720}, {960, 544}), (domain::Size{960, 544}));
  EXPECT_EQ(filled_by({640, 480}, {640, 384}), (domain::Size{512, 384}));
  EXPECT_EQ(filled_by({720, 1280}, {640, 384}), (domain::Size{256, 384}));
  EXPECT_EQ(filled_by({3440, 1440}, {640, 384}), (domain::Size{640, 288}));
  EXPECT_EQ(filled_by({10000, 1}, {64, 64}), (domain::Size{64, 64}));
}

TEST(FilledInput, IsAnInputThatHoldsThePictureAndOneOfNineAtMost) {
  for (const domain::Size input :
       {domain::Size{64, 64}, {320, 192}, {640, 384}, {640, 640}, {1280, 736}, {2048, 2048}, {96, 2048}}) {
    std::set<std::pair<int, int>> seen;
    for (int width = 1; width <= 3000; width += 7) {
      for (const int height : {1, 90, 500, 1080, 3000}) {
        const domain::Size content = fit_letterbox({0, 0, width, height}, input).content;
        const domain::Size filled = filled_input(content, input);
        EXPECT_TRUE(check_input(filled));
        EXPECT_GE(filled.width, content.width);
        EXPECT_GE(filled.height, content.height);
        EXPECT_LE(filled.width, input.width);
        EXPECT_LE(filled.height, input.height);
        seen.emplace(filled.width, filled.height);
      }
    }
    EXPECT_LE(seen.size(), 9U) << input.width << "x" << input.height;
  }
}

class FilledInputOfAModel : public ::testing::Test {
 protected:
  std::unique_ptr<Detector> detector(domain::Size input) {
    auto weights = read_yunet(model_file("yunet_n_640_640.onnx"));
    EXPECT_TRUE(weights) << weights.error().text;
    weights_ = std::make_shared<const YunetWeights>(*std::move(weights));
    auto made = YunetDetector::create({.weights = weights_,
                                       .account = memory_.budget().open("vigia", memory::Kind::tensors),
                                       .inputs = {input, input},
                                       .min_score = 0.6});
    EXPECT_TRUE(made) << made.error().text;
    return *std::move(made);
  }
  // The photograph with room at its right, so that it is as wide as a camera's picture.
  domain::Frame wide(const std::string& name) {
    const cv::Mat photo = cv::imread((data_folder() / "photos" / name).string());
    cv::Mat picture(photo.rows, photo.rows * 16 / 9, CV_8UC3, cv::Scalar(90, 110, 100));
    photo.copyTo(picture(cv::Rect(0, 0, photo.cols, photo.rows)));
    return testing::make_frame(memory_, picture);
  }
  // For comparison: the network on the whole input, black bars included.
  std::vector<domain::Detection> found_in_the_whole(const domain::Frame& frame, domain::Size input) {
    auto network = YunetNetwork::create(*weights_, input, Precision::f32);
    EXPECT_TRUE(network);
    const Letterbox letterbox = fit_letterbox(clip_region({}, frame.size), input);
    InputPreparer(input).prepare(frame, letterbox, network->input());
    EXPECT_TRUE(network->run());
    std::vector<domain::Detection> found;
    decode_yunet({network->heads(0), network->heads(1), network->heads(2)}, input, 0.6, found);
    suppress_overlapping(found, kOverlapMax);
    for (domain::Detection& face : found) letterbox.to_frame(face);
    return found;
  }

  memory::MemoryManager memory_{memory::MemoryOptions{}};
  std::shared_ptr<const YunetWeights> weights_;
};

TEST_F(FilledInputOfAModel, HasTheFacesOfTheWhole) {
  NEED_DATA();
  std::vector<float> overlaps;
  for (const domain::Size input : {domain::Size{640, 640}, {320, 320}}) {
    const auto part = detector(input);
    for (const char* name : {"2007_007763.jpg", "2008_001322.jpg", "2008_002079.jpg"}) {
      SCOPED_TRACE(part->name() + " " + name);
      const domain::Frame frame = wide(name);
      std::vector<domain::Detection> found;
      ASSERT_TRUE(detect_fully(*part, frame, {}, found));
      const auto expected = found_in_the_whole(frame, input);
      ASSERT_FALSE(expected.empty());
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        overlaps.push_back(overlap(found[i].box, expected[i].box));
        EXPECT_NEAR(found[i].score, expected[i].score, 0.01);
      }
    }
  }
  // One face may get the box of another of its cells, as good as the first: seen once, 0.87; the mean was
  // 0.99.
  EXPECT_GT(*std::ranges::min_element(overlaps), 0.8F);
  EXPECT_GT(std::accumulate(overlaps.begin(), overlaps.end(), 0.0F),
            0.98F * static_cast<float>(overlaps.size()));
}

TEST(CloseLetterbox, IsOneOfFewPartsThatHoldsWhatIsAskedFor) {
  const Letterbox whole = fit_letterbox({0, 0, 1280, 720}, {640, 384});
  std::set<std::pair<int, int>> seen;
  for (int width = 10; width <= 1280; width += 90) {
    for (int height = 10; height <= 720; height += 70) {
      for (int left = 0; left + width <= 1280; left += 111) {
        const domain::Region part{left, 720 - height, width, height};
        const Letterbox close = close_letterbox(whole, part);
        const domain::Region& at = close.region;
        EXPECT_TRUE(at.contains({static_cast<float>(left), static_cast<float>(720 - height),
                                 static_cast<float>(width), static_cast<float>(height)}));
        EXPECT_TRUE(domain::Region({0, 0, 1280, 720})
                        .contains({static_cast<float>(at.left), static_cast<float>(at.top),
                                   static_cast<float>(at.width), static_cast<float>(at.height)}));
        EXPECT_NEAR(close.scale_x(), whole.scale_x(), 0.02);
        EXPECT_NEAR(close.scale_y(), whole.scale_y(), 0.02);
        seen.emplace(close.content.width, close.content.height);
      }
    }
  }
  EXPECT_LE(seen.size(), 6U);
}

TEST(CloseLetterbox, AFaceAtAnEdgeOfTheRegionIsNotCut) {
  const domain::Region whole{0, 0, 1280, 720};
  const domain::Region part{0, 360, 512, 360};
  EXPECT_FALSE(is_cut({0, 400, 50, 60}, part, whole)) << "the picture ends there";
  EXPECT_FALSE(is_cut({100, 660, 50, 60}, part, whole));
  EXPECT_TRUE(is_cut({462, 400, 50, 60}, part, whole));
  EXPECT_TRUE(is_cut({100, 360, 50, 60}, part, whole));
  EXPECT_FALSE(is_cut({100, 400, 50, 60}, part, whole));
}

// Where a face is looked at closely, it is found as it is in the whole.
TEST_F(FilledInputOfAModel, HasTheFacesOfTheWholeWhereItLooksClosely) {
  NEED_DATA();
  const auto made = detector({640, 384});
  std::vector<float> overlaps;
  for (const char* name : {"2007_007763.jpg", "2008_001322.jpg", "2008_002079.jpg"}) {
    const domain::Frame frame = wide(name);
    std::vector<domain::Detection> all, found;
    ASSERT_TRUE(detect_fully(*made, frame, {}, all));
    for (const domain::Detection& face : all) {
      SearchArea view;
      view.close = {static_cast<int>(std::max(0.0F, face.box.left - 20)),
                    static_cast<int>(std::max(0.0F, face.box.top - 20)),
                    static_cast<int>(face.box.width + 40), static_cast<int>(face.box.height + 40)};
      ASSERT_TRUE(detect_fully(*made, frame, view, found));
      float best = 0;
      for (const domain::Detection& seen : found) best = std::max(best, domain::overlap(seen.box, face.box));
      overlaps.push_back(best);
      EXPECT_LE(found.size(), all.size());
    }
  }
  ASSERT_GE(overlaps.size(), 3U);
  // A face of several good boxes may get another of them (see above): seen once, 0.74.
  EXPECT_GT(*std::ranges::min_element(overlaps), 0.7F);
  EXPECT_GT(std::accumulate(overlaps.begin(), overlaps.end(), 0.0F),
            0.9F * static_cast<float>(overlaps.size()));
}

TEST_F(FilledInputOfAModel, IsMadeOnceForEachShapeAndCharged) {
  NEED_DATA();
  const auto made = detector({320, 320});
  std::vector<domain::Detection> found;
  const auto charged_after = [&](domain::Size frame) {
    const cv::Mat grey(frame.height, frame.width, CV_8UC3, cv::Scalar(128, 128, 128));
    EXPECT_TRUE(detect_fully(*made, testing::make_frame(memory_, grey), {}, found));
    return memory_.budget().by_owner().front().bytes;
  };
  const auto whole = charged_after({500, 500});
  const auto with_wide = charged_after({1280, 720});
  EXPECT_GT(with_wide, whole);
  EXPECT_LT(with_wide, 2 * whole);
  EXPECT_EQ(charged_after({1920, 1080}), with_wide);  // the same shape
  EXPECT_EQ(charged_after({300, 300}), with_wide);
  EXPECT_GT(charged_after({720, 1280}), with_wide);
}

}  // namespace
}  // namespace vigia::detect
