// From the outbox to FindFace: what an operator sees of an outage, and what is left in the file.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "delivery/send.h"
#include "findface/findface_test_support.h"
#include "testing/temp_dir.h"

namespace vigia::findface {
namespace {

using std::chrono_literals::operator""s;
using testing::Fault;
using testing::sample_shot;

class Counts final : public outbox::ShotListener {
 public:
  void delivered(const domain::Shot&) override { ++delivered_count; }
  void refused(const domain::Shot&, domain::Reason, const std::string&) override { ++refused_count; }
  void failed(const domain::Shot&, const std::string&) override { ++failed_count; }
  std::atomic<int> delivered_count{0}, refused_count{0}, failed_count{0};
};

class OutageTest : public FindfaceTest {
 protected:
  void SetUp() override {
    start();
    open();
  }
  void open() {
    outbox_.reset();
    auto opened = outbox::Outbox::open({.path = dir_ / "vigia.db"}, {"findface"}, memory_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    outbox_ = std::move(*opened);
  }
  // Does what a start of the program does: sends what is due, and ends.
  void start_again_and_send() {
    open();
    connect(server_->url());
    outbox_->drain();
    delivery::run_sender(parts(), {});
  }
  static constexpr int kShots = 40;

  delivery::Sending parts() { return {*outbox_, "findface", *courier_, breaker_, cameras_, counts_, clock_}; }
  void start_senders(int count = 3) {
    for (int i = 0; i < count; ++i) {
      senders_.emplace_back([this](const std::stop_token& stop) { delivery::run_sender(parts(), stop); });
    }
  }
  void advance() {
    clock_.advance(1s);
    std::this_thread::yield();
  }
  void send_all() {
    while (outbox_->pending().shots > 0) advance();
    for (std::jthread& sender : senders_) sender.request_stop();
    senders_.clear();
  }
  // The captures that the server has, each once.
  [[nodiscard]] std::set<std::string> arrived() const {
    std::set<std::string> times;
    for (const testing::FakeEvent& event : server_->events()) times.insert(event.timestamp);
    return times;
  }

  testing::TempDir dir_;
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  Counts counts_;
  delivery::Breaker breaker_{"FindFace", clock_};
  delivery::CameraWaits cameras_{"FindFace", clock_};
  std::unique_ptr<outbox::Outbox> outbox_;
  std::vector<std::jthread> senders_;  // last: they use all of the above
};

// One reset only: no shot can meet two of them, so none may be given up.
TEST_F(OutageTest, EveryShotArrivesThroughARestartAResetAndRefusals) {
  server_->inject(kAddPath, {.kind = Fault::Kind::answer, .status = 503}, 5);
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_before_body});
  server_->inject("/auth/login/", {.kind = Fault::Kind::answer, .status = 502}, 2);
  start_senders();
  for (std::uint64_t i = 1; i <= kShots; ++i) {
    if (i == kShots / 2) server_->forget_tokens();
    ASSERT_TRUE(outbox_->add(sample_shot(i)).ok());
  }
  send_all();
  EXPECT_EQ(counts_.delivered_count, kShots);
  EXPECT_EQ(counts_.failed_count, 0);
  EXPECT_EQ(arrived().size(), static_cast<std::size_t>(kShots));
  EXPECT_EQ(server_->events().size(), static_cast<std::size_t>(kShots));
}

// The kernel takes a small request at once, so after a reset it is unknown whether it arrived: a shot that
// meets two resets is given up. That is counted, and no other shot may be missing.
TEST_F(OutageTest, AShotThatIsMissingAfterManyResetsWasCountedAsFailed) {
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_before_body}, -1);
  start_senders();
  for (std::uint64_t i = 1; i <= kShots; ++i) ASSERT_TRUE(outbox_->add(sample_shot(i)).ok());
  while (counts_.failed_count == 0) advance();
  server_->clear_faults();
  send_all();
  EXPECT_EQ(counts_.delivered_count + counts_.failed_count, kShots);
  EXPECT_GT(counts_.delivered_count, 0);
  EXPECT_EQ(arrived().size(), static_cast<std::size_t>(counts_.delivered_count));
}

TEST_F(OutageTest, AShotThatWasNeverAnsweredIsSentOnceMoreAlsoOverARestartAndThenHasFailed) {
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_after_body}, -1);
  ASSERT_TRUE(outbox_->add(sample_shot(1)).ok());
  start_again_and_send();
  EXPECT_EQ(outbox_->pending().shots, 1U);
  EXPECT_EQ(counts_.failed_count, 0);
  start_again_and_send();
  EXPECT_EQ(counts_.failed_count, 1);
  start_again_and_send();
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_EQ(server_->events().size(), 2U) << "never a third time";
}

TEST_F(OutageTest, AnInternalErrorOfAllPostsGivesNoFaceUp) {
  server_->inject(kAddPath, {.kind = Fault::Kind::answer, .status = 500}, 100);
  start_senders();
  for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(outbox_->add(sample_shot(i)).ok());
  send_all();
  EXPECT_EQ(counts_.delivered_count, 5);
  EXPECT_EQ(counts_.refused_count, 0);
  EXPECT_EQ(server_->events().size(), 5U);
}

TEST_F(OutageTest, ADeadServerIsAskedByOneOfSixteenSenders) {
  server_->inject("*", {.kind = Fault::Kind::answer, .status = 503}, -1);
  start_senders(16);
  for (std::uint64_t i = 1; i <= kShots; ++i) ASSERT_TRUE(outbox_->add(sample_shot(i)).ok());
  ASSERT_TRUE(clock_.wait_for_sleepers(16));
  const int at_once = server_->requests();
  EXPECT_LE(at_once, 2 * 16 + 3);
  for (int tries = 1; tries <= 4; ++tries) {
    const int before = server_->requests();
    clock_.advance(std::chrono::seconds(16));
    while (server_->requests() == before) std::this_thread::yield();
    ASSERT_TRUE(clock_.wait_for_sleepers(16));
    EXPECT_LE(server_->requests() - before, 2) << "a login, and at most one post";
  }
  server_->clear_faults();
  send_all();
  EXPECT_EQ(counts_.delivered_count, kShots);
  EXPECT_EQ(server_->events().size(), static_cast<std::size_t>(kShots));
}

TEST_F(OutageTest, NoSecretGetsIntoTheFile) {
  server_->inject("/events/faces/add/", {.kind = Fault::Kind::answer,
                                         .status = 503,
                                         .body = std::string(R"({"desc":")") + kCameraToken + R"("})"});
  ASSERT_TRUE(outbox_->add(sample_shot(1)).ok());
  ASSERT_TRUE(outbox_->add(sample_shot(2)).ok());
  outbox_->drain();
  delivery::run_sender(parts(), {});
  EXPECT_EQ(outbox_->pending().shots, 1U);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    std::ostringstream content;
    content << std::ifstream(entry.path()).rdbuf();
    for (const char* secret : {kPassword, kCameraToken, "session-token-"}) {
      EXPECT_EQ(content.str().find(secret), std::string::npos) << entry.path() << " holds " << secret;
    }
    ++files;
  }
  EXPECT_GE(files, 3);  // the database, its log and the lock
}

}  // namespace
}  // namespace vigia::findface
