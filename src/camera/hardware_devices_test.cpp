// The machine's own hardware: where it has none, what is said; where it has some, whether it decodes as the
// CPU does. And FFmpeg's way from a device's memory into a lease, with a Vulkan device that Mesa emulates.
#include "camera/hardware_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libyuv/convert_from.h>

extern "C" {
#include <libavutil/hwcontext.h>
}

#include <fstream>

#include "camera/decoder.h"
#include "camera/test_support.h"
#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class HardwareDevicesTest : public ::testing::Test {
 protected:
  HardwareDevicesTest() { memory_.start(); }

  // All pictures, as nv12 in leases.
  std::vector<std::string> decode(const std::string& clip, std::unique_ptr<Accelerator> accelerator) {
    PacketList list(clip);
    PicturePool pool(memory_, "test");
    CaptureCounters counters;
    auto decoder =
        Decoder::open({list.codec(), list.time_base(), pool, counters, 4,
                       memory_.budget().open("test", memory::Kind::packets), std::move(accelerator)});
    EXPECT_TRUE(decoder.ok());
    std::vector<std::string> pictures;
    const auto take = [&] {
      while (const AVFrame* const frame = (*decoder)->next()) {
        EXPECT_TRUE((*decoder)->shareable(*frame));
        pictures.push_back(planes_of_nv12(*frame));
      }
    };
    for (const auto& packet : list.packets) {
      (*decoder)->push(*packet, {});
      take();
    }
    (*decoder)->finish();
    take();
    EXPECT_EQ((*decoder)->hardware_failure(), nullptr);
    return pictures;
  }
  static std::string planes_of_nv12(const AVFrame& frame) {
    EXPECT_EQ(frame.format, AV_PIX_FMT_NV12);
    std::string out;
    for (int plane = 0; plane < 2; ++plane) {
      for (int y = 0; y < (plane == 0 ? frame.height : (frame.height + 1) / 2); ++y) {
        out.append(reinterpret_cast<const char*>(frame.data[plane]) +
                       static_cast<std::ptrdiff_t>(y) * frame.linesize[plane],
                   static_cast<std::size_t>(frame.width));
      }
    }
    return out;
  }
  // The same, as the CPU decodes it. Of an even size.
  static std::vector<std::string> decoded_on_cpu(const std::string& clip) {
    PacketList list(clip);
    const int width = list.codec().width, height = list.codec().height;
    std::vector<std::string> out;
    for (const std::string& i420 : decode_plainly(clip)) {
      std::string nv12(i420.size(), '\0');
      const auto* const y = reinterpret_cast<const std::uint8_t*>(i420.data());
      auto* const to = reinterpret_cast<std::uint8_t*>(nv12.data());
      libyuv::I420ToNV12(y, width, y + width * height, width / 2, y + width * height * 5 / 4, width / 2, to,
                         width, to + width * height, width, width, height);
      out.push_back(std::move(nv12));
    }
    return out;
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 128_MiB}};
  HardwareDevices devices_{memory_, clock_};
};

TEST_F(HardwareDevicesTest, DecodesAsTheCpuDoesOrSaysWhatIsMissing) {
  const std::string clip = make_h264(folder_, "clip.mp4", 60, "-bf 2");
  for (const DecoderKind kind : {DecoderKind::vaapi, DecoderKind::cuda}) {
    auto opened = devices_.open(kind, "", AV_CODEC_ID_H264);
    if (opened.ok()) {
      EXPECT_TRUE(decode(clip, *std::move(opened)) == decoded_on_cpu(clip)) << to_string(kind);
      continue;
    }
    EXPECT_EQ(opened.error().code, ErrorCode::not_found);
    EXPECT_THAT(opened.error().text,
                AnyOf(HasSubstr("no GPU"), HasSubstr("add it to the group"), HasSubstr("install")));
  }
}

TEST_F(HardwareDevicesTest, ADeviceThatIsNamedAndNotThereIsNamed) {
  const auto opened = devices_.open(DecoderKind::vaapi, "/dev/dri/renderD199", AV_CODEC_ID_H264);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().text,
            "VAAPI cannot open its device '/dev/dri/renderD199': there is no /dev/dri/renderD199");
}

TEST_F(HardwareDevicesTest, ACodecThatNoHardwareDecodesIsNamed) {
  const auto opened = devices_.open(DecoderKind::cuda, "", AV_CODEC_ID_GIF);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().text, "CUDA does not decode the codec 'gif'");
}

