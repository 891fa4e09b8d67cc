#include "sinks/webhook_courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/fd.h"
#include "base/mutex.h"
#include "delivery/camera_notice.h"
#include "delivery/shot_json.h"
#include "http/body.h"
#include "testing/fake_clock.h"
#include "testing/loopback_listener.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample_shot;

struct Post {
  std::string request_line;
  std::map<std::string, std::string> headers;
  std::string body;  // its bytes, as they came
};

// A web server that accepts one request per connection, and keeps the exact bytes that a signature covers.
class Receiver {
 public:
  Receiver() : thread_([this] { run(); }) {}
  ~Receiver() { listener_.interrupt(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  // To the next request; then 200 again. "": the connection is closed instead.
  void answer(const std::string& status_and_headers) {
    MutexLock lock(mutex_);
    answers_.push_back(status_and_headers);
  }
  [[nodiscard]] std::vector<Post> posts() const {
    MutexLock lock(mutex_);
    return posts_;
  }

 private:
  void run() {
    while (true) {
      const Fd client = listener_.accept();
      if (!client.valid()) return;
      Post post;
      if (!read(client, post)) continue;
      std::string answer = "200 OK";
      {
        MutexLock lock(mutex_);
        posts_.push_back(post);
        if (!answers_.empty()) {
          answer = answers_.front();
          answers_.pop_front();
        }
      }
      if (answer.empty()) continue;
      answer = "HTTP/1.1 " + answer + "\r\nContent-Length: 12\r\nConnection: close\r\n\r\ntop-secret-y";
      ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  static bool read(const Fd& client, Post& post) {
    std::string text;
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
      std::array<char, 4096> piece{};
      const ssize_t size = ::recv(client.get(), piece.data(), piece.size(), 0);
      if (size <= 0) return false;
      text.append(piece.data(), static_cast<std::size_t>(size));
      const std::size_t end = text.find("\r\n\r\n");
      if (wanted != std::string::npos || end == std::string::npos) continue;
      read_head(text.substr(0, end), post);
      wanted = end + 4 + std::stoul(post.headers["content-length"]);
    }
    post.body = text.substr(text.find("\r\n\r\n") + 4);
    return true;
  }
  static void read_head(const std::string& head, Post& post) {
    std::istringstream lines(head);
    std::getline(lines, post.request_line);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      std::string name = line.substr(0, line.find(':'));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      post.headers[name] = line.substr(line.find(':') + 2);
    }
  }

  const testing::LoopbackListener listener_;
  mutable Mutex mutex_;
  std::deque<std::string> answers_ GUARDED_BY(mutex_);
  std::vector<Post> posts_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

class WebhookTest : public ::testing::Test {
 protected:
  WebhookTest() {
    options_.url = receiver_.origin() + "/hook/path-secret?key=query-secret";
    clock_.set_utc(sample_shot().captured - std::chrono::hours(1));  // the shots are of this run
  }

  WebhookCourier courier() { return {options_, dir_ / "pins", clock_, halved}; }
  // Replaces shot/smaller_shot.h, which needs pictures that can be decoded.
  static std::optional<domain::Shot> halved(const domain::Shot& shot) {
    if (shot.jpeg->size.width < 2) return std::nullopt;
    domain::Shot smaller = shot;
    smaller.roi = {shot.roi.left / 2, shot.roi.top / 2, shot.roi.width / 2, shot.roi.height / 2};
    smaller.jpeg = testing::sample_jpeg({shot.jpeg->size.width / 2, shot.jpeg->size.height / 2}, "small");
    return smaller;
  }
  DeliveryResult deliver(const domain::Shot& shot = sample_shot()) { return courier().deliver(shot, {}); }
  DeliveryResult answered_with(const std::string& status_and_headers) {
    receiver_.answer(status_and_headers);
    const DeliveryResult delivery = deliver();
    for (const char* secret : {"path-secret", "query-secret", "hmac-secret", "top-secret-y"}) {
      EXPECT_THAT(delivery.text, Not(HasSubstr(secret)));
    }
    return delivery;
  }
  // The post as Python reads it: the signature, computed again, and the parts of the form.
  nlohmann::json read_with_python(const Post& post) {
    std::ofstream(dir_ / "body", std::ios::binary) << post.body;
    std::ofstream(dir_ / "read.py") << R"(
import base64, email, hashlib, hmac, json, sys
body = open(sys.argv[1], "rb").read()
content_type, timestamp, secret = (argument.encode() for argument in sys.argv[2:5])
form = email.message_from_bytes(b"Content-Type: " + content_type + b"\r\n\r\n" + body)
parts = {} if not form.is_multipart() else {
    part.get_param("name", header="content-disposition"):
        {"type": part.get_content_type(), "base64": base64.b64encode(part.get_payload(decode=True)).decode()}
    for part in form.get_payload()}
signature = hmac.new(secret, timestamp + b"." + body, hashlib.sha256).hexdigest()
json.dump({"parts": parts, "signature": "sha256=" + signature}, open(sys.argv[5], "w"))
)";
    const std::string command =
        "python3 '" + (dir_ / "read.py") + "' '" + (dir_ / "body") + "' '" + post.headers.at("content-type") +
        "' '" + post.headers.at("x-vigia-timestamp") + "' hmac-secret '" + (dir_ / "read.json") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream in(dir_ / "read.json");
    return nlohmann::json::parse(in, nullptr, false);
  }
  static std::string in_base64(const domain::Shot& shot) {
    return http::base64(http::as_text(shot.jpeg->bytes));
  }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  Receiver receiver_;
  WebhookOptions options_;
};

TEST_F(WebhookTest, PostsTheEventAndTheImageAsAForm) {
  ASSERT_EQ(deliver(sample_shot(4)).outcome, DeliveryResult::Outcome::delivered);
  ASSERT_EQ(receiver_.posts().size(), 1U);
  const Post post = receiver_.posts().front();
  EXPECT_THAT(post.request_line, HasSubstr("POST /hook/path-secret?key=query-secret HTTP/1.1"));
  EXPECT_EQ(post.headers.at("idempotency-key"), delivery::event_id(sample_shot(4)));
  EXPECT_EQ(post.headers.count("x-vigia-signature"), 0U);  // no secret
  const auto parts = read_with_python(post)["parts"];
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts["event"]["type"], "application/json");
  EXPECT_EQ(parts["event"]["base64"], http::base64(delivery::dump_json(delivery::shot_json(sample_shot(4)))));
  EXPECT_EQ(parts["image"]["type"], "image/jpeg");
  EXPECT_EQ(parts["image"]["base64"], in_base64(sample_shot(4)));
}

delivery::CameraNotice frozen_gate() {
  return {.camera = "gate",
          .condition = "frozen",
          .holds = true,
          .text = "the picture has not changed for 60 s",
          .remedy = "restart the camera",
          .at = from_unix_us(1'795'438'801'123'456)};
}

TEST_F(WebhookTest, PostsWhatIsWrongWithACamera) {
  options_.secret = "hmac-secret";
  const DeliveryResult told = courier().tell(frozen_gate(), {});
  EXPECT_EQ(told.outcome, DeliveryResult::Outcome::delivered) << told.text;
  ASSERT_EQ(receiver_.posts().size(), 1U);
  const Post post = receiver_.posts().front();
  EXPECT_EQ(post.headers.at("content-type"), "application/json");
  EXPECT_EQ(post.headers.at("idempotency-key"), "gate-frozen-1795438801123456");
  EXPECT_EQ(post.headers.at("x-vigia-signature"), read_with_python(post)["signature"]);
  const auto body = nlohmann::json::parse(post.body);
  EXPECT_EQ(body["event"], "camera_condition");
  EXPECT_EQ(body["condition"], "frozen");
  EXPECT_EQ(body["holds"], true);
}

TEST_F(WebhookTest, AReceiverThatRefusesNoticesIsToldSoOnceEach) {
  receiver_.answer("400 Bad Request");
  EXPECT_EQ(courier().tell(frozen_gate(), {}).outcome, DeliveryResult::Outcome::refused);
  receiver_.answer("503 Service Unavailable");
  EXPECT_EQ(courier().tell(frozen_gate(), {}).outcome, DeliveryResult::Outcome::retry);
}

TEST_F(WebhookTest, OrAsOneJson) {
  options_.format = "json";
  ASSERT_EQ(deliver(sample_shot(4)).outcome, DeliveryResult::Outcome::delivered);
  const Post post = receiver_.posts().front();
  EXPECT_EQ(post.headers.at("content-type"), "application/json");
  auto body = nlohmann::json::parse(post.body);
  EXPECT_EQ(body["image"], in_base64(sample_shot(4)));
  body.erase("image");
  EXPECT_EQ(body, nlohmann::json(delivery::shot_json(sample_shot(4))));
}

TEST_F(WebhookTest, SignsWhatItPosts) {
  options_.secret = "hmac-secret";
  for (const char* format : {"multipart", "json"}) {
    options_.format = format;
    ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
    const Post post = receiver_.posts().back();
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.utc_now()).time_since_epoch();
    EXPECT_EQ(post.headers.at("x-vigia-timestamp"), std::to_string(now.count()));
    EXPECT_EQ(post.headers.at("x-vigia-signature"), read_with_python(post)["signature"]);
    Post changed = post;
    changed.body += " ";
    EXPECT_NE(post.headers.at("x-vigia-signature"), read_with_python(changed)["signature"]);
    clock_.advance(1s);
    ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
    EXPECT_NE(receiver_.posts().back().headers.at("x-vigia-signature"), post.headers.at("x-vigia-signature"));
  }
}

TEST_F(WebhookTest, ARepetitionHasTheSameKey) {
  receiver_.answer("");
  const DeliveryResult unanswered = deliver();
  EXPECT_EQ(unanswered.outcome, DeliveryResult::Outcome::retry);
  EXPECT_FALSE(unanswered.maybe_delivered);  // the receiver can tell: it is sent for as long as it takes
  EXPECT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  ASSERT_EQ(receiver_.posts().size(), 2U);
  EXPECT_EQ(receiver_.posts()[0].headers.at("idempotency-key"),
            receiver_.posts()[1].headers.at("idempotency-key"));
}

TEST_F(WebhookTest, AShotWhoseDeadlineHasPassedIsNotPosted) {
  domain::Shot shot = sample_shot();
  shot.deadline = clock_.now();
  EXPECT_EQ(deliver(shot).outcome, DeliveryResult::Outcome::retry);
  EXPECT_TRUE(deliver(shot).tells_nothing) << "the receiver is not to blame";
  EXPECT_TRUE(receiver_.posts().empty());
  shot.deadline += 60s;
  EXPECT_EQ(deliver(shot).outcome, DeliveryResult::Outcome::delivered);
}

TEST_F(WebhookTest, AnyTwoHundredIsDelivered) {
  for (const char* status : {"200 OK", "201 Created", "202 Accepted", "204 No Content"}) {
    EXPECT_EQ(answered_with(status).outcome, DeliveryResult::Outcome::delivered) << status;
  }
}

TEST_F(WebhookTest, RetryAfterIsApplied) {
  for (const char* status : {"408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x"}) {
    const DeliveryResult plain = answered_with(status);
    EXPECT_EQ(plain.outcome, DeliveryResult::Outcome::retry) << status;
    EXPECT_FALSE(plain.after) << status;
    EXPECT_FALSE(plain.maybe_delivered) << status;
    EXPECT_EQ(plain.attempts_at_most, 0) << status;
    const DeliveryResult later = answered_with(std::string(status) + "\r\nRetry-After: 17");
    EXPECT_EQ(later.outcome, DeliveryResult::Outcome::retry) << status;
    EXPECT_EQ(later.after, Nanoseconds(17s)) << status;
  }
}

TEST_F(WebhookTest, WhatMayConcernOneFaceOnlyIsToldFromWhatConcernsAll) {
  for (const char* status : {"401 x", "403 x", "404 x", "302 x", "500 x", "502 x", "504 x", ""}) {
    EXPECT_TRUE(answered_with(status).may_be_alone) << status;
  }
  for (const char* status : {"408 x", "425 x", "429 x", "503 x"}) {
    EXPECT_FALSE(answered_with(status).may_be_alone) << status;
  }
}

TEST_F(WebhookTest, AProbePostsNothing) {
  EXPECT_FALSE(courier().probe({}));
  EXPECT_TRUE(receiver_.posts().empty());
  {
    const Receiver gone;
    options_.url = gone.origin() + "/path-secret";
  }
  const auto away = courier().probe({});
  ASSERT_TRUE(away);
  EXPECT_FALSE(away->tells_nothing);
  EXPECT_FALSE(away->text.empty());
}

TEST_F(WebhookTest, AnyOther4xxIsARefusal) {
  for (const char* status : {"400 x", "409 x", "410 x", "422 x"}) {
    const DeliveryResult delivery = answered_with(status);
    EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::refused) << status;
    EXPECT_EQ(delivery.reason, domain::Reason::refused) << status;
    EXPECT_THAT(delivery.text, HasSubstr(std::string(status).substr(0, 3)));
  }
}

TEST_F(WebhookTest, AWrongAddressOrSecretCostsNoFace) {
  options_.secret = "hmac-secret";
  for (const char* status : {"401 x", "403 x", "404 x", "405 x", "411 x", "415 x"}) {
    const DeliveryResult delivery = answered_with(status);
    EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry) << status;
    EXPECT_EQ(delivery.after, Nanoseconds(1min)) << status;
    EXPECT_THAT(delivery.text, HasSubstr("delivery.webhook.url")) << status;
  }
}

