#include "track/take_thumbnail.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "memory/memory_manager.h"
#include "testing/frame_maker.h"
#include "track/manage_tracks.h"

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Box;
using domain::Frame;
using domain::PixelLayout;
using domain::Reason;
using domain::Sighting;
using domain::Size;
using domain::Thumbnail;

// A picture whose samples encode their place: Y is x + 2 y, U is x, V is y (of chroma), modulo 256. Its rows
// are exactly as long as they must be, so that a sanitizer sees each read beyond them.
class Picture {
 public:
  explicit Picture(Size size, PixelLayout layout = PixelLayout::i420) {
    const int width = (size.width + 1) / 2;
    const int height = (size.height + 1) / 2;
    fill(luma_, size, [](int x, int y) { return x + 2 * y; });
    fill(u_, {width, height}, [](int x, int) { return x; });
    fill(v_, {width, height}, [](int, int y) { return y; });
    frame_.size = size;
    frame_.layout = layout;
    frame_.planes = {{{luma_.data(), size.width}, {u_.data(), width}, {v_.data(), width}}};
    if (layout == PixelLayout::i420) return;
    for (std::size_t i = 0; i < u_.size(); ++i) {
      both_.push_back(u_[i]);
      both_.push_back(v_[i]);
    }
    frame_.planes = {{{luma_.data(), size.width}, {both_.data(), 2 * width}, {}}};
  }
  [[nodiscard]] const Frame& frame() const { return frame_; }

 private:
  template <class Value>
  static void fill(std::vector<std::uint8_t>& plane, Size size, Value value) {
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) plane.push_back(static_cast<std::uint8_t>(value(x, y)));
    }
    plane.shrink_to_fit();
  }
  std::vector<std::uint8_t> luma_, u_, v_, both_;
  Frame frame_;
};

Sighting face(Box box, float quality = 0.5F) {
  Sighting sighting;
  sighting.detection.box = box;
  sighting.detection.score = 0.95F;
  sighting.quality.total = sighting.quality.rank = quality;
  return sighting;
}

std::unique_ptr<Thumbnail> taken(const Frame& frame, const Box& box) {
  auto thumbnail = std::make_unique<Thumbnail>();
  take_thumbnail(frame, face(box), *thumbnail);
  return thumbnail;
}
int luma(const Thumbnail& of, int x, int y) {
  return of.samples.at(static_cast<std::size_t>(y * of.size.width + x));
}
int chroma(const Thumbnail& of, int plane, int x, int y) {
  const int width = of.size.width / 2;
  const int before = of.size.width * of.size.height + plane * width * of.size.height / 2;
  return of.samples.at(static_cast<std::size_t>(before + y * width + x));
}

// Expects a cut without scaling: each sample is the one at that place of the picture.
void expect_cut_at(const Thumbnail& thumbnail, int left, int top) {
  for (int y = 0; y < thumbnail.size.height; ++y) {
    for (int x = 0; x < thumbnail.size.width; ++x) {
      ASSERT_EQ(luma(thumbnail, x, y), (left + x + 2 * (top + y)) % 256) << x << "," << y;
    }
  }
  for (int y = 0; y < thumbnail.size.height / 2; ++y) {
    for (int x = 0; x < thumbnail.size.width / 2; ++x) {
      ASSERT_EQ(chroma(thumbnail, 0, x, y), left / 2 + x) << x << "," << y;
      ASSERT_EQ(chroma(thumbnail, 1, x, y), top / 2 + y) << x << "," << y;
    }
  }
}

TEST(TakeThumbnail, IsTheFaceAndAMarginOnEachSide) {
  const Picture picture({200, 150});
  const auto thumbnail = taken(picture.frame(), {60, 50, 40, 40});  // 12 pixels on each side
  EXPECT_EQ(thumbnail->size, (Size{64, 64}));
  expect_cut_at(*thumbnail, 48, 38);
}

TEST(TakeThumbnail, StaysInsideAtEachEdge) {
  const Picture picture({200, 150});
  const auto top_left = taken(picture.frame(), {-10, -10, 40, 40});
  EXPECT_EQ(top_left->size, (Size{42, 42}));
  expect_cut_at(*top_left, 0, 0);
  const auto bottom_right = taken(picture.frame(), {180, 130, 40, 40});
  EXPECT_EQ(bottom_right->size, (Size{32, 32}));
  expect_cut_at(*bottom_right, 168, 118);
}

