#include "findface/session.h"

#include <chrono>
#include <thread>

#include "findface/findface_test_support.h"
#include "http/body.h"

namespace vigia::findface {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using testing::Fault;
using ::testing::HasSubstr;

class SessionTest : public FindfaceTest {
 protected:
  void SetUp() override { start(); }
  int logins() const { return server_->requests("/auth/login/"); }
  bool ask() { return session_->get("/camera-groups/", {}).answered(200); }
  // The server's answer to a login, whose token ends so long after the test's now.
  void next_token_ends_in(std::chrono::seconds life) {
    server_->inject("/auth/login/", {.kind = Fault::Kind::answer,
                                     .body = R"({"user":{},"token":"short","token_expiration_datetime":")" +
                                             format_utc(clock_.utc_now() + life) + "\"}"});
  }
};

TEST_F(SessionTest, LogsInOnceForManyRequests) {
  EXPECT_TRUE(ask());
  EXPECT_TRUE(ask());
  EXPECT_EQ(logins(), 1);
}

TEST_F(SessionTest, ATokenIsRenewedTenMinutesBeforeItsEnd) {
  next_token_ends_in(1h);
  ASSERT_TRUE(session_->log_in({}).ok());
  clock_.advance(49min);
  ASSERT_TRUE(session_->log_in({}).ok());
  EXPECT_EQ(logins(), 1);
  clock_.advance(1min + 1s);
  ASSERT_TRUE(session_->log_in({}).ok());
  EXPECT_EQ(logins(), 2);
}

TEST_F(SessionTest, ALoginSaysUnderWhichUuid) {
  ASSERT_TRUE(session_->log_in({}).ok());
  EXPECT_THAT(log_.text(), ::testing::HasSubstr("logged in with uuid test"));
}

TEST_F(SessionTest, AServerWhoseClockIsBehindDoesNotMeanALoginForEachRequest) {
  next_token_ends_in(std::chrono::seconds(-3600));
  ASSERT_TRUE(session_->log_in({}).ok());
  ASSERT_TRUE(session_->log_in({}).ok());
  EXPECT_EQ(logins(), 1);
}

TEST_F(SessionTest, AnOldTokenServesOnWhileItsRenewalFails) {
  EXPECT_TRUE(ask());
  clock_.advance(24h * 181);
  server_->inject("/auth/login/", {.kind = Fault::Kind::answer, .status = 502});
  EXPECT_TRUE(ask());
  EXPECT_EQ(logins(), 2);
}

TEST_F(SessionTest, AfterA401AllThreadsShareOneNewLogin) {
  ASSERT_TRUE(ask());
  server_->forget_tokens();
  server_->inject("/auth/login/", {.kind = Fault::Kind::delay, .delay = std::chrono::milliseconds(100)});
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) threads.emplace_back([&] { good += ask(); });
  }
  EXPECT_EQ(good, 6);
  EXPECT_EQ(logins(), 2);
}

TEST_F(SessionTest, AFailedLoginIsSharedToo) {
  connect(server_->url(), "wrong");
  std::atomic<int> refused{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        const Status status = session_->log_in({});
        refused += !status.ok() && status.error().code == ErrorCode::refused;
      });
    }
  }
  EXPECT_EQ(refused, 6);
  EXPECT_EQ(logins(), 1);
}

TEST_F(SessionTest, AWrongPasswordNamesTheSettingsAndNotThePassword) {
  connect(server_->url(), "wrong");
  const Status status = session_->log_in({});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().text,
            "FindFace " + server_->url() +
                ": login: 401 Invalid username/password.; check FINDFACE_USER and FINDFACE_PASSWORD");
}

TEST_F(SessionTest, SecretsThatTheServerRepeatsAtTheLoginAreHidden) {
  ASSERT_TRUE(session_->log_in({}).ok());
  const std::string token = "session-token-" + std::to_string(server_->port()) + "-1";
  server_->forget_tokens();
  const std::string basic = http::base64("admin:" + std::string(kPassword));
  for (const std::string& secret : {std::string(kPassword), basic, token}) {
    for (const std::size_t before : {0U, 195U}) {  // also across the cut
      const std::string desc = std::string(before, 'x') + secret;
      server_->inject("/auth/login/",
                      {.kind = Fault::Kind::answer, .status = 503, .body = R"({"desc":")" + desc + R"("})"});
      const HttpResult answer = session_->get("/camera-groups/", {});
      EXPECT_EQ(answer.failure, HttpFailure::login);
      EXPECT_THAT(answer.text, HasSubstr("***"));
      EXPECT_THAT(answer.text, ::testing::Not(HasSubstr(secret.substr(0, 4)))) << desc;
      clock_.advance(1s);
    }
  }
}

