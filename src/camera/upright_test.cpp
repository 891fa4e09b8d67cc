// Pictures that are turned, squeezed or interlaced come out upright, with square pixels and whole. What is
// right is ffmpeg's own picture, by its filters or its own turning.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include "camera/picture_change.h"
#include "camera/test_support.h"
#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A JPEG with EXIF's tag Orientation: APP1 with a TIFF of one directory of one entry.
void write_with_orientation(const std::string& jpeg, char orientation, const std::string& out) {
  const char exif[] = {'\xff', '\xe1', 0, 34, 'E', 'x',         'i', 'f', 0,    0,    'M', 'M',
                       0,      42,     0, 0,  0,   8,           0,   1,   0x01, 0x12, 0,   3,
                       0,      0,      0, 1,  0,   orientation, 0,   0,   0,    0,    0,   0};
  const std::string plain = read_file(jpeg);
  std::ofstream(out, std::ios::binary)
      << plain.substr(0, 2) << std::string(exif, sizeof exif) << plain.substr(2);
}

// The same in EXIF's order, 1 to 8: as a filter of ffmpeg, and as our setting.
struct Way {
  const char* filter;
  const char* word;
  const char* findface;
};
constexpr std::array<Way, 8> kWays{{{"null", "", "None"},
                                    {"hflip", "mirror", "FlipHorizontal"},
                                    {"hflip,vflip", "rotate_180", "Rotate180"},
                                    {"vflip", "flip", "FlipVertical"},
                                    {"transpose=cclock_flip", "transpose", "Transpose"},
                                    {"transpose=clock", "rotate_90", "Rotate90"},
                                    {"transpose=clock_flip", "transverse", "Transverse"},
                                    {"transpose=cclock", "rotate_270", "Rotate270"}}};

double mean_difference(const std::string& a, const std::string& b, std::size_t bytes) {
  if (a.size() < bytes || b.size() < bytes) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    sum += std::abs(static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]));
  }
  return sum / static_cast<double>(bytes);
}

class UprightTest : public ::testing::Test {
 protected:
  UprightTest() { memory_.start(); }

