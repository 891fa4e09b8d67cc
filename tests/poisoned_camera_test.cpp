// A camera whose faces a receiver does not take must not delay those of the others, and a receiver that takes
// the faces of no camera must see few tries. Tested with FindFace, a webhook and an MQTT broker.
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "delivery/send.h"
#include "outbox/file_test_support.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"
#include "tests/poisoned_receivers.h"

namespace vigia::delivery {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using testing::sample_shot;

constexpr int kCameras = 9;  // "camera 0" is the poisoned one
const PoisonedCameras kOne{.all = kCameras, .refused = {0}};
const PoisonedCameras kAll{.all = kCameras, .refused = {0, 1, 2, 3, 4, 5, 6, 7, 8}};

// Counts the faces of each camera that were delivered.
class Counts final : public outbox::ShotListener {
 public:
  void delivered(const domain::Shot& shot) override {
    MutexLock lock(mutex_);
    ++delivered_[shot.camera];
  }
  void refused(const domain::Shot&, domain::Reason, const std::string&) override { ++given_up; }
  void failed(const domain::Shot&, const std::string&) override { ++given_up; }
  [[nodiscard]] int delivered_of(const std::string& camera) const {
    MutexLock lock(mutex_);
    const auto found = delivered_.find(camera);
    return found == delivered_.end() ? 0 : found->second;
  }
  std::atomic<int> given_up{0};

 private:
  mutable Mutex mutex_;
  std::map<std::string, int> delivered_ GUARDED_BY(mutex_);
};

// A courier that counts the shots that it is given.
class Counting final : public Courier {
 public:
  explicit Counting(Courier& courier) : courier_(courier) {}
  [[nodiscard]] std::string name() const override { return courier_.name(); }
  DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) override {
    ++tries;
    return courier_.deliver(shot, stop);
  }
  [[nodiscard]] std::optional<DeliveryResult> probe(const std::stop_token& stop) override {
    return courier_.probe(stop);
  }
  std::atomic<int> tries{0};

 private:
  Courier& courier_;
};

