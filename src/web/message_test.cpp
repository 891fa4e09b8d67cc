#include "web/message.h"

#include <gtest/gtest.h>

namespace vigia::web {
namespace {

TEST(TargetTest, IsTakenApartAndDecoded) {
  const auto target = parse_target("/api/v1/cameras/Entr%C3%A9e%201/picture?camera=a%26b&camera=c+d&x&=");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path,
            "/api/v1/cameras/Entr\xC3\xA9"
            "e 1/picture");
  ASSERT_EQ(target->query.size(), 4U);
  EXPECT_EQ(target->query[0], std::pair(std::string("camera"), std::string("a&b")));
  EXPECT_EQ(target->query[1].second, "c d");
  EXPECT_EQ(target->find("x"), "");
  EXPECT_EQ(target->find("y"), std::nullopt);
}

TEST(TargetTest, WhatIsOddIsRefused) {
  for (const char* const text : {"",
                                 "x",
                                 "*",
                                 "http://host/",
                                 "/%",
                                 "/%4",
                                 "/%zz",
                                 "/%00",
                                 "/a%00b",
                                 "/%0a",
                                 "/%ff",
                                 "/%c0%80",
                                 "/%ed%a0%80",
                                 "/..",
                                 "/../etc/passwd",
                                 "/a/../b",
                                 "/a/..",
                                 "/./a",
                                 "//evil.example",
                                 "/a//b",
                                 "/%2e%2e/etc/passwd",
                                 "/..%2fetc%2fpasswd",
                                 "/?a=%zz",
                                 "/?%00=1",
                                 "/\x01"}) {
    EXPECT_FALSE(parse_target(text).ok()) << text;
  }
}

TEST(TargetTest, OrdinaryPathsAreTaken) {
  for (const char* const text :
       {"/", "/assets/index-1a2b.js", "/a/", "/..a", "/a..b/c", "/?a=..", "/a?b=/../c"}) {
    EXPECT_TRUE(parse_target(text).ok()) << text;
  }
}

}  // namespace
}  // namespace vigia::web