  // What reaches the workers of a file that is played once.
  std::vector<Observation> seen(const std::string& file, const std::string& transform = "") {
    SeeingSink sink;
    CameraOptions options{.single_pass = true, .play_speed = -1};
    options.video_transform = transform;
    StreamCamera camera({"test", "file:" + file, {}, ""}, options, memory_, clock_);
    camera.run({}, sink);
    EXPECT_EQ(camera.stats().state, CameraState::completed) << camera.stats().message;
    EXPECT_EQ(camera.stats().frames_dropped_no_buffer, 0U);
    return sink.seen();
  }
  // ffmpeg's own planes of the same, all pictures one after the other.
  std::string truth(const std::string& arguments) {
    return read_file(make_clip(folder_, "truth.yuv", arguments + " -f rawvideo"));
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
};

TEST_F(UprightTest, FollowsTheEightOrientationsOfExif) {
  for (const char* const size : {"160x90", "161x91"}) {
    for (const char* const format : {"yuvj420p", "yuvj422p"}) {
      const std::string jpeg =
          make_clip(folder_, "plain.jpg",
                    "-f lavfi -i testsrc2=size=" + std::string(size) + " -frames:v 1 -pix_fmt " + format);
      for (std::size_t i = 0; i < kWays.size(); ++i) {
        write_with_orientation(jpeg, static_cast<char>(i + 1), folder_ / "turned.jpg");
        const auto frames = seen(folder_ / "turned.jpg");
        ASSERT_EQ(frames.size(), 1U);
        const std::string expected =
            truth("-i " + jpeg + " -vf scale=flags=bilinear,format=yuvj420p," + kWays[i].filter);
        const bool exact = std::string(format) == "yuvj420p";
        EXPECT_EQ(frames[0].pixels.size(), expected.size()) << i + 1;
        EXPECT_LE(mean_difference(frames[0].pixels, expected, expected.size()), exact ? 0 : 1)
            << "orientation " << i + 1 << " of " << size << " " << format;
        EXPECT_TRUE(frames[0].inside_lease);
      }
    }
  }
}

TEST_F(UprightTest, FollowsTheSettingAfterTheStream) {
  const std::string clip = make_h264(folder_, "clip.mp4", 3);
  for (const Way& way : kWays) {
    const std::string expected = truth("-i " + clip + " -vf " + way.filter);
    for (const char* const word : {way.word, way.findface}) {
      std::string all;
      for (const Observation& frame : seen(clip, word)) all += frame.pixels;
      EXPECT_TRUE(all == expected) << word;
    }
  }
  const std::string jpeg =
      make_clip(folder_, "plain.jpg", "-f lavfi -i testsrc2=size=160x90 -frames:v 1 -pix_fmt yuvj420p");
  write_with_orientation(jpeg, 6, folder_ / "turned.jpg");
  const auto both = seen(folder_ / "turned.jpg", "mirror");
  ASSERT_EQ(both.size(), 1U);
  EXPECT_TRUE(both[0].pixels == truth("-i " + jpeg + " -vf transpose=clock,hflip"));
}

// A tall picture that lay on its side was coded as one of few lines.
TEST_F(UprightTest, TurningDoesNotChangeTheColours) {
  const std::string clip =
      make_clip(folder_, "clip.mp4", "-f lavfi -i testsrc2=size=960x540 -frames:v 1 -c:v libx264");
  const auto upright = seen(clip, "rotate_90");
  ASSERT_EQ(upright.size(), 1U);
  EXPECT_EQ(upright[0].size, (domain::Size{540, 960}));
  EXPECT_EQ(upright[0].matrix, domain::ColorMatrix::bt601);
}

// ffmpeg turns by the matrix by itself.
TEST_F(UprightTest, FollowsTheDisplayMatrixOfARecording) {
  const std::string clip = make_h264(folder_, "clip.mp4", 3);
  for (const char* const angle : {"0", "90", "180", "270"}) {
    const std::string turned =
        make_clip(folder_, "turned.mp4", "-i " + clip + " -c copy -metadata:s:v rotate=" + angle);
    std::string all;
    for (const Observation& frame : seen(turned)) all += frame.pixels;
    EXPECT_TRUE(all == truth("-i " + turned)) << angle;
  }
}

TEST_F(UprightTest, FollowsTheOrientationThatH264Carries) {
  const std::string clip = make_h264(folder_, "clip.mp4", 20);
  const std::string turned = make_clip(
      folder_, "turned.h264",
      "-i " + clip + " -c copy -bsf:v h264_mp4toannexb,h264_metadata=display_orientation=insert:rotate=90");
  const auto frames = seen(turned);
  ASSERT_EQ(frames.size(), 20U);
  for (const Observation& frame : frames) EXPECT_EQ(frame.size, (domain::Size{180, 320}));
}

TEST_F(UprightTest, MatricesWithoutSenseTurnNothing) {
  constexpr std::int32_t one = 1 << 16;
  const std::int32_t nothing[9] = {}, flat[9] = {one, one, 0, one, one},
                     tilted[9] = {one, one / 9, 0, -one / 9, one};
  for (const auto* const matrix : {nothing, flat, tilted}) EXPECT_TRUE(turn_of_matrix(matrix).upright());
}

TEST_F(UprightTest, PicturesThatNeedNothingAreNotCopied) {
  AvHandle<AVFrame> frame(av_frame_alloc());
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = 1920;
  frame->height = 1088;
  for (const AVRational square :
       {AVRational{0, 1}, AVRational{1, 1}, AVRational{136, 135}, AVRational{1, 255}}) {
    frame->sample_aspect_ratio = square;
    EXPECT_FALSE(PictureChanges({}, {}).of(*frame).needed(*frame)) << square.num;
  }
}

// The truth is the picture with square pixels from which the squeezed one was made.
TEST_F(UprightTest, SqueezedPicturesGetSquarePixels) {
  struct Case {
    const char* name;
    const char* square;
    const char* stored;
    const char* pixel;
  };
  for (const Case& c :
       {Case{"pal.mkv", "768x576", "704x576", "12/11"}, Case{"hdv.ts", "1920x1080", "1440x1080", "4/3"},
        Case{"field.mp4", "704x480", "704x240", "1/2"}, Case{"tall.mp4", "360x640", "360x480", "3/4"}}) {
    const std::string source = std::string("-f lavfi -i testsrc=size=") + c.square + ":rate=5 -frames:v 2 ";
    const std::string clip = make_clip(
        folder_, c.name,
        source + "-vf scale=" + std::string(c.stored).replace(std::string(c.stored).find('x'), 1, ":") +
            ",setsar=" + c.pixel + " -c:v libx264 -qp 10 -pix_fmt yuv420p");
    const auto frames = seen(clip);
    ASSERT_EQ(frames.size(), 2U) << c.name;
    const std::string expected = truth(source + "-pix_fmt yuv420p");
    EXPECT_EQ(frames[0].pixels.size() * 2, expected.size())
        << c.name << ": " << frames[0].size.width << "x" << frames[0].size.height;
    EXPECT_LT(mean_difference(frames[0].pixels, expected, frames[0].pixels.size()), 4) << c.name;
  }
}

// Each picture is woven of two moments; the truth is the whole picture of the first of them.
TEST_F(UprightTest, InterlacedPicturesAreOneMoment) {
  const std::string source = "-f lavfi -t 0.4 -i testsrc2=size=360x288:rate=50,gblur=sigma=3,scroll=h=0.02 ";
  const std::string clip = make_clip(folder_, "woven.mkv",
                                     source +
                                         "-vf tinterlace=interleave_top,setfield=tff -c:v libx264 -qp 10 "
                                         "-flags +ildct+ilme -x264-params tff=1 -pix_fmt yuv420p");
  const auto frames = seen(clip);
  const std::string moments = truth(source + "-vf framestep=2 -vsync 0 -pix_fmt yuv420p");
  const std::string woven = truth("-i " + clip);
  ASSERT_EQ(frames.size(), 10U);
  ASSERT_EQ(moments.size(), woven.size());
  const std::size_t bytes = frames[0].pixels.size();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::string moment = moments.substr(i * bytes, bytes);
    EXPECT_EQ(frames[i].size, (domain::Size{360, 288}));
    EXPECT_LT(mean_difference(frames[i].pixels, moment, bytes),
              0.6 * mean_difference(woven.substr(i * bytes, bytes), moment, bytes))
        << i;
  }
}

