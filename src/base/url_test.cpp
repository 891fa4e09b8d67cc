#include "base/url.h"

#include <gtest/gtest.h>

namespace vigia {
namespace {

TEST(UrlTest, IsSplitAsItIsWritten) {
  const UrlParts all = split_url("mqtts://user:se:cr@et@[::1]:8883/a@b?c#d");
  EXPECT_EQ(all.scheme, "mqtts");
  EXPECT_EQ(all.user, "user:se:cr@et");
  EXPECT_EQ(all.host, "::1");
  EXPECT_EQ(all.server, "[::1]:8883");
  EXPECT_EQ(all.port, "8883");
  EXPECT_EQ(all.path, "/a@b?c#d");
  const UrlParts some = split_url("https://host?x=1");
  EXPECT_EQ(some.host, "host");
  EXPECT_EQ(some.port, "");
  EXPECT_EQ(some.path, "?x=1");
  EXPECT_FALSE(some.has_user);
  EXPECT_EQ(some.server, "host");
  EXPECT_FALSE(some.has_port);
  EXPECT_TRUE(split_url("http://@host").has_user);
  EXPECT_TRUE(split_url("http://host:/").has_port) << "with nothing behind it";
}

TEST(UrlTest, WhatIsMissingIsEmpty) {
  EXPECT_EQ(split_url("").scheme, "");
  EXPECT_EQ(split_url("no url").scheme, "");
  EXPECT_EQ(split_url("sim:faces=4").scheme, "sim");
  EXPECT_FALSE(split_url("sim:faces=4").has_host);
  EXPECT_EQ(split_url("http://").host, "");
  EXPECT_EQ(split_url("http://[::1").host, "[") << "malformed, and no more than that";
}

TEST(UrlTest, APortIsANumberFrom1To65535) {
  EXPECT_EQ(port_number("8883"), 8883);
  EXPECT_EQ(port_number("65535"), 65535);
  for (const char* const wrong : {"", "0", "65536", "-1", "+1", "80x", " 80", "99999999999"}) {
    EXPECT_EQ(port_number(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace vigia
