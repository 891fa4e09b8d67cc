// A name server that is away must delay neither a stop nor a time limit.
#include "http/look_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "http/http.h"
#include "testing/dead_name_server.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::Contains;
using testing::DeadNameServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHost = "server.dead.test";

HttpRequest request() {
  HttpRequest request;
  request.url = std::string("http://") + kHost + "/";
  request.timeout = 3600s;
  return request;
}

TEST(LookUpTest, AStopEndsARequestWhoseNameIsStillLookedUp) {
  DeadNameServer dead;
  std::stop_source stop;
  HttpResult result;
  {
    Http http;
    std::jthread caller([&] { result = http.perform(request(), stop.get_token()); });
    dead.wait_until_asked();
    stop.request_stop();
    caller.join();
  }
  EXPECT_FALSE(dead.was_released());
  EXPECT_EQ(result.failure, HttpFailure::cancelled);
}

TEST(LookUpTest, ATimeLimitEndsARequestWhoseNameIsStillLookedUp) {
  DeadNameServer dead;
  HttpRequest quick = request();
  quick.timeout = 100ms;
  const HttpResult result = Http().perform(quick, {});
  EXPECT_FALSE(dead.was_released());
  EXPECT_EQ(result.failure, HttpFailure::connect);
  EXPECT_THAT(result.text, HasSubstr("looking up the name"));
}

TEST(LookUpTest, AStopAndATimeLimitEndALookUp) {
  DeadNameServer dead;
  std::stop_source stop;
  Status stopped = ok_status();
  {
    const std::jthread caller([&] {
      const auto found = look_up(kHost, 3600s, stop.get_token());
      if (!found) stopped = found.error();
    });
    dead.wait_until_asked();
    stop.request_stop();
  }
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  const auto late = look_up(kHost, 100ms, {});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
  EXPECT_THAT(late.error().text, HasSubstr(kHost));
  EXPECT_FALSE(dead.was_released());
}

TEST(LookUpTest, NamesAndAddressesAreFoundWithoutAConnection) {
  for (const std::string host : {"127.0.0.1", "::1", "192.0.2.1"}) {
    const auto found = look_up(host, 20s, {});
    ASSERT_TRUE(found.ok()) << host;
    EXPECT_THAT(*found, ElementsAre(host));
  }
  const auto found = look_up("localhost", 20s, {});
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(*found, Contains("127.0.0.1"));
}

TEST(LookUpTest, AHostThatIsNotThereIsAnError) {
  const auto found = look_up("no-such-host.invalid", 20s, {});
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(found.error().text, HasSubstr("no-such-host.invalid"));
}

}  // namespace
}  // namespace vigia::http
