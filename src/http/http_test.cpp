#include "http/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include <chrono>

#include "testing/fake_findface.h"
#include "testing/http_loop.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using testing::FakeFindFaceOptions;
using testing::Fault;
using ::testing::HasSubstr;

class HttpTest : public ::testing::Test {
 protected:
  void start(FakeFindFaceOptions options = {}) {
    auto started = testing::FakeFindFace::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = std::move(*started);
    http_ = std::make_unique<Http>();
  }
  HttpResult get(const std::string& url, Nanoseconds timeout = 5s) {
    HttpRequest request;
    request.url = url;
    request.timeout = timeout;
    return http_->perform(request, {});
  }

  HttpRequest post(std::size_t bytes) {
    HttpRequest request;
    request.post = true;
    request.url = server_->url() + kPosts;
    request.timeout = 20s;
    request.headers = {"Content-Type: multipart/form-data; boundary=x"};
    request.body = "--x\r\nContent-Disposition: form-data; name=\"fullframe\"\r\n\r\n" +
                   std::string(bytes, 'i') + "\r\n--x--\r\n";
    return request;
  }
  // A connection that the next request finds in the pool.
  void use_a_connection() { ASSERT_EQ(get(server_->url() + "/camera-groups/").failure, HttpFailure::none); }
  static constexpr const char* kPosts = "/events/faces/add/";

  std::unique_ptr<testing::FakeFindFace> server_;
  std::unique_ptr<Http> http_;
};

TEST_F(HttpTest, AnAnswerOfAnyStatusIsNoFailure) {
  start();
  const HttpResult answer = get(server_->url() + "/camera-groups/");
  EXPECT_EQ(answer.failure, HttpFailure::none);
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.body, HasSubstr("UNAUTHORIZED"));
}

TEST(HttpOfferTest, TheLoginsThatAServerOffersAreKeptAsTheyCame) {
  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.status = 401;
    for (const char* const offer : {"Basic realm=\"x\"", "Digest realm=\"a, b\", nonce=\"1\""}) {
      response.headers.emplace("WWW-Authenticate", offer);
    }
  });
  testing::HttpLoop loop(server);
  ASSERT_TRUE(loop.open());
  Http http;
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(loop.port()) + "/";
  const HttpResult answer = http.perform(request, {});
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.login_offers,
              ::testing::ElementsAre("Basic realm=\"x\"", "Digest realm=\"a, b\", nonce=\"1\""));
}

TEST_F(HttpTest, AServerThatIsTooSlowIsATimeoutAfterTheRequestWasSent) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::hang});
  const HttpResult answer = get(server_->url() + "/camera-groups/", 200ms);
  EXPECT_EQ(answer.failure, HttpFailure::timeout);
  EXPECT_TRUE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("while waiting for the answer: "));
}

TEST_F(HttpTest, AnAnswerThatComesByteByByteIsATimeoutWhileItIsRead) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::slow, .delay = 50ms});
  const HttpResult answer = get(server_->url() + "/camera-groups/", 300ms);
  EXPECT_EQ(answer.failure, HttpFailure::timeout);
  EXPECT_TRUE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("while reading the answer, with "));
}

TEST_F(HttpTest, TheTimeForTheAnswerBeginsWithTheLastByteSent) {
  start();
  HttpRequest request = post(1000);
  request.once = true;
  request.timeout = 0s;
  request.answer_within = 400ms;
  request.going_out = [] { std::this_thread::sleep_for(600ms); };
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
  server_->inject(kPosts, {.kind = Fault::Kind::hang});
  const HttpResult late = http_->perform(request, {});
  EXPECT_EQ(late.failure, HttpFailure::timeout);
  EXPECT_TRUE(late.sent_whole);
  EXPECT_THAT(late.text, HasSubstr("while waiting for the answer"));
}

