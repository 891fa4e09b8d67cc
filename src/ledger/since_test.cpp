#include "ledger/since.h"

#include <gtest/gtest.h>

#include <string>

namespace vigia::ledger {
namespace {

// 2026-11-23T13:00:00.5Z
const UtcTime kNow = from_unix_us(1795438800500000);

std::string parsed(std::string_view text) {
  const auto moment = parse_since(text, kNow);
  return moment ? format_utc(*moment) : "error";
}

TEST(SinceTest, ATimeAgo) {
  EXPECT_EQ(parsed("90s"), "2026-11-23T12:58:30.500000Z");
  EXPECT_EQ(parsed("30m"), "2026-11-23T12:30:00.500000Z");
  EXPECT_EQ(parsed("1h"), "2026-11-23T12:00:00.500000Z");
  EXPECT_EQ(parsed("2d"), "2026-11-21T13:00:00.500000Z");
}

TEST(SinceTest, AMomentInUtcOfAnyPrecision) {
  EXPECT_EQ(parsed("2026-11-22"), "2026-11-22T00:00:00.000000Z");
  EXPECT_EQ(parsed("2026-11-22T07:05"), "2026-11-22T07:05:00.000000Z");
  EXPECT_EQ(parsed("2026-11-22T07:05:09"), "2026-11-22T07:05:09.000000Z");
  EXPECT_EQ(parsed("2026-11-22T07:05:09Z"), "2026-11-22T07:05:09.000000Z");
  EXPECT_EQ(parsed("2024-02-29"), "2024-02-29T00:00:00.000000Z");
}

TEST(SinceTest, AllElseIsRefused) {
  for (const char* const text : {"",
                                 "h",
                                 "1",
                                 "1w",
                                 "1h30m",
                                 "-1h",
                                 "1.5h",
                                 "99999999999999999999s",
                                 "99999999999d",
                                 "2026",
                                 "2026-11",
                                 "2026-02-29",
                                 "2026-13-01",
                                 "2026-11-22T24:00",
                                 "2026-11-22T07:60",
                                 "2026-11-22T07",
                                 "2026-11-22 07:05",
                                 "2026-11-22T07:05:09+01:00",
                                 "yesterday",
                                 "2999-01-01",
                                 "1969-12-31"}) {
    EXPECT_EQ(parsed(text), "error") << text;
  }
  EXPECT_NE(parse_since("yesterday", kNow).error().text.find("'yesterday' is no time; allowed: "),
            std::string::npos);
}

}  // namespace
}  // namespace vigia::ledger
