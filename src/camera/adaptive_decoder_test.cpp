// A camera on hardware that this file makes up: FFmpeg's software decoder stands in for it, so that all but
// the driver is real: what is decoded, lost, copied into leases, compared and decided.
#include "camera/adaptive_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libyuv/convert.h>
#include <libyuv/convert_from.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "camera/test_support.h"

namespace vigia::camera {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Behaviour {
  bool is_there = true;  // its device can be opened
  bool knows_profile = true;
  int fails_from = 1 << 30;  // downloads: this one, counted from 0
  int fails_to = 1 << 30;    // and those before this one
  bool is_silent = false;    // gives nothing, and no error
  int wrong_from = 1 << 30;  // pictures: from this one on
  double saves = 0;          // seconds a picture, of the thread's CPU
  double waits = 0;          // seconds a picture, of the clock
};

class MadeUpHardware final : public DecodingHardware {
 public:
  explicit MadeUpHardware(const Behaviour& vaapi, const Behaviour& cuda = {.is_there = false})
      : vaapi_(vaapi), cuda_(cuda) {}

  Result<std::unique_ptr<Accelerator>> open(DecoderKind kind, const std::string&, AVCodecID) override {
    asked.push_back(kind);
    const Behaviour& behaviour = kind == DecoderKind::vaapi ? vaapi_ : cuda_;
    if (!behaviour.is_there) return Error{ErrorCode::not_found, "there is none"};
    return std::unique_ptr<Accelerator>(std::make_unique<Stream>(*this, kind, behaviour));
  }
  // Each look at it takes a millisecond, so each call that is measured costs as much.
  ThreadCost spent() noexcept override {
    spent_ += {.cpu = 0.001, .wall = 0.001};
    return spent_;
  }

  std::vector<DecoderKind> asked;

 private:
  class Stream final : public Accelerator {
   public:
    Stream(MadeUpHardware& machine, DecoderKind kind, const Behaviour& behaviour)
        : machine_(machine), kind_(kind), behaviour_(behaviour) {}
    [[nodiscard]] DecoderKind kind() const noexcept override { return kind_; }
    [[nodiscard]] std::shared_ptr<const void> device() const noexcept override { return nullptr; }
    Status attach(AVCodecContext& context) override {
      if (behaviour_.is_silent) context.skip_frame = AVDISCARD_ALL;
      return ok_status();
    }
    [[nodiscard]] AVPixelFormat choose(const AVPixelFormat* offered) const noexcept override {
      while (*offered != AV_PIX_FMT_NONE && *offered != AV_PIX_FMT_YUV420P) ++offered;
      return behaviour_.knows_profile ? *offered : AV_PIX_FMT_NONE;
    }
    [[nodiscard]] AVPixelFormat memory_format(const AVFrame&) const noexcept override {
      return AV_PIX_FMT_NV12;
    }
    int download(const AVFrame& in, AVFrame& to) noexcept override {
      const int number = downloads_++;
      machine_.spent_ += {.cpu = -behaviour_.saves, .wall = behaviour_.waits};
      if (number >= behaviour_.fails_from && number < behaviour_.fails_to) return AVERROR(EIO);
      libyuv::I420ToNV12(in.data[0], in.linesize[0], in.data[1], in.linesize[1], in.data[2], in.linesize[2],
                         to.data[0], to.linesize[0], to.data[1], to.linesize[1], in.width, in.height);
      if (number >= behaviour_.wrong_from) {
        for (int x = 0; x < to.width * 20; ++x) to.data[0][x] ^= 0x80;
      }
      return 0;
    }

   private:
    MadeUpHardware& machine_;
    const DecoderKind kind_;
    const Behaviour behaviour_;
    int downloads_ = 0;
  };

  const Behaviour vaapi_, cuda_;
  ThreadCost spent_;
};

class HardwareTest : public ::testing::Test {
 protected:
  HardwareTest() { memory_.start(); }