TEST_F(HttpTest, AServerThatStopsReadingIsGivenUpWithoutWaitingForTheWholeTime) {
  start();
  server_->inject(kPosts, {.kind = Fault::Kind::hang_mid_body});
  HttpRequest request = post(30'000'000);
  request.stall = 200ms;
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::timeout);
  EXPECT_FALSE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("while sending, with "));
  EXPECT_THAT(answer.text, HasSubstr("no byte could be sent for 0.2 s"));
  server_->clear_faults();
}

TEST_F(HttpTest, WhatCannotBeSentInItsTimeIsGivenUpAndNobodyHasHadAllOfIt) {
  start();
  server_->inject(kPosts, {.kind = Fault::Kind::hang_mid_body});
  HttpRequest request = post(30'000'000);
  request.send_within = 200ms;
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::late);
  EXPECT_FALSE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("the time to send it was over"));
  server_->clear_faults();
}

TEST_F(HttpTest, WithoutTimeToSendItNothingIsSent) {
  start();
  use_a_connection();
  HttpRequest request = post(100);
  request.send_within = 0ms;
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::late);
  EXPECT_EQ(server_->requests(kPosts), 0);
}

TEST_F(HttpTest, ASlowGoingOutCallMakesItLate) {
  start();
  HttpRequest request = post(100);
  request.once = true;
  request.send_within = 50ms;
  request.going_out = [] { std::this_thread::sleep_for(60ms); };  // a disk that takes its time
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::late) << answer.text;
  EXPECT_FALSE(answer.sent_whole);
  request.going_out = nullptr;
  request.send_within.reset();
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
}

TEST_F(HttpTest, WhatWasSentInItsTimeMayBeAnsweredLater) {
  start();
  server_->inject(kPosts, {.kind = Fault::Kind::delay, .delay = 700ms});
  HttpRequest request = post(100);
  request.send_within = 500ms;
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::none) << answer.text;
  EXPECT_TRUE(answer.sent_whole);
}

TEST_F(HttpTest, AServerThatThinksIsNoStall) {
  start();
  server_->inject(kPosts, {.kind = Fault::Kind::delay, .delay = 400ms});
  HttpRequest request = post(100);
  request.stall = 50ms;
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
}

TEST_F(HttpTest, AnAnswerThatIsNoHttpIsAFailureAfterTheRequest) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::garbage});
  const HttpResult answer = get(server_->url() + "/camera-groups/");
  EXPECT_NE(answer.failure, HttpFailure::none);
  EXPECT_TRUE(answer.sent_whole);
}

TEST_F(HttpTest, AConnectionThatBreaksUnheardIsReplacedOnceAndNoMore) {
  start();
  use_a_connection();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::reset_after_body}, -1);
  const HttpResult answer = get(server_->url() + "/camera-groups/");
  EXPECT_EQ(answer.failure, HttpFailure::reset);
  EXPECT_THAT(answer.text, HasSubstr("while waiting for the answer: "));
  EXPECT_EQ(server_->requests("/camera-groups/"), 1 + 2);
}

TEST_F(HttpTest, ARequestWhoseAnswerHadBegunIsNeverSentAgain) {
  start();
  use_a_connection();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::reset_mid_headers}, -1);
  const HttpResult answer = get(server_->url() + "/camera-groups/");
  EXPECT_EQ(answer.failure, HttpFailure::reset);
  EXPECT_TRUE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("while reading the answer"));
  EXPECT_EQ(server_->requests("/camera-groups/"), 1 + 1);
}

TEST_F(HttpTest, APostThatTheServerMayHaveIsNotRepeatedWhereOnceIsSaid) {
  start();
  for (const bool once : {true, false}) {
    use_a_connection();
    const int before = server_->requests(kPosts);
    server_->inject(kPosts, {.kind = Fault::Kind::reset_after_body}, -1);
    HttpRequest request = post(100);
    request.once = once;
    const HttpResult answer = http_->perform(request, {});
    EXPECT_EQ(answer.failure, HttpFailure::reset);
    EXPECT_TRUE(answer.sent_whole);
    EXPECT_EQ(server_->requests(kPosts) - before, once ? 1 : 2);
    server_->clear_faults();
  }
}

