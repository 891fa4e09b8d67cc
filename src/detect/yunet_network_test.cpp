#include "detect/yunet_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgcodecs.hpp>
#include <random>
#include <thread>

#include "detect/letterbox.h"
#include "detect/prepare_input.h"
#include "detect/test_support.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

// A photograph as a detector would prepare it.
std::vector<float> prepared_photo(const std::string& name, domain::Size size) {
  memory::MemoryManager memory{memory::MemoryOptions{}};
  const cv::Mat photo = cv::imread((data_folder() / "photos" / name).string());
  const domain::Frame frame = testing::make_frame(memory, photo);
  std::vector<float> planes(3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  InputPreparer(size).prepare(frame, fit_letterbox(clip_region({}, frame.size), size), planes);
  return planes;
}

std::vector<float> noise(domain::Size size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> planes(3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (float& value : planes) value = static_cast<float>(random() % 256);
  return planes;
}

// Our logits become probabilities first; every number is compared on the scale of what it stands for.
void expect_same_heads(YunetNetwork& network, const std::array<std::vector<float>, kYunetLevels>& expected) {
  for (std::size_t level = 0; level < kYunetLevels; ++level) {
    const std::span<const float> heads = network.heads(level);
    ASSERT_EQ(heads.size(), expected[level].size());
    double worst = 0;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      const bool logit = i % YunetHead::kChannels < YunetHead::kBox;
      const double value = logit ? 1 / (1 + std::exp(-heads[i])) : heads[i];
      const double scale = logit ? 1 : std::max(1.0, std::abs(static_cast<double>(expected[level][i])));
      worst = std::max(worst, std::abs(value - static_cast<double>(expected[level][i])) / scale);
    }
    EXPECT_LT(worst, 1e-3) << "stride " << kYunetStrides[level];
  }
}

class PublishedModel : public ::testing::TestWithParam<std::tuple<const char*, domain::Size>> {};

TEST_P(PublishedModel, GivesWhatOpencvGives) {
  NEED_DATA();
  const auto [name, size] = GetParam();
  auto weights = read_yunet(model_file(name));
  ASSERT_TRUE(weights) << weights.error().text;
  auto network = YunetNetwork::create(*weights, size, Precision::f32);
  ASSERT_TRUE(network) << network.error().text;
  for (const std::vector<float>& planes : {prepared_photo("2008_001322.jpg", size), noise(size, 7)}) {
    std::ranges::copy(planes, network->input().begin());
    ASSERT_TRUE(network->run());
    expect_same_heads(*network, opencv_heads(model_file(name), planes, size));
  }
}

INSTANTIATE_TEST_SUITE_P(AtEverySize, PublishedModel,
                         ::testing::Combine(::testing::ValuesIn(kPublishedModels),
                                            ::testing::Values(domain::Size{640, 640}, domain::Size{640, 384},
                                                              domain::Size{320, 192}, domain::Size{64, 96})),
                         [](const auto& test) {
                           const domain::Size size = std::get<1>(test.param);
                           return std::string(std::get<0>(test.param)).substr(0, 5) + "_" +
                                  std::to_string(size.width) + "x" + std::to_string(size.height);
                         });

// A reference kernel takes ten times longer.
void expect_fast_kernels(const YunetNetwork& network) {
  const auto implementations = network.implementations();
  EXPECT_GE(implementations.size(), 39U);
  std::size_t halves = 0;
  for (const std::string& implementation : implementations) {
    EXPECT_FALSE(implementation.starts_with("ref") || implementation.starts_with("simple")) << implementation;
    halves += implementation == "depth" ? 1U : 0U;
  }
  EXPECT_GE(halves, 17U);
  if (network.precision() == Precision::f32) return;
  // The instructions end each name. The first layer and half of the first pair are in f32.
  for (std::size_t i = 3; i < implementations.size(); ++i) {
    EXPECT_TRUE(implementations[i].ends_with("bf16") || implementations[i] == "depth") << implementations[i];
  }
}

TEST(YunetNetwork, UsesNoReferenceKernels) {
  NEED_DATA();
  for (const char* name : kPublishedModels) {
    const auto weights = read_yunet(model_file(name));
    ASSERT_TRUE(weights);
    for (const Precision precision : precisions_here()) {
      for (const domain::Size size : {domain::Size{64, 96}, {320, 192}, {640, 384}, {640, 640}, {960, 544}}) {
        SCOPED_TRACE(weights->name() + " " + std::to_string(size.width) + " " +
                     std::string(to_string(precision)));
        const auto network = YunetNetwork::create(*weights, size, precision);
        ASSERT_TRUE(network) << network.error().text;
        expect_fast_kernels(*network);
      }
    }
  }
}

TEST(YunetNetwork, IsMadeInBf16OnlyWhereTheCpuHasIt) {
  NEED_DATA();
  const auto weights = read_yunet(model_file(kPublishedModels[0]));
  ASSERT_TRUE(weights);
  const auto network = YunetNetwork::create(*weights, {64, 64}, Precision::bf16);
  ASSERT_EQ(network.ok(), cpu_has_bf16());
  if (!network) {
    EXPECT_EQ(network.error().code, ErrorCode::unavailable);
  }
}

TEST(YunetNetwork, RefusesSizesThatDoNotFit) {
  NEED_DATA();
  const auto weights = read_yunet(model_file(kPublishedModels[0]));
  ASSERT_TRUE(weights);
  for (const domain::Size size :
       {domain::Size{0, 0}, {32, 64}, {100, 64}, {640, 360}, {-64, 64}, {2080, 64}}) {
    const auto network = YunetNetwork::create(*weights, size, Precision::f32);
    ASSERT_FALSE(network);
    EXPECT_NE(network.error().text.find("multiples of 32 from 64 to 2048"), std::string::npos);
  }
}

// Memory is reused between layers and runs: the result must not depend on earlier contents or addresses.
TEST(YunetNetwork, RunsAgainAndInOtherThreadsWithTheSameResult) {
  NEED_DATA();
  const domain::Size size{320, 192};
  const auto weights = read_yunet(model_file("yunet_n_640_640.onnx"));
  ASSERT_TRUE(weights);
  const std::vector<float> first = noise(size, 1);
  const std::vector<float> other = noise(size, 2);
  const auto run = [&](YunetNetwork& network, const std::vector<float>& planes) {
    std::ranges::copy(planes, network.input().begin());
    EXPECT_TRUE(network.run());
    const std::span<const float> heads = network.heads(0);
    return std::vector<float>(heads.begin(), heads.end());
  };
  for (const Precision precision : precisions_here()) {
    auto made_here = YunetNetwork::create(*weights, size, precision);
    ASSERT_TRUE(made_here);
    const std::vector<float> expected = run(*made_here, first);
    EXPECT_NE(run(*made_here, other), expected);
    std::array<std::vector<float>, 2> results;
    {
      const std::jthread moved(
          [&, network = *std::move(made_here)]() mutable { results[0] = run(network, first); });
      const std::jthread own([&] {
        auto network = YunetNetwork::create(*weights, size, precision);
        results[1] = run(*network, first);
      });
    }
    EXPECT_EQ(results[0], expected);
    EXPECT_EQ(results[1], expected);
  }
}

TEST(YunetNetwork, SharesMemoryBetweenLayers) {
  NEED_DATA();
  const auto weights = read_yunet(model_file("yunet_n_640_640.onnx"));
  ASSERT_TRUE(weights);
  for (const Precision precision : precisions_here()) {
    const auto network = YunetNetwork::create(*weights, {640, 384}, precision);
    ASSERT_TRUE(network);
    EXPECT_GT(network->memory_bytes(), 2_MiB);
    EXPECT_LT(network->memory_bytes(), 12_MiB);  // without sharing: more than 30 in f32
  }
}

}  // namespace
}  // namespace vigia::detect
