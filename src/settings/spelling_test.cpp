#include "settings/spelling.h"

#include <gtest/gtest.h>

#include <array>

#include "settings/layer.h"

namespace vigia::settings {
namespace {

constexpr std::array<std::string_view, 5> kWords{"gc_interval", "budget_bytes", "jpeg_quality",
                                                 "filter_min_size", "filter_max_size"};

TEST(SpellingTest, FindsTheNearest) {
  EXPECT_EQ(nearest("gc_intervall", kWords), "gc_interval");
  EXPECT_EQ(nearest("gc_intevral", kWords), "gc_interval") << "two letters swapped";
  EXPECT_EQ(nearest("JPEG-Quality", kWords), "jpeg_quality");
  EXPECT_EQ(nearest("filter_mim_size", kWords), "filter_min_size");
  EXPECT_EQ(nearest("max_size", kWords), "filter_max_size");
  EXPECT_EQ(nearest("gc_int", kWords), "gc_interval");
}

TEST(SpellingTest, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(nearest("colour", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("a", kWords), "");
  EXPECT_EQ(nearest(std::string(1000, 'g'), kWords), "");
}

TEST(SpellingTest, OldNamesLeadToKeysThatExist) {
  for (const char* old :
       {"min-face-size", "max-face-size", "min-score", "realtime", "rt-delay", "realtime_dly",
        "realtime_post_perm", "md-threshold", "source-params", "max-persons", "npersons", "rtsp_max_retries",
        "confidence_threshold", "iou_threshold", "max_age", "max_frames", "min_bbox_width",
        "detection_skip_frames", "gc_interval_seconds"}) {
    const OldName* name = find_old_name(old);
    ASSERT_NE(name, nullptr) << old;
    if (name->now.empty()) {
      EXPECT_FALSE(name->note.empty()) << old;
      continue;
    }
    EXPECT_TRUE(find_camera_key(name->now) != nullptr || find_key(program_keys(), name->now) != nullptr)
        << old;
    EXPECT_EQ(find_camera_key(old), nullptr) << "a key of today has no old meaning";
  }
  EXPECT_EQ(find_old_name("filter_min_size"), nullptr);
}

}  // namespace
}  // namespace vigia::settings
