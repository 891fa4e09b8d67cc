#include "appearance/difference.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vigia::appearance {
namespace {

View nothing() {
  View view;
  view.torso_colours.fill(0);
  view.head_colours.fill(0);
  view.face.fill(0);
  view.head_outline.fill(0);
  view.torso_outline.fill(0);
  return view;
}

Views one(const View& view) {
  Views views;
  views.add(view);
  return views;
}

// A head whose outline has one value at `place`, and whose colours are all in one place.
View head(std::size_t place, std::size_t colour) {
  View view = nothing();
  view.has_head_outline = view.has_head_colours = true;
  view.head_outline[place] = 255;
  view.head_colours[colour] = 255;
  view.head_colours[144] = 255;
  return view;
}

TEST(Difference, OfTheSameViewsIsNothing) {
  const auto found = difference(one(head(3, 5)), one(head(3, 5)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, 0);
  EXPECT_EQ(found->parts, 2);
  EXPECT_FALSE(found->torso);
}

TEST(Difference, OfOutlinesIsTheRootOfOneMinusTheCosine) {
  View both = head(3, 5);
  both.head_outline[4] = 255;
  const auto parts = distances(one(head(3, 5)), one(both));
  EXPECT_NEAR(parts[3], std::sqrt(1 - std::sqrt(0.5)), 1e-3);
  EXPECT_NEAR(distances(one(head(3, 5)), one(head(4, 5)))[3], 1, 1e-6);
}

TEST(Difference, OfOutlinesIsThatOfTheMeanViews) {
  Views a;
  a.add(head(3, 5));
  a.add(head(4, 5));
  View both = head(3, 5);
  both.head_outline[4] = 255;
  EXPECT_NEAR(distances(a, one(both))[3], 0, 1e-3);
}

TEST(Difference, OfColoursIsTheMeanOfTheThreeNearest) {
  // Colour and lightness are half each: another colour and the same lightness are at 1 - 1/2.
  EXPECT_NEAR(distances(one(head(3, 5)), one(head(3, 6)))[1], std::sqrt(0.5), 1e-3);
  Views a;
  for (const std::size_t colour : {5, 6, 7, 8, 9}) a.add(head(3, colour));
  EXPECT_NEAR(distances(a, one(head(3, 5)))[1], std::sqrt((0 + 0.5 + 0.5) / 3), 1e-3);
}

TEST(Difference, IsTheSameBothWays) {
  const Views a = one(head(3, 5)), b = one(head(4, 6));
  EXPECT_EQ(difference(a, b)->value, difference(b, a)->value);
}

TEST(Difference, ComparesOnlyWhatBothHave) {
  View torso = head(3, 5);
  torso.has_torso_colours = true;
  torso.torso_colours[7] = torso.torso_colours[144] = 255;
  EXPECT_EQ(difference(one(torso), one(head(3, 5)))->parts, 2);
  EXPECT_FALSE(difference(one(torso), one(head(3, 5)))->torso);
  EXPECT_EQ(difference(one(torso), one(torso))->parts, 3);
  EXPECT_TRUE(difference(one(torso), one(torso))->torso);
}

TEST(Difference, IsNotToBeHadFromTooLittle) {
  View outline = head(3, 5);
  outline.has_head_colours = false;
  EXPECT_FALSE(difference(one(outline), one(head(3, 5))));
  EXPECT_FALSE(difference(Views(), one(head(3, 5))));
  EXPECT_FALSE(difference(Views(), Views()));
}

TEST(Views, KeepsTheNewest) {
  Views newest;
  for (std::size_t i = 0; i < 7; ++i) newest.add(head(i, 5));
  ASSERT_EQ(newest.size(), 5U);
  const auto holds = [](const Views& views, std::size_t place) {
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (views[i].head_outline[place] == 255) return true;
    }
    return false;
  };
  for (std::size_t place = 0; place < 7; ++place) EXPECT_EQ(holds(newest, place), place >= 2) << place;
  newest.clear();
  EXPECT_EQ(newest.size(), 0U);
  newest.add(head(3, 5));
  EXPECT_TRUE(holds(newest, 3));
}

}  // namespace
}  // namespace vigia::appearance