TEST_F(WebhookTest, AnImageThatIsTooLargeIsPostedOnceMoreSmaller) {
  options_.format = "json";
  receiver_.answer("413 x");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered);
  EXPECT_THAT(delivery.text, HasSubstr("320x180 instead of 640x360"));
  ASSERT_EQ(receiver_.posts().size(), 2U);
  const auto event = nlohmann::json::parse(receiver_.posts()[1].body);
  EXPECT_EQ(event["image"], in_base64(*halved(sample_shot())));
  EXPECT_EQ(event["roi"]["width"], 40) << "in the smaller image's pixels";
  EXPECT_EQ(event["event_id"], nlohmann::json::parse(receiver_.posts()[0].body)["event_id"]);
}

TEST_F(WebhookTest, AnImageThatIsTooLargeAlsoWhenItIsSmallerIsRefused) {
  receiver_.answer("413 x");
  const DeliveryResult delivery = answered_with("413 x");
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::refused);
  EXPECT_EQ(receiver_.posts().size(), 2U);
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 1, .height = 1});
  receiver_.answer("413 x");
  EXPECT_EQ(deliver(shot).outcome, DeliveryResult::Outcome::refused);
  EXPECT_EQ(receiver_.posts().size(), 3U);
}

TEST_F(WebhookTest, AConflictWithAnEarlierPostOfTheSameFaceMeansThatItArrived) {
  WebhookCourier courier(options_, dir_ / "pins", clock_, halved);
  receiver_.answer("");  // it has the face, and does not answer
  EXPECT_EQ(courier.deliver(sample_shot(1), {}).outcome, DeliveryResult::Outcome::retry);
  receiver_.answer("409 x");
  EXPECT_EQ(courier.deliver(sample_shot(1), {}).outcome, DeliveryResult::Outcome::delivered);
  receiver_.answer("409 x");
  EXPECT_EQ(courier.deliver(sample_shot(2), {}).outcome, DeliveryResult::Outcome::refused)
      << "of another face";
}

