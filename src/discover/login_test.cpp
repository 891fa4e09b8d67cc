// What a device can compute of a login; that it is right is compared in ask_device_test.cpp, by a device of
// testing/.
#include "discover/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace vigia::discover {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::optional<HttpDigest> digest(std::vector<std::string> offers) {
  return HttpDigest::of(offers);
}

TEST(LoginTest, AHeaderIsNeverTheSameTwiceAndHoldsNoPassword) {
  const Login login{"ad<min", "s3cret"};
  const UtcTime when = from_unix_us(1'790'000'000'000'000);
  const std::string header = security_header(login, when);
  EXPECT_THAT(header, AllOf(HasSubstr("ad&lt;min"), HasSubstr("Created>2026-09-21T14:13:20Z<"),
                            Not(HasSubstr("s3cret"))));
  EXPECT_NE(header, security_header(login, when));
}

TEST(LoginTest, TheFirstChallengeThatCanBeAnsweredIsTaken) {
  EXPECT_EQ(digest({"Basic realm=\"x\"", "Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256",
                    "DIGEST nonce=2,realm=b"})
                ->nonce(),
            "2");
  EXPECT_TRUE(digest({"Digest realm=\"a\", nonce=\"1\", stale=TRUE"})->is_stale());
  for (const char* const offer :
       {"", "Digest", "Digest realm=\"a\"", "Digest nonce=", "Basic nonce=\"1\"",
        "Digest nonce=\"1\", qop=\"auth-int\"", "Digest nonce=\"1\", algorithm=SHA-512"}) {
    EXPECT_FALSE(digest({offer})) << offer;
  }
  EXPECT_TRUE(digest({"Digest nonce=\"1"})) << "a quote that does not end";
}

TEST(LoginTest, RequestsOfOneChallengeAreCounted) {
  auto one = digest({R"(Digest realm="a \"b\"", nonce="1", qop="auth,auth-int", opaque="", algorithm=MD5)"});
  ASSERT_TRUE(one);
  const std::string first = one->answer({"ad\"min", "s3cret"}, "/x?y=1");
  EXPECT_THAT(first, AllOf(HasSubstr("nc=00000001"), HasSubstr("username=\"ad\\\"min\""),
                           HasSubstr("realm=\"a \\\"b\\\"\""), HasSubstr("uri=\"/x?y=1\""),
                           HasSubstr("opaque=\"\""), HasSubstr("algorithm=MD5"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(one->answer({"admin", "s3cret"}, "/x"), HasSubstr("nc=00000002"));
}

// The values are of another implementation (Python's hashlib).
TEST(LoginTest, WithoutQopTheAnswerIsThatOfRfc2069) {
  auto one = digest({R"(Digest realm="r", nonce="n")"});
  ASSERT_TRUE(one);
  EXPECT_THAT(one->answer({"u", "p"}, "/"),
              AllOf(HasSubstr("response=\"b42d384f116f87fa53bcb3234a866d2c\""), Not(HasSubstr("nc="))));
  auto sha = digest({R"(Digest realm="r", nonce="n", algorithm=SHA-256)"});
  EXPECT_THAT(sha->answer({"u", "p"}, "/"),
              HasSubstr("response=\"2c0216fbefcbfb3adf41b65eb69909db1cc71a016978194d52520e3163b965c6\""));
}

}  // namespace
}  // namespace vigia::discover