class PoisonTest : public ::testing::Test {
 protected:
  void TearDown() override { end(); }  // the senders use the receiver of the derived class
  void open(Courier* courier) {
    ASSERT_NO_FATAL_FAILURE(open_outbox(courier));
    start_senders();
  }
  void open_outbox(Courier* courier) {
    ASSERT_NE(courier, nullptr) << "the receiver did not start";
    courier_ = std::make_unique<Counting>(*courier);
    auto opened = outbox::Outbox::open({.path = dir_ / "vigia.db"}, {"receiver"}, memory_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    outbox_ = std::move(*opened);
  }
  void start_senders() {
    for (int i = 0; i < kSenders; ++i) {
      senders_.emplace_back([this](const std::stop_token& stop) {
        run_sender({*outbox_, "receiver", *courier_, breaker_, cameras_, counts_, clock_}, stop);
      });
    }
  }
  domain::Shot next_shot(int camera) {
    domain::Shot shot = sample_shot(++track_);
    shot.camera = camera_name(camera);
    shot.camera_id = 100 + camera;
    return shot;
  }
  void add(int camera) { ASSERT_TRUE(outbox_->add(next_shot(camera)).ok()); }
  // So many faces of these cameras, in turn.
  void add_many(int faces, const std::vector<int>& cameras) {
    std::vector<domain::Shot> shots;
    for (int i = 0; i < faces; ++i) {
      shots.push_back(next_shot(cameras[static_cast<std::size_t>(i) % cameras.size()]));
    }
    ASSERT_TRUE(outbox_->add(shots).ok());
  }
  void end() {
    for (std::jthread& sender : senders_) sender.request_stop();
    senders_.clear();
  }
  // Waits in real time: the fake clock stands still, so a shot that has to wait for anything waits for ever.
  [[nodiscard]] static bool comes_true(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  void expect_that_the_healthy_do_not_wait() {
    expect_that_the_faces_of_the_healthy_arrive();
    EXPECT_LE(tries(10min), 25) << "and their camera is tried about once a minute";
  }
  // Ten rounds of a face of each camera, the poisoned one's first.
  void expect_that_the_faces_of_the_healthy_arrive() {
    for (int round = 1; round <= 10; ++round) {
      for (int camera = 0; camera < kCameras; ++camera) add(camera);
      EXPECT_TRUE(comes_true([&] {
        for (int camera = 1; camera < kCameras; ++camera) {
          if (counts_.delivered_of(camera_name(camera)) < round) return false;
        }
        return true;
      })) << "round "
          << round << ", breaker: " << breaker_.status().why;
      if (HasFailure()) break;
    }
    ASSERT_TRUE(clock_.wait_for_sleepers(kSenders));
    EXPECT_EQ(breaker_.status().opened, 0U);
    EXPECT_EQ(outbox_->pending().shots, 10U) << "the poisoned camera's wait";
    EXPECT_EQ(counts_.given_up, 0);
    ASSERT_EQ(cameras_.status().size(), 1U);
    EXPECT_EQ(cameras_.status()[0].camera, camera_name(0));
  }

  void expect_that_a_receiver_that_takes_nobody_sees_few_tries() {
    add_many(200 * kCameras, {0, 1, 2, 3, 4, 5, 6, 7, 8});
    tries(2min);
    EXPECT_LE(tries(10min), 10 * 10);
    EXPECT_EQ(outbox_->pending().shots, 200U * kCameras);
    EXPECT_EQ(counts_.given_up, 0);
    EXPECT_EQ(attempts_in_file(), courier_->tries) << "those that wait change nothing on disk";
  }

  [[nodiscard]] std::int64_t attempts_in_file() const { return outbox::attempts_in_file(dir_ / "vigia.db"); }

  // How many shots are tried in that time.
  int tries(Nanoseconds in) {
    const int before = courier_->tries;
    for (const SteadyTime end = clock_.now() + in; clock_.now() < end; clock_.advance(1s)) {
      EXPECT_TRUE(clock_.wait_for_sleepers(kSenders));
    }
    return courier_->tries - before;
  }

  static constexpr int kSenders = 2;
  testing::TempDir dir_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  Counts counts_;
  Breaker breaker_{"receiver", clock_};
  CameraWaits cameras_{"receiver", clock_};
  std::unique_ptr<Counting> courier_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::uint64_t track_ = 0;
  std::vector<std::jthread> senders_;  // last: they use all of the above
};

class PoisonedFindfaceTest : public PoisonTest {
 protected:
  void start(const PoisonedCameras& cameras) { open(receiver_.emplace(cameras, clock_).courier()); }
  std::optional<PoisonedFindface> receiver_;
};

TEST_F(PoisonedFindfaceTest, TheHealthyDoNotWait) {
  start(kOne);
  expect_that_the_healthy_do_not_wait();
}
TEST_F(PoisonedFindfaceTest, OneThatTakesNobodySeesFewTries) {
  start(kAll);
  expect_that_a_receiver_that_takes_nobody_sees_few_tries();
}

TEST_F(PoisonedFindfaceTest, FacesOfACameraThatIsUntickedForAMinuteArriveAllTheSame) {
  start(kOne);
  for (int i = 0; i < 5; ++i) add(0);
  add(1);
  tries(1min);
  EXPECT_TRUE(comes_true([this] { return outbox_->pending().shots == 5; })) << outbox_->pending().shots;
  receiver_->add_camera(0, "another");
  tries(4min);
  EXPECT_EQ(counts_.delivered_of(camera_name(0)), 5);
  EXPECT_EQ(counts_.given_up, 0);
}

class PoisonedWebhookTest : public PoisonTest {
 protected:
  void start(const PoisonedCameras& cameras) { open(receiver_.emplace(cameras, clock_).courier()); }
  std::optional<PoisonedWebhook> receiver_;
};

TEST_F(PoisonedWebhookTest, TheHealthyDoNotWait) {
  start(kOne);
  expect_that_the_healthy_do_not_wait();
}
TEST_F(PoisonedWebhookTest, OneThatTakesNobodySeesFewTries) {
  start(kAll);
  expect_that_a_receiver_that_takes_nobody_sees_few_tries();
}

// As after an outage that all had: what is refused waits between the others' faces, as many as they have.
TEST_F(PoisonedWebhookTest, ThousandsThatWaitCostTheBacklogOfTheHealthyNothing) {
  constexpr int kEach = 3000;
  constexpr auto kAtItsRate = std::chrono::seconds(kEach / 20);  // delivery.replay_rate
  open_outbox(receiver_.emplace(kOne, clock_).courier());
  add_many(2 * kEach, {0, 1, 0, 2, 0, 3, 0, 4});
  clock_.advance(1min);
  start_senders();
  const auto tries_of_refused = [this] {
    const int delivered = kEach * 2 - static_cast<int>(outbox_->pending().shots);
    return courier_->tries - delivered;
  };
  tries(kAtItsRate + 2s);
  EXPECT_EQ(outbox_->pending().shots, static_cast<std::size_t>(kEach)) << "all of the healthy arrived";
  EXPECT_LE(tries_of_refused(), 12);
  tries(1h);
  EXPECT_LE(tries_of_refused(), 12 + 90) << "about one a minute";
  EXPECT_EQ(attempts_in_file(), tries_of_refused());
  EXPECT_EQ(counts_.given_up, 0);

  receiver_->take(0);
  tries(1min + kAtItsRate + 2s);
  EXPECT_EQ(outbox_->pending().shots, 0U) << "all go on once one was taken";
}

class PoisonedMqttTest : public PoisonTest {
 protected:
  void start(const PoisonedCameras& cameras) { open(receiver_.emplace(cameras).courier()); }
  std::optional<PoisonedMqtt> receiver_;
};

TEST_F(PoisonedMqttTest, TheHealthyDoNotWait) {
  start(kOne);
  expect_that_the_healthy_do_not_wait();
}
TEST_F(PoisonedMqttTest, OneThatTakesNobodySeesFewTries) {
  start(kAll);
  expect_that_a_receiver_that_takes_nobody_sees_few_tries();
}

// Three faces are tried before the camera waits, so the connection ends three times.
TEST_F(PoisonTest, ABrokerThatEndsTheConnectionAtARefusedFaceDelaysNoOtherCamera) {
  PoisonedStrictMqtt receiver;
  open(receiver.courier());
  expect_that_the_faces_of_the_healthy_arrive();
  EXPECT_EQ(receiver.ended(), 3);
  end();
}

}  // namespace
}  // namespace vigia::delivery