  // Shows the clip once, and adds what comes to seen_.
  void watch(StreamCamera& camera) {
    CallingSink sink([this](const domain::Frame& frame) {
      seen_.push_back(pixels_of(frame));
      nv12_ += frame.layout == domain::PixelLayout::nv12 ? 1U : 0U;
      const auto* const begin = reinterpret_cast<const std::uint8_t*>(frame.buffer.data());
      for (std::size_t i = 0; i < (frame.layout == domain::PixelLayout::nv12 ? 2U : 3U); ++i) {
        all_inside_ &= frame.planes[i].data >= begin && frame.planes[i].data < begin + frame.buffer.size();
      }
    });
    camera.run({}, sink);
  }
  StreamCamera camera(const std::string& hwaccel, MadeUpHardware& hardware) {
    return {{"gate", "file:" + clip_, {}, ""},
            {.single_pass = true, .play_speed = -1, .hwaccel = hwaccel},
            memory_,
            clock_,
            {.hardware = &hardware}};
  }
  CameraStats watch_once(const std::string& hwaccel, MadeUpHardware& hardware) {
    StreamCamera gate = camera(hwaccel, hardware);
    watch(gate);
    return gate.stats();
  }
  // As i420.
  static std::string pixels_of(const domain::Frame& frame) {
    if (frame.layout == domain::PixelLayout::i420) return pixels(frame);
    const int width = frame.size.width, height = frame.size.height, half = (width + 1) / 2;
    std::string out(static_cast<std::size_t>(width * height + 2 * half * ((height + 1) / 2)), '\0');
    auto* const y = reinterpret_cast<std::uint8_t*>(out.data());
    std::uint8_t *const u = y + width * height, *const v = u + half * ((height + 1) / 2);
    libyuv::NV12ToI420(frame.planes[0].data, frame.planes[0].stride, frame.planes[1].data,
                       frame.planes[1].stride, y, width, u, half, v, half, width, height);
    return out;
  }
  std::vector<std::string> expected(int from = 0, int to = 0) const {
    std::vector<std::string> all = decode_plainly(clip_);
    all.erase(all.begin() + from, all.begin() + to);
    return all;
  }

  testing::TempDir folder_;
  ReadyClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 128_MiB}};
  std::string clip_ = make_h264(folder_, "clip.mp4", 120, "-bf 2");
  std::vector<std::string> seen_;
  std::size_t nv12_ = 0;
  bool all_inside_ = true;
};

TEST_F(HardwareTest, WithoutTheSettingItIsNotAskedFor) {
  MadeUpHardware hardware({});
  const CameraStats stats = watch_once("none", hardware);
  EXPECT_THAT(hardware.asked, IsEmpty());
  EXPECT_EQ(stats.decoder, DecoderKind::software);
  EXPECT_EQ(seen_.size(), 120U);
}

TEST_F(HardwareTest, ItsPicturesComeIntoTheCamerasOwnLeases) {
  MadeUpHardware hardware({}, {});
  for (const auto& [name, kind] : {std::pair{"vaapi", DecoderKind::vaapi}, {"cuda", DecoderKind::cuda}}) {
    seen_.clear();
    nv12_ = 0;
    hardware.asked.clear();
    const CameraStats stats = watch_once(name, hardware);
    EXPECT_TRUE(seen_ == expected());
    EXPECT_EQ(nv12_, seen_.size()) << "no copy but the one from the hardware";
    EXPECT_TRUE(all_inside_);
    EXPECT_EQ(stats.decoder, kind);
    EXPECT_EQ(stats.hwaccel_fallbacks, 0U);
    EXPECT_THAT(hardware.asked, ElementsAre(kind));
  }
}

TEST_F(HardwareTest, WhatCannotBeOpenedIsReplacedByTheCpuAndLeftAlone) {
  MadeUpHardware hardware({.is_there = false});
  StreamCamera gate = camera("vaapi", hardware);
  for (int connection = 0; connection < 3; ++connection) watch(gate);
  EXPECT_EQ(seen_.size(), 360U);
  EXPECT_EQ(gate.stats().decoder, DecoderKind::software);
  EXPECT_EQ(gate.stats().hwaccel_fallbacks, 1U);
  EXPECT_THAT(hardware.asked, ElementsAre(DecoderKind::vaapi)) << "not at each connection";
  clock_.advance(AdaptiveDecoder::kTryAgain);
  watch(gate);
  EXPECT_EQ(hardware.asked.size(), 2U);
  EXPECT_EQ(gate.stats().hwaccel_fallbacks, 2U);
}

TEST_F(HardwareTest, AProfileThatItDoesNotDecodeCostsNoPicture) {
  MadeUpHardware hardware({.knows_profile = false});
  const CameraStats stats = watch_once("vaapi", hardware);
  EXPECT_TRUE(seen_ == expected());
  EXPECT_EQ(stats.decoder, DecoderKind::software);
  EXPECT_EQ(stats.hwaccel_fallbacks, 1U);
  EXPECT_EQ(stats.decoding_soft_errors, 0U);
}

TEST_F(HardwareTest, OneErrorCostsOnePicture) {
  MadeUpHardware hardware({.fails_from = 20, .fails_to = 21});
  const CameraStats stats = watch_once("vaapi", hardware);
  EXPECT_TRUE(seen_ == expected(20, 21));
  EXPECT_EQ(stats.decoder, DecoderKind::vaapi);
  EXPECT_EQ(stats.decoding_soft_errors, 1U);
}

TEST_F(HardwareTest, AfterErrorsInARowTheCpuGoesOnFromTheNextKeyFrame) {
  MadeUpHardware hardware({.fails_from = 20});
  const CameraStats stats = watch_once("vaapi", hardware);
  EXPECT_TRUE(seen_ == expected(20, 30)) << seen_.size();
  EXPECT_EQ(stats.decoder, DecoderKind::software);
  EXPECT_EQ(stats.hwaccel_fallbacks, 1U);
}