// A plain file in the place of a device: it is opened once, and then not until the time is over.
TEST_F(HardwareDevicesTest, AFailureIsRememberedForAWhile) {
  const std::string device = folder_ / "device";
  EXPECT_THAT(devices_.open(DecoderKind::vaapi, device, AV_CODEC_ID_H264).error().text,
              HasSubstr("there is no"));
  std::ofstream(device) << "no device";
  EXPECT_THAT(devices_.open(DecoderKind::vaapi, device, AV_CODEC_ID_H264).error().text,
              HasSubstr("there is no"));
  clock_.advance(HardwareDevices::kTryAgain);
  EXPECT_THAT(devices_.open(DecoderKind::vaapi, device, AV_CODEC_ID_H264).error().text,
              HasSubstr("install its driver"));
}

// Decodes on the CPU, and moves each picture to a Vulkan device, from where FFmpeg copies it as from others.
class ThroughVulkan final : public Accelerator {
 public:
  ThroughVulkan(AVBufferRef* frames, AVBufferRef* device)
      : frames_(frames), device_(device), nv12_(av_frame_alloc()), surface_(av_frame_alloc()) {}
  ~ThroughVulkan() override {
    nv12_.reset();
    surface_.reset();
    av_buffer_unref(&frames_);
    av_buffer_unref(&device_);
  }
  ThroughVulkan(const ThroughVulkan&) = delete;
  ThroughVulkan& operator=(const ThroughVulkan&) = delete;

  // nullptr: there is no Vulkan here.
  static std::unique_ptr<Accelerator> open(domain::Size size) {
    AVBufferRef* device = nullptr;
    if (av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VULKAN, nullptr, nullptr, 0) < 0) return nullptr;
    AVBufferRef* const frames = av_hwframe_ctx_alloc(device);
    auto& about = *reinterpret_cast<AVHWFramesContext*>(frames->data);
    about.format = AV_PIX_FMT_VULKAN;
    about.sw_format = AV_PIX_FMT_NV12;
    about.width = size.width;
    about.height = size.height;
    EXPECT_GE(av_hwframe_ctx_init(frames), 0);
    return std::make_unique<ThroughVulkan>(frames, device);
  }

  [[nodiscard]] DecoderKind kind() const noexcept override { return DecoderKind::vaapi; }
  [[nodiscard]] std::shared_ptr<const void> device() const noexcept override { return nullptr; }
  Status attach(AVCodecContext&) override { return ok_status(); }
  [[nodiscard]] AVPixelFormat choose(const AVPixelFormat* offered) const noexcept override {
    while (*offered != AV_PIX_FMT_NONE && *offered != AV_PIX_FMT_YUV420P) ++offered;
    return *offered;
  }
  [[nodiscard]] AVPixelFormat memory_format(const AVFrame& in) const noexcept override {
    av_frame_unref(nv12_.get());
    nv12_->format = AV_PIX_FMT_NV12;
    nv12_->width = in.width;
    nv12_->height = in.height;
    av_frame_get_buffer(nv12_.get(), 0);
    libyuv::I420ToNV12(in.data[0], in.linesize[0], in.data[1], in.linesize[1], in.data[2], in.linesize[2],
                       nv12_->data[0], nv12_->linesize[0], nv12_->data[1], nv12_->linesize[1], in.width,
                       in.height);
    av_frame_unref(surface_.get());
    EXPECT_GE(av_hwframe_get_buffer(frames_, surface_.get(), 0), 0);
    EXPECT_GE(av_hwframe_transfer_data(surface_.get(), nv12_.get(), 0), 0);
    return memory_format_of(*surface_);
  }
  int download(const AVFrame&, AVFrame& to) noexcept override { return download_surface(*surface_, to); }

 private:
  AVBufferRef *frames_, *device_;
  AvHandle<AVFrame> nv12_, surface_;
};

TEST_F(HardwareDevicesTest, ASurfaceOfFfmpegsIsCopiedIntoALease) {
  for (const domain::Size size : {domain::Size{320, 180}, domain::Size{1280, 720}, domain::Size{98, 66}}) {
    auto accelerator = ThroughVulkan::open(size);
    if (!accelerator) GTEST_SKIP() << "no Vulkan device: install mesa-vulkan-drivers";
    const std::string clip = make_clip(
        folder_, "clip.mp4",
        "-f lavfi -i testsrc2=size=" + std::to_string(size.width) + "x" + std::to_string(size.height) +
            ":rate=30 -frames:v 12 -c:v libx264 -preset veryfast -bf 2 -pix_fmt yuv420p");
    EXPECT_TRUE(decode(clip, std::move(accelerator)) == decoded_on_cpu(clip)) << size.width;
  }
}

}  // namespace
}  // namespace vigia::camera
