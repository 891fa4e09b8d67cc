#include "findface/detector_filters.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vigia::findface {
namespace {

ReadFilters read(const std::string& json) {
  return read_detector_filters(nlohmann::json::parse(json));
}

TEST(DetectorFiltersTest, WhatIsMissingNullOrEmptyIsNotSet) {
  for (const char* const json :
       {"null", "{}", "[]", R"("")",
        R"({"filter_min_size":null,"filter_max_size":null,"filter_min_quality":null,"roi":null})",
        R"({"roi":""})", R"({"roi":[],"other":7})"}) {
    const ReadFilters given = read(json);
    EXPECT_EQ(given.filters, DetectorFilters{}) << json;
    EXPECT_EQ(given.not_understood, "") << json;
    EXPECT_EQ(to_text(given.filters), "none");
  }
}

TEST(DetectorFiltersTest, NumbersAreTakenAlsoAsText) {
  const ReadFilters given =
      read(R"({"filter_min_size":80,"filter_max_size":"400","filter_min_quality":0.65})");
  EXPECT_EQ(given.filters,
            (DetectorFilters{.min_size = 80, .max_size = 400, .min_quality = 0.65, .roi = std::nullopt}));
  EXPECT_EQ(given.not_understood, "");
  EXPECT_EQ(to_text(given.filters), "filter_min_size 80, filter_max_size 400, filter_min_quality 0.65");
}

// Never less strict than what is written.
TEST(DetectorFiltersTest, PartsOfAPixelAreRoundedToTheStricterSide) {
  const DetectorFilters filters = read(R"({"filter_min_size":60.2,"filter_max_size":99.9})").filters;
  EXPECT_EQ(filters.min_size, 61);
  EXPECT_EQ(filters.max_size, 99);
}

TEST(DetectorFiltersTest, BothFormsOfARoiAreUnderstood) {
  const domain::Region region{10, 20, 300, 200};
  EXPECT_EQ(read(R"({"roi":[10,20,310,220]})").filters.roi, region);
  EXPECT_EQ(read(R"({"roi":"300x200+10+20"})").filters.roi, region);
  EXPECT_EQ(to_text({.min_size = {}, .max_size = {}, .min_quality = {}, .roi = region}), "roi 300x200+10+20");
}

TEST(DetectorFiltersTest, WhatMakesNoSenseIsNamedAndTheRestHolds) {
  for (const char* const roi :
       {"[10,20,310]", "[310,20,10,220]", "[-1,0,5,5]", R"(["a",0,5,5])", R"("300x200")", R"("0x200+0+0")",
        R"("300x200+10+20 ")", R"("x")", "7", R"({"left":1})", R"("99999999999x1+0+0")"}) {
    const ReadFilters given = read(std::string(R"({"filter_min_size":80,"roi":)") + roi + "}");
    EXPECT_EQ(given.filters.roi, std::nullopt) << roi;
    EXPECT_EQ(given.filters.min_size, 80) << roi;
    EXPECT_EQ(given.not_understood, "roi") << roi;
  }
  const ReadFilters given =
      read(R"({"filter_min_size":-5,"filter_max_size":0,"filter_min_quality":"good","roi":[1e99,0,1,1]})");
  EXPECT_EQ(given.filters, DetectorFilters{});
  EXPECT_EQ(given.not_understood, "filter_min_size, filter_max_size, filter_min_quality, roi");
  EXPECT_EQ(read("[7]").not_understood, "all of it");
}

}  // namespace
}  // namespace vigia::findface