TEST_F(HardwareTest, SilenceIsAFailure) {
  clip_ = make_h264(folder_, "long.mp4", 360);
  MadeUpHardware hardware({.is_silent = true});
  const CameraStats stats = watch_once("vaapi", hardware);
  EXPECT_TRUE(seen_ == expected(0, 300)) << seen_.size();
  EXPECT_EQ(stats.hwaccel_fallbacks, 1U);
}

TEST_F(HardwareTest, AutoKeepsWhatIsRightAndCheaper) {
  MadeUpHardware hardware({.saves = 0.003});
  StreamCamera gate = camera("auto", hardware);
  watch(gate);
  EXPECT_TRUE(seen_ == expected()) << "the change loses and repeats nothing";
  EXPECT_GT(nv12_, 50U);
  EXPECT_LT(nv12_, 75U);
  EXPECT_EQ(gate.stats().decoder, DecoderKind::vaapi);
  EXPECT_EQ(gate.stats().hwaccel_fallbacks, 0U);
  nv12_ = 0;
  watch(gate);
  EXPECT_EQ(nv12_, 120U) << "it is not tried again";
}

TEST_F(HardwareTest, AutoStaysOnTheCpuWhereHardwareSavesNothingOrHoldsUp) {
  for (const Behaviour& behaviour : {Behaviour{}, Behaviour{.saves = 0.003, .waits = 0.02}}) {
    MadeUpHardware hardware(behaviour);
    seen_.clear();
    StreamCamera gate = camera("auto", hardware);
    watch(gate);
    EXPECT_TRUE(seen_ == expected());
    EXPECT_EQ(nv12_, 0U);
    EXPECT_EQ(gate.stats().decoder, DecoderKind::software);
    EXPECT_EQ(gate.stats().hwaccel_fallbacks, 0U);
    hardware.asked.clear();
    watch(gate);
    EXPECT_THAT(hardware.asked, IsEmpty()) << "what was measured holds";
  }
}

TEST_F(HardwareTest, AutoTriesTheNextWhereOneIsWrong) {
  MadeUpHardware hardware({.wrong_from = 10, .saves = 0.003}, {.saves = 0.003});
  const CameraStats stats = watch_once("auto", hardware);
  EXPECT_TRUE(seen_ == expected()) << "no wrong picture is shown";
  EXPECT_THAT(hardware.asked, ElementsAre(DecoderKind::vaapi, DecoderKind::cuda));
  EXPECT_EQ(stats.decoder, DecoderKind::cuda);
}

TEST_F(HardwareTest, AutoWithoutHardwareIsTheCpu) {
  MadeUpHardware hardware({.is_there = false}, {.is_there = false});
  StreamCamera gate = camera("auto", hardware);
  for (int connection = 0; connection < 3; ++connection) watch(gate);
  EXPECT_EQ(seen_.size(), 360U);
  EXPECT_THAT(hardware.asked, ElementsAre(DecoderKind::vaapi, DecoderKind::cuda));
  EXPECT_EQ(gate.stats().hwaccel_fallbacks, 0U);
}

TEST_F(HardwareTest, ALossBeforeTheHardwareIsALossAsEverywhere) {
  std::ofstream out(folder_ / "cut.h264", std::ios::binary);
  clip_ = make_clip(folder_, "whole.h264", "-i " + clip_ + " -c copy -bsf:v h264_mp4toannexb");
  PacketList whole(clip_);
  for (std::size_t i = 0; i < whole.packets.size(); ++i) {
    if (i != 20) out.write(reinterpret_cast<const char*>(whole.packets[i]->data), whole.packets[i]->size);
  }
  out.close();
  const auto all = decode_plainly(clip_);
  clip_ = folder_ / "cut.h264";
  MadeUpHardware hardware({});
  const CameraStats stats = watch_once("vaapi", hardware);
  EXPECT_GE(stats.decoding_soft_errors, 1U);
  EXPECT_GE(seen_.size(), 100U);
  for (const std::string& picture : seen_) {
    EXPECT_TRUE(std::find(all.begin(), all.end(), picture) != all.end());
  }
}

TEST_F(HardwareTest, SurfacesAreCharged) {
  const auto charged = [this](const std::string& hwaccel) {
    MadeUpHardware hardware({});
    Bytes most = 0;
    CallingSink sink([&](const domain::Frame&) {
      for (const auto& use : memory_.stats().owners) {
        if (use.kind == memory::Kind::packets) most = std::max(most, use.bytes);
      }
    });
    StreamCamera gate = camera(hwaccel, hardware);
    gate.run({}, sink);
    memory_.collect();
    return most;
  };
  EXPECT_LT(charged("none"), 1_MiB + Bytes{20} * 320 * 180 * 3 / 2);
  EXPECT_GE(charged("vaapi"), 1_MiB + Bytes{20} * 320 * 180 * 3 / 2);
}

}  // namespace
}  // namespace vigia::camera