TEST(TakeThumbnail, Nv12IsTheSame) {
  const Picture interleaved({200, 150}, PixelLayout::nv12);
  const auto thumbnail = taken(interleaved.frame(), {60, 50, 40, 40});
  expect_cut_at(*thumbnail, 48, 38);
}

TEST(TakeThumbnail, OddPicturesAreReadToTheirLastColumnAndNotBeyond) {
  for (const PixelLayout layout : {PixelLayout::i420, PixelLayout::nv12}) {
    const Picture picture({201, 151}, layout);
    const auto thumbnail = taken(picture.frame(), {180, 130, 40, 40});  // 33x33 of it are inside
    EXPECT_EQ(thumbnail->size, (Size{32, 32}));
    EXPECT_EQ(luma(*thumbnail, 0, 0), (168 + 2 * 118) % 256);
    EXPECT_GE(luma(*thumbnail, 31, 31), (199 + 2 * 149) % 256);
    EXPECT_EQ(chroma(*thumbnail, 0, 15, 15), 100) << "the last column, which stands for one pixel only";
    EXPECT_EQ(chroma(*thumbnail, 1, 15, 15), 75);
  }
}

TEST(TakeThumbnail, EverySizeAndPlaceIsReadInside) {
  for (int width = 1; width < 40; width += 3) {
    for (int height = 1; height < 40; height += 4) {
      const Picture picture({width, height}, width % 2 == 0 ? PixelLayout::i420 : PixelLayout::nv12);
      for (float left = -30; left < 60; left += 7.3F) {
        const auto thumbnail = taken(picture.frame(), {left, left / 2, 9.7F, 21.3F});
        EXPECT_TRUE(thumbnail->size.width >= 2 && thumbnail->size.width <= 40);
        EXPECT_TRUE(thumbnail->size.height >= 2 && thumbnail->size.height <= 40);
      }
    }
  }
}

TEST(TakeThumbnail, LargeFacesAreMadeSmallAndKeepTheirShape) {
  cv::Mat bgr(600, 800, CV_8UC3, cv::Scalar(0, 0, 0));
  bgr(cv::Rect(250, 100, 300, 400)).setTo(cv::Scalar(255, 255, 255));
  memory::MemoryManager memory{{.gc_interval = 5, .budget_bytes = 100_MiB}};
  const Frame frame = testing::make_frame(memory, bgr, {.range = domain::ColorRange::full});
  const auto thumbnail = taken(frame, {250, 100, 300, 400});
  EXPECT_EQ(thumbnail->size, (Size{76, 96})) << "480x600 of the picture";
  EXPECT_EQ(thumbnail->range, domain::ColorRange::full);
  EXPECT_EQ(luma(*thumbnail, 38, 48), 255) << "the face";
  EXPECT_EQ(luma(*thumbnail, 2, 48), 0) << "and what is around it";
  EXPECT_EQ(luma(*thumbnail, 73, 48), 0);
  EXPECT_EQ(chroma(*thumbnail, 0, 19, 24), 128);
}

TEST(TakeThumbnail, ColoursAreThoseOfTheWholePicture) {
  EXPECT_EQ(taken(Picture({1280, 720}).frame(), {60, 50, 40, 40})->matrix, domain::ColorMatrix::bt709);
  EXPECT_EQ(taken(Picture({640, 480}).frame(), {60, 50, 40, 40})->matrix, domain::ColorMatrix::bt601);
}

TEST(TakeThumbnail, BoxesThatAreNoneDoNoHarm) {
  const Picture picture({200, 150});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float huge = std::numeric_limits<float>::infinity();
  for (const Box box : {Box{nan, nan, nan, nan}, Box{-huge, 0, huge, huge}, Box{500, 500, 10, 10},
                        Box{10, 10, -5, -5}, Box{1e9F, -1e9F, 1e9F, 3e9F}}) {
    const auto thumbnail = taken(picture.frame(), box);
    EXPECT_GE(thumbnail->size.width, 2);
    EXPECT_LE(thumbnail->size.height, Thumbnail::kSide);
  }
  EXPECT_EQ(taken(Frame{}, {10, 10, 20, 20})->size, Size{}) << "a frame without a picture";
}

TEST(ShowsBetter, AFaceThatWouldDoGoesOverOneThatWouldNot) {
  Sighting rejected = face({0, 0, 100, 100}, 0.9F);
  rejected.rejected = Reason::outside_roi;
  EXPECT_TRUE(shows_better(face({0, 0, 10, 10}, 0.1F), rejected));
  EXPECT_FALSE(shows_better(rejected, face({0, 0, 10, 10}, 0.1F)));
}