TEST_F(HttpTest, APostThatTheServerCannotHaveIsRepeatedAtOnceOnANewConnection) {
  start();
  use_a_connection();
  server_->inject(kPosts, {.kind = Fault::Kind::reset_mid_body}, 1);
  HttpRequest request = post(30'000'000);
  request.once = true;
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::none) << answer.text;
  EXPECT_EQ(server_->requests(kPosts), 2);
}

TEST_F(HttpTest, NothingListeningIsAConnectFailure) {
  start();
  const std::string url = server_->url();
  server_.reset();
  const HttpResult answer = get(url);
  EXPECT_EQ(answer.failure, HttpFailure::connect);
  EXPECT_FALSE(answer.sent_whole);
  EXPECT_THAT(answer.text, HasSubstr("127.0.0.1"));
}

TEST_F(HttpTest, AResetIsOne) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::reset_after_body});
  EXPECT_EQ(get(server_->url() + "/camera-groups/").failure, HttpFailure::reset);
}

TEST_F(HttpTest, AnAnswerBeyondTheLimitIsRefused) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .body = std::string(100000, 'x')}, 2);
  HttpRequest request;
  request.url = server_->url() + "/camera-groups/";
  request.timeout = 5s;
  request.answer_at_most = 99999;
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::too_large);
  request.answer_at_most = 100000;
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
}

TEST_F(HttpTest, OtherProtocolsAreNotSpoken) {
  start();
  EXPECT_EQ(get("file:///etc/passwd").failure, HttpFailure::other);
}

TEST_F(HttpTest, AStopBeforeTheStartSendsNothing) {
  start();
  std::stop_source stop;
  stop.request_stop();
  HttpRequest request;
  request.url = server_->url() + "/camera-groups/";
  const HttpResult answer = http_->perform(request, stop.get_token());
  EXPECT_EQ(answer.failure, HttpFailure::cancelled);
  EXPECT_FALSE(answer.sent_whole);
  EXPECT_EQ(server_->requests("/camera-groups/"), 0);
}

// libcurl gives up a connection that died without an answer for a new one; here there is none to be had.
TEST_F(HttpTest, WhatTheServerHadBeforeItWentDownCountsAsSent) {
  start();
  HttpRequest request = post(100);
  request.once = true;
  ASSERT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
  server_->inject(kPosts, {.kind = Fault::Kind::hang});
  std::jthread end([this] {
    while (server_->requests(kPosts) < 2) std::this_thread::yield();
    server_->go_down();
  });
  const HttpResult answer = http_->perform(request, {});
  EXPECT_EQ(answer.failure, HttpFailure::reset) << answer.text;
  EXPECT_TRUE(answer.sent_whole);
}

TEST_F(HttpTest, GoingOutIsCalledOnceBeforeAllOfAPostIsSent) {
  start();
  int told = 0;
  HttpRequest request = post(300'000);
  request.once = true;
  request.going_out = [&] { ++told; };
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::none);
  EXPECT_EQ(told, 1);
  request.url = "http://127.0.0.1:1/";
  EXPECT_EQ(http_->perform(request, {}).failure, HttpFailure::connect);
  EXPECT_EQ(told, 1);
}

TEST(UrlEncode, EscapesWhatAQueryMustNotHoldAndComesBack) {
  EXPECT_EQ(url_encode("a b&c=d/+%\xc3\xa9~-_."), "a%20b%26c%3Dd%2F%2B%25%C3%A9~-_.");
  EXPECT_EQ(url_decode(url_encode("a b&c=d/+%\xc3\xa9")), "a b&c=d/+%\xc3\xa9");
  EXPECT_EQ(url_decode("100%"), "100%");
  EXPECT_EQ(url_decode("%4"), "%4");
  EXPECT_EQ(url_decode("%zz"), "%zz");
}

}  // namespace
}  // namespace vigia::http
