#include "pipeline/zone_fit.h"

#include <gtest/gtest.h>

namespace vigia::pipeline {
namespace {

using domain::Region;
using domain::Size;
using domain::Zone;

TEST(Zone, PercentIsRightAtEverySize) {
  const Zone left_third{0, 25, 33.3, 50, true};
  EXPECT_EQ(left_third.in({640, 480}), (Region{0, 120, 213, 240}));
  EXPECT_EQ(left_third.in({320, 240}), (Region{0, 60, 107, 120}));
  EXPECT_TRUE(left_third.fits({32, 32}));
  EXPECT_TRUE(Zone{}.in({640, 480}).whole());
  EXPECT_EQ((Zone{0, 0, 0.1, 0.1, true}.in({320, 240})), (Region{0, 0, 1, 1})) << "never the whole picture";
  EXPECT_EQ((Zone{240, 0, 400, 480}.in_percent({640, 480})), (Zone{37.5, 0, 62.5, 100, true}));
}

TEST(ZoneFit, WhatFitsIsNotComplainedOf) {
  EXPECT_TRUE(misfits({}, {}, {320, 240}).empty());
  EXPECT_TRUE(misfits({0, 0, 320, 240}, {10, 10, 310, 230}, {320, 240}).empty());
  EXPECT_TRUE(misfits({50, 50, 50, 50, true}, {}, {320, 240}).empty());
}

TEST(ZoneFit, SaysWhatFollowsAndWhatToWrite) {
  const auto lines = misfits({1000, 500, 400, 300}, {600, 0, 100, 100}, {640, 480});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(
      lines[0],
      "rot 400x300+1000+500 lies outside of the picture, which is 640x480: no face is found; if it was meant "
      "for 1920x1080, write rot: 20.8%x27.8%+52.1%+46.3%, which fits every size");
  EXPECT_EQ(lines[1],
            "roi 100x100+600+0 reaches out of the picture, which is 640x480: only faces inside both are "
            "posted; if it "
            "was meant for 704x576, write roi: 14.2%x17.4%+85.2%+0%, which fits every size");
  EXPECT_NE(misfits({60000, 0, 10, 10}, {}, {640, 480}).front().find("write it for this size"),
            std::string::npos);
}

TEST(ZoneFit, KnowsTheSizeBeforeAChange) {
  const auto lines = misfits({240, 0, 400, 480}, {320, 0, 320, 300}, {320, 240}, {640, 480});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("meant for 640x480, write rot: 62.5%x100%+37.5%+0%"), std::string::npos)
      << lines[0];
  EXPECT_NE(lines[1].find("write roi: 50%x62.5%+50%+0%"), std::string::npos) << lines[1];
}

}  // namespace
}  // namespace vigia::pipeline