// Each field of an interlaced H.265 stream is a picture of its own.
TEST_F(UprightTest, FieldsThatComeApartGetTheirHeightBack) {
  const std::string clip = make_clip(folder_, "fields.hevc",
                                     "-f lavfi -i testsrc2=size=320x96:rate=50 -frames:v 6 -c:v libx265 "
                                     "-x265-params interlace=1:log-level=none -pix_fmt yuv420p");
  const auto frames = seen(clip);
  ASSERT_EQ(frames.size(), 6U);
  for (const Observation& frame : frames) EXPECT_EQ(frame.size, (domain::Size{320, 192}));
}

// 203 cd/m2 is white paper, 26 cd/m2 a grey card: ITU-R BT.2408, table 1, in percent of the signal.
TEST_F(UprightTest, HighDynamicRangeIsNeitherBlackNorGrey) {
  struct Case {
    const char* transfer;
    int paper, card;
  };
  for (const Case& c : {Case{"smpte2084", 58, 38}, Case{"arib-std-b67", 75, 38}}) {
    const auto luma = [&](int percent) {
      const int code = 64 + 876 * percent / 100;
      const std::string clip =
          make_clip(folder_, "hdr.mkv",
                    "-f lavfi -i nullsrc=size=64x64:rate=5,format=yuv420p10,geq=lum=" + std::to_string(code) +
                        ":cb=560:cr=560 -frames:v 1 -c:v libx265 -x265-params log-level=none:lossless=1 "
                        "-colorspace bt2020nc "
                        "-color_primaries bt2020 -color_trc " +
                        c.transfer);
      const auto frames = seen(clip);
      EXPECT_EQ(frames.size(), 1U);
      return frames.empty()
                 ? std::pair(0, 0)
                 : std::pair<int, int>(static_cast<unsigned char>(frames[0].pixels[64 * 32 + 32]),
                                       static_cast<unsigned char>(frames[0].pixels[64 * 64 + 200]));
    };
    const auto [black, c0] = luma(0);
    const auto [card, colour] = luma(c.card);
    const auto [paper, c2] = luma(c.paper);
    const auto [lamp, c3] = luma(100);
    EXPECT_EQ(black, 16) << c.transfer;
    EXPECT_NEAR(card, 16 + 219 * 0.42, 15) << c.transfer;   // a grey card has 0.42 of the signal without HDR
    EXPECT_NEAR(paper, 16 + 219 * 0.76, 15) << c.transfer;  // leaves room for what is brighter
    EXPECT_GE(lamp, 230) << c.transfer;
    EXPECT_GE(colour, 140) << c.transfer << ": colours stay";
  }
}

// What ffmpeg itself makes of each.
TEST_F(UprightTest, EveryDepthAndSubsamplingIsConverted) {
  for (const char* const format :
       {"yuv420p10le", "yuv420p12le", "yuv422p", "yuv422p10le", "yuv422p12le", "yuv440p", "yuv444p",
        "yuv444p10le", "yuv444p12le", "yuv411p", "yuv410p", "gray", "gray10le", "gray12le"}) {
    for (const char* const range : {"tv", "pc"}) {
      const std::string clip =
          make_clip(folder_, "clip.mkv",
                    std::string("-f lavfi -i testsrc2=size=162x90:rate=5 -frames:v 1 -vf scale=out_range=") +
                        range + ",format=" + format + " -color_range " + range + " -c:v ffv1 -strict -2");
      const auto frames = seen(clip);
      ASSERT_EQ(frames.size(), 1U) << format;
      const std::string expected = truth("-i " + clip + " -vf scale=flags=bilinear:in_range=" + range +
                                         ":out_range=" + range + ",format=yuv420p");
      const bool grey = std::string(format).starts_with("gray");  // full by ffmpeg's rule, whatever it says
      EXPECT_TRUE(grey || (frames[0].range == domain::ColorRange::full) == (std::string(range) == "pc"))
          << format;
      EXPECT_LT(mean_difference(frames[0].pixels, expected, expected.size()), 2) << format << " " << range;
    }
  }
}

}  // namespace
}  // namespace vigia::camera