TEST_F(WebhookTest, AConflictOfAFaceFromAnEarlierRunMeansThatItArrived) {
  domain::Shot shot = sample_shot(1);
  shot.captured = clock_.utc_now() - 1s;
  WebhookCourier courier(options_, dir_ / "pins", clock_, halved);
  receiver_.answer("409 x");
  EXPECT_EQ(courier.deliver(shot, {}).outcome, DeliveryResult::Outcome::delivered);
}

TEST_F(WebhookTest, AConflictAtTheFirstPostThatWentOutIsARefusal) {
  WebhookCourier courier(options_, dir_ / "pins", clock_, halved);
  domain::Shot shot = sample_shot(1);
  shot.deadline = clock_.now();
  EXPECT_EQ(courier.deliver(shot, {}).outcome, DeliveryResult::Outcome::retry);
  ASSERT_TRUE(receiver_.posts().empty());
  shot.deadline += 60s;
  receiver_.answer("409 x");
  EXPECT_EQ(courier.deliver(shot, {}).outcome, DeliveryResult::Outcome::refused);
}

TEST_F(WebhookTest, ARedirectIsNotFollowed) {
  Receiver elsewhere;
  const DeliveryResult delivery =
      answered_with("302 Found\r\nLocation: " + elsewhere.origin() + "/path-secret?key=query-secret");
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_EQ(delivery.after, Nanoseconds(1min));
  EXPECT_THAT(delivery.text, HasSubstr(elsewhere.origin()));
  EXPECT_TRUE(elsewhere.posts().empty());
}