TEST(ShowsBetter, OnlyClearly) {
  const Sighting kept = face({0, 0, 100, 100}, 0.5F);
  EXPECT_FALSE(shows_better(kept, kept));
  EXPECT_FALSE(shows_better(face({0, 0, 110, 110}, 0.5F), kept));
  EXPECT_TRUE(shows_better(face({0, 0, 115, 115}, 0.5F), kept)) << "1.3 times the area";
  EXPECT_TRUE(shows_better(face({0, 0, 100, 100}, 0.65F), kept)) << "1.3 times the quality";
  EXPECT_FALSE(shows_better(face({0, 0, 140, 140}, 0.4F), kept)) << "nearer, and turned away";
  EXPECT_FALSE(shows_better(face({0, 0, 0, 0}, 0), face({0, 0, 0, 0}, 0)));
}

class ThumbnailsOfTracks : public ::testing::Test {
 protected:
  void update(Nanoseconds time, const std::vector<Sighting>& faces) {
    Frame frame = picture_.frame();
    frame.stream_time = time;
    frame.captured = UtcTime(1000s) + std::chrono::duration_cast<UtcTime::duration>(time);
    tracks_.update(frame, faces, out_);
  }

  Picture picture_{{640, 480}};
  memory::MemoryManager memory_{{.gc_interval = 5, .budget_bytes = 100_MiB}};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("gate", memory::Kind::shots);
  std::vector<Finished> out_;
  ManageTracks tracks_{{}, 0.1, 0, account_};
};

TEST_F(ThumbnailsOfTracks, EachTrackShowsItsBestFaceOrItsFirst) {
  Sighting small = face({100, 100, 40, 40}, 0.2F);
  small.rejected = Reason::too_small;
  update(0ms, {small, face({400, 100, 80, 80}, 0.5F)});
  update(40ms, {small, face({400, 100, 80, 80}, 0.55F)});
  update(80ms, {small, face({400, 100, 80, 80}, 0.7F)});
  tracks_.close_all(out_);
  ASSERT_EQ(out_.size(), 2U);
  const Thumbnail& never_good = *out_[0].track->thumbnail;
  EXPECT_EQ(never_good.captured, UtcTime(1000s));
  EXPECT_EQ(never_good.sighting.rejected, Reason::too_small);
  EXPECT_EQ(never_good.size, (Size{64, 64}));
  const Thumbnail& best = *out_[1].track->thumbnail;
  EXPECT_EQ(best.captured, UtcTime(1000s) + 80ms) << "0.55 is not clearly better";
}

TEST_F(ThumbnailsOfTracks, AreChargedUntilTheirTrackIsDestroyed) {
  constexpr auto kBytes = static_cast<Bytes>(sizeof(Thumbnail));
  update(0ms, {face({100, 100, 80, 80}), face({400, 100, 80, 80})});
  const Bytes with_tracks = account_->in_use();  // includes the people's views
  EXPECT_GE(with_tracks, 2 * kBytes);
  tracks_.close_all(out_);
  EXPECT_EQ(account_->in_use(), with_tracks);
  EXPECT_EQ(out_[0].track->charge(), kBytes);
  out_.clear();
  EXPECT_EQ(account_->in_use(), with_tracks - 2 * kBytes);
}

TEST_F(ThumbnailsOfTracks, ShotsOfATrackThatGoesOnHaveTheirOwn) {
  ManageTracks realtime({.overall_only = false, .realtime_post_first_immediately = true}, 0, 0, account_);
  Frame frame = picture_.frame();
  const std::vector faces{face({100, 100, 80, 80})};
  realtime.update(frame, faces, out_);
  realtime.close_all(out_);
  ASSERT_EQ(out_.size(), 2U);
  ASSERT_FALSE(out_[0].over);
  ASSERT_TRUE(out_[0].track->thumbnail && out_[1].track->thumbnail);
  EXPECT_EQ(out_[0].track->thumbnail->size, out_[1].track->thumbnail->size);
  EXPECT_GE(account_->in_use(), static_cast<Bytes>(2 * sizeof(Thumbnail)));
}

TEST_F(ThumbnailsOfTracks, WhereNobodyWantsThemThereAreNone) {
  ManageTracks tracks({}, 0.1, 0);
  tracks.update(picture_.frame(), std::vector{face({100, 100, 80, 80})}, out_);
  tracks.close_all(out_);
  EXPECT_FALSE(out_[0].track->thumbnail);
}

}  // namespace
}  // namespace vigia::track
