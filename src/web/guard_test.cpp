#include "web/guard.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr const char* kToken = "a long enough token";

class GuardTest : public ::testing::Test {
 protected:
  static Request request(std::string client = "10.0.0.7") {
    Request request;
    request.target = "/api/v1/status";
    request.host = "127.0.0.1:8080";
    request.client = std::move(client);
    return request;
  }
  static int code(Guard& guard, const Request& request, Access access = Access::token) {
    const auto refused = guard.refuse(request, access);
    return refused ? refused->code : 200;
  }

  testing::FakeClock clock_;
  Guard open_{"", {"vigia.example"}, clock_};
  Guard closed_{kToken, {}, clock_};
};

TEST_F(GuardTest, OnlyNamesOfThisServerAreAnswered) {
  for (const char* const host : {"127.0.0.1:8080", "localhost", "LOCALHOST:9000", "[::1]:8080", "10.0.0.5",
                                 "vigia.example:443", "Vigia.Example"}) {
    Request one = request();
    one.host = host;
    EXPECT_EQ(code(open_, one), 200) << host;
  }
  for (const char* const host :
       {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", ":8080", "[::1",
        "127.0.0.1:80:80", "vigia.example.", "localhost:http", "x@localhost"}) {
    Request one = request();
    one.host = host;
    EXPECT_EQ(code(open_, one), 403) << host;
    EXPECT_EQ(code(open_, one, Access::open), 403) << host;
  }
  Request none = request();
  none.host.reset();
  EXPECT_EQ(code(open_, none), 403);
  Request two = request();
  two.has_two_hosts = true;
  EXPECT_EQ(code(open_, two), 400);
}

TEST_F(GuardTest, PagesOfOtherSitesMayNotAsk) {
  for (const char* const origin :
       {"http://evil.example", "null", "https://127.0.0.1:8081", "http://127.0.0.1:8080.evil.example"}) {
    Request one = request();
    one.origin = origin;
    EXPECT_EQ(code(open_, one), 403) << origin;
  }
  for (const char* const origin : {"http://127.0.0.1:8080", "https://127.0.0.1:8080"}) {
    Request one = request();
    one.origin = origin;
    EXPECT_EQ(code(open_, one), 200) << origin;
  }
  for (const char* const site : {"cross-site", "same-site", "whatever"}) {
    Request one = request();
    one.fetch_site = site;
    one.fetch_mode = "navigate";
    EXPECT_EQ(code(open_, one), 403) << site;
    EXPECT_EQ(code(open_, one, Access::page), 200) << "a link to the page";
    one.fetch_mode = "no-cors";
    EXPECT_EQ(code(open_, one, Access::page), 403) << "its files in another page";
  }
}

TEST_F(GuardTest, TheTokenIsNeededWhereOneIsSet) {
  EXPECT_EQ(code(closed_, request()), 401);
  EXPECT_EQ(code(closed_, request(), Access::open), 200);
  EXPECT_EQ(code(closed_, request(), Access::page), 200);
  Request right = request();
  right.authorization = std::string("Bearer ") + kToken;
  EXPECT_EQ(code(closed_, right), 200);
  right.authorization = std::string("bearer ") + kToken;
  EXPECT_EQ(code(closed_, right), 200);
  for (const std::string wrong :
       {"Bearer ", "Bearer a long enough tokem", "Basic YTpi", "Bearer a long enough token and more"}) {
    Request one = request("10.0.0." + std::to_string(wrong.size()));
    one.authorization = wrong;
    EXPECT_EQ(code(closed_, one), 401) << wrong;
  }
}

TEST_F(GuardTest, ALoginIsACookieThatEndsWithTheToken) {
  EXPECT_EQ(closed_.login(request(), "wrong").code, 401);
  const HttpAnswer answer = closed_.login(request(), kToken);
  ASSERT_EQ(answer.code, 204);
  const std::string& cookie = answer.headers.at(0).second;
  EXPECT_NE(cookie.find("HttpOnly; SameSite=Strict"), std::string::npos);
  EXPECT_EQ(cookie.find(kToken), std::string::npos);
  Request one = request();
  one.cookie = "other=1; " + cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(code(closed_, one), 200);
  Guard other("another long enough token", {}, clock_);
  EXPECT_EQ(code(other, one), 401);
}

TEST_F(GuardTest, WrongTokensOfAnAddressAreLimited) {
  Request wrong = request();
  wrong.authorization = "Bearer wrong";
  for (int i = 0; i < Guard::kMostFailures; ++i) EXPECT_EQ(code(closed_, wrong), 401);
  EXPECT_EQ(code(closed_, wrong), 429);
  EXPECT_EQ(closed_.login(request(), kToken).code, 429);
  EXPECT_EQ(closed_.login(request("10.0.0.8"), kToken).code, 204) << "another address";
  clock_.advance(61s);
  Request right = request();
  right.authorization = std::string("Bearer ") + kToken;
  EXPECT_EQ(code(closed_, right), 200);
}

TEST_F(GuardTest, ManyAddressesAreRememberedWithinBounds) {
  for (int i = 0; i < 1000; ++i) {
    Request wrong = request(std::to_string(i));
    wrong.authorization = "Bearer wrong";
    EXPECT_EQ(code(closed_, wrong), 401);
  }
}

}  // namespace
}  // namespace vigia::web