TEST_F(WebhookTest, ItsNameHasNoSecret) {
  options_.url = "https://user:password@example.org:8443/path-secret?to=a@b";
  EXPECT_EQ(courier().name(), "webhook https://example.org:8443");
  EXPECT_EQ(origin_of("https://example.org?x"), "https://example.org");
  EXPECT_EQ(origin_of("https://[::1]:1/x"), "https://[::1]:1");
}

TEST_F(WebhookTest, ACheckPostsNothing) {
  const auto there = try_webhook(options_, dir_ / "pins", {});
  ASSERT_TRUE(there.ok()) << there.error().text;
  EXPECT_THAT(*there, HasSubstr(receiver_.origin()));
  EXPECT_THAT(*there, HasSubstr("not signed"));
  EXPECT_THAT(*there, Not(HasSubstr("secret?")));
  EXPECT_TRUE(receiver_.posts().empty());
  options_.secret = "hmac-secret";
  EXPECT_THAT(*try_webhook(options_, dir_ / "pins", {}), Not(HasSubstr("not signed")));
}

TEST_F(WebhookTest, ACheckWithoutAReceiverSaysSo) {
  {
    const Receiver gone;
    options_.url = gone.origin() + "/path-secret";
  }
  const auto there = try_webhook(options_, dir_ / "pins", {});
  ASSERT_FALSE(there.ok());
  EXPECT_THAT(there.error().text, HasSubstr("127.0.0.1"));
  EXPECT_THAT(there.error().text, Not(HasSubstr("path-secret")));
}

}  // namespace
}  // namespace vigia::sinks