TEST_F(SessionTest, AnUnreachableServerIsTriedAgainAfterASecond) {
  server_->inject("/auth/login/", {.kind = Fault::Kind::answer, .status = 503});
  EXPECT_EQ(session_->log_in({}).error().code, ErrorCode::unavailable);
  EXPECT_FALSE(session_->log_in({}).ok());
  EXPECT_EQ(logins(), 1);
  clock_.advance(1s);
  EXPECT_TRUE(session_->log_in({}).ok());
}

TEST_F(SessionTest, ALoginIsNotTriedAgainBeforeTheServerWantsIt) {
  for (const int status : {429, 503}) {
    server_->inject("/auth/login/",
                    {.kind = Fault::Kind::answer, .status = status, .headers = {{"Retry-After", "600"}}});
    const int before = logins();
    EXPECT_EQ(session_->get("/cameras/", {}).retry_after, Nanoseconds(600s));
    clock_.advance(599s);
    EXPECT_EQ(session_->get("/cameras/", {}).failure, HttpFailure::login);
    EXPECT_EQ(logins(), before + 1);
    clock_.advance(1s);
  }
  EXPECT_TRUE(ask());
}

TEST_F(SessionTest, RetryAfterOfListsAndTokensIsKnownToCallers) {
  EXPECT_TRUE(ask());
  EXPECT_EQ(session_->asked_to_wait(), Nanoseconds::zero());
  server_->inject("/camera-groups/",
                  {.kind = Fault::Kind::answer, .status = 429, .headers = {{"Retry-After", "600"}}});
  EXPECT_FALSE(ask());
  clock_.advance(100s);
  EXPECT_EQ(session_->asked_to_wait(), Nanoseconds(500s));
  EXPECT_TRUE(ask());
  EXPECT_EQ(session_->asked_to_wait(), Nanoseconds::zero());
  server_->inject("/camera-groups/",
                  {.kind = Fault::Kind::answer, .status = 429, .headers = {{"Retry-After", "80000"}}});
  EXPECT_FALSE(ask());
  EXPECT_EQ(session_->asked_to_wait(), Nanoseconds(1h));
}

TEST_F(SessionTest, AnswersThatAreNoLoginAreErrors) {
  for (const char* body :
       {"", "<html>", "{}", R"({"token":7})", R"({"token":""})", R"({"token":"a\r\nX-Evil: 1"})"}) {
    server_->inject("/auth/login/", {.kind = Fault::Kind::answer, .status = 200, .body = body});
    EXPECT_FALSE(session_->log_in({}).ok()) << body;
    clock_.advance(1s);
  }
  EXPECT_TRUE(session_->log_in({}).ok());
}

TEST_F(SessionTest, AWrongServerIsReported) {
  server_->inject("/auth/login/", {.kind = Fault::Kind::answer, .status = 404});
  EXPECT_THAT(session_->log_in({}).error().text, HasSubstr("check delivery.findface.url"));
}

TEST_F(SessionTest, AnEndSlashInTheAddressDoesNotMatter) {
  connect(server_->url() + "//");
  EXPECT_TRUE(ask());
}

TEST_F(SessionTest, AStopEndsALoginThatIsNotAnswered) {
  server_->inject("/auth/login/", {.kind = Fault::Kind::hang});
  std::stop_source stop;
  std::vector<ErrorCode> codes(2, ErrorCode::ended);
  {
    std::jthread first([&] { codes[0] = session_->log_in(stop.get_token()).error().code; });
    while (logins() == 0) std::this_thread::yield();
    std::jthread second([&] { codes[1] = session_->log_in(stop.get_token()).error().code; });
    stop.request_stop();
  }
  EXPECT_EQ(codes, std::vector<ErrorCode>(2, ErrorCode::cancelled));
}

}  // namespace
}  // namespace vigia::findface
