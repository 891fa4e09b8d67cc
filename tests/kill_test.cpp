// The plug pulled: the built vigia is killed at random moments of a run that posts to FindFace, and started
// again, again and again. At the end everybody who had left the picture before the last shot of a run was
// taken must have been posted, and whoever was posted twice must have been in somebody's hands at a kill.
//
// Six kills; VIGIA_KILLS=200 for as many, VIGIA_KILL_SEED to repeat one.
#include <fmt/core.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <ctime>
#include <random>
#include <set>

#include "base/mutex.h"
#include "testing/fake_findface.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using camera::sim::Scene;
using testing::FakeEvent;
using testing::FakeFindFace;
using testing::Fault;

constexpr auto kScene = "sim:faces=8&size=1280x720&fps=8&seed=5&seconds=20";
constexpr auto kEmptyScene = "sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1";
// Events tell when their frame was on the camera's time line: each run's begins so many seconds after the one
// before.
constexpr int kSecondsARun = 100;
// From a person's last moment in the picture until the track is over: track_miss_interval, and one frame or
// so.
constexpr auto kUntilClosed = 2s;

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

struct Arrival {
  int run = 0;     // that took the shot
  int during = 0;  // the run that posted it
  std::string timestamp;
  Nanoseconds stream_time{0};
  std::int64_t person = -1;  // -1: nobody
};

class KillTest : public VigiaProgram {
 protected:
  void SetUp() override {
    const auto options = camera::sim::parse_sim_url(kScene);
    ASSERT_TRUE(options.ok());
    auto scene = Scene::make(*options);
    ASSERT_TRUE(scene.ok());
    scene_.emplace(*std::move(scene));
    testing::FakeFindFaceOptions server;
    server.keep_images = false;
    server.on_event = [this](const FakeEvent& event) { note(event); };
    auto started = FakeFindFace::start(std::move(server));
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    server_->add_camera(
        {.id = 7, .name = "gate", .comment = "rtsp://127.0.0.1:1/gate", .token = "gate-token"});
    // So that many a kill meets a shot on its way.
    server_->inject("/events/faces/add/", {.kind = Fault::Kind::delay, .delay = 200ms}, -1);
    environment_.insert({{"FINDFACE_URL", server_->url()},
                         {"FINDFACE_USER", "admin"},
                         {"FINDFACE_PASSWORD", "admin"},
                         {"FINDFACE_UUID", "test"}});
    use_yunet();
  }

  std::vector<std::string> run_of(const std::string& url, int run, bool once) const {
    write(
        "vigia.yaml",
        fmt::format(
            "cameras:\n  - {{name: gate, url: \"{}\", play_speed: {}, single_pass: {}, disable_drops: true, "
            "id: 7, token: gate-token, use_stream_timestamp: true, start_stream_timestamp: {}}}\n"
            "detector: {{input: 320x192}}\n",
            url, once ? -1 : 4, once, begin_ + std::int64_t{run} * kSecondsARun));
    std::filesystem::permissions(folder() / "vigia.yaml",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return {"run", "-c", "vigia.yaml", "--summary", "summary.json"};
  }
  void run_and_kill(int run, std::chrono::milliseconds after) {
    during_ = run;
    testing::Program program(vigia(run_of(kScene, run, false)));
    std::this_thread::sleep_for(after);
    ASSERT_TRUE(program.running()) << program.err();
    program.signal(SIGKILL);
    EXPECT_EQ(program.wait().exit_status, 128 + SIGKILL);
    // What the server still has in hand arrives now: it is this run's, not the next one's.
    server_->go_down();
    ASSERT_TRUE(server_->come_up().ok());
  }
  void send_what_is_left(int run) {
    during_ = run;
    const auto finished = this->run(run_of(kEmptyScene, run, true));
    ASSERT_EQ(finished.exit_status, 0) << finished.err;
    EXPECT_EQ(summary()["faces_pending"], 0);
    EXPECT_EQ(summary()["faces_failed"], 0);
  }

  // "2026-11-23T13:00:00.125000Z" -> microseconds since 1970.
  static std::int64_t microseconds(const std::string& timestamp) {
    std::tm parts{};
    const char* const rest = ::strptime(timestamp.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return 0;
    return ::timegm(&parts) * 1'000'000 + std::llround(std::strtod(rest, nullptr) * 1e6);
  }
  void note(const FakeEvent& event) {
    const std::int64_t since = microseconds(event.timestamp) - begin_ * 1'000'000;
    constexpr std::int64_t kRun = std::int64_t{kSecondsARun} * 1'000'000;
    const auto& [left, top, right, bottom] = event.roi;
    const domain::Box face{static_cast<float>(left), static_cast<float>(top),
                           static_cast<float>(right - left), static_cast<float>(bottom - top)};
    Arrival arrival{.run = static_cast<int>(since / kRun),
                    .during = during_,
                    .timestamp = event.timestamp,
                    .stream_time = std::chrono::microseconds(since % kRun)};
    arrival.person = scene_->person_at(arrival.stream_time, face).value_or(-1);
    MutexLock lock(mutex_);
    arrivals_.push_back(std::move(arrival));
  }

  // Who was there, and had left long enough before that moment.
  [[nodiscard]] std::set<std::int64_t> gone_by(Nanoseconds moment) const {
    std::map<std::int64_t, Nanoseconds> last_seen;
    for (Nanoseconds t{0}; t <= moment; t += 100ms) {
      for (const auto& person : scene_->people_at(t)) last_seen[person.number] = t;
    }
    std::set<std::int64_t> gone;
    for (const auto& [person, seen] : last_seen) {
      if (seen + kUntilClosed < moment) gone.insert(person);
    }
    return gone;
  }

  std::optional<Scene> scene_;
  std::unique_ptr<FakeFindFace> server_;
  // Some hours ago, so that no event is of a time to come.
  const std::int64_t begin_ = std::time(nullptr) - 40'000;
  std::atomic<int> during_{0};

  Mutex mutex_;
  std::vector<Arrival> arrivals_ GUARDED_BY(mutex_);
};

TEST_F(KillTest, NobodyIsLostAndTwiceIsOnlyWhoWasOnTheWay) {
  const int kills = number_from("VIGIA_KILLS", 6);
  const int seed = number_from("VIGIA_KILL_SEED", static_cast<int>(std::random_device{}() & 0xffff));
  std::minstd_rand random(static_cast<unsigned>(seed) + 1);
  SCOPED_TRACE(fmt::format("VIGIA_KILL_SEED={}", seed));
  for (int run = 0; run < kills && !HasFatalFailure(); ++run) {
    run_and_kill(run, std::chrono::milliseconds(std::uniform_int_distribution<int>(500, 6000)(random)));
  }
  send_what_is_left(kills);

  MutexLock lock(mutex_);
  std::map<int, Nanoseconds> last_shot;
  std::map<std::pair<int, std::int64_t>, std::vector<const Arrival*>> posts;
  for (const Arrival& arrival : arrivals_) {
    EXPECT_GE(arrival.person, 0) << "nobody was there: " << arrival.timestamp;
    last_shot[arrival.run] = std::max(last_shot[arrival.run], arrival.stream_time);
    posts[{arrival.run, arrival.person}].push_back(&arrival);
  }
  std::size_t expected = 0;
  int twice = 0;
  for (const auto& [run, moment] : last_shot) {
    for (const std::int64_t person : gone_by(moment)) {
      ++expected;
      EXPECT_TRUE(posts.contains({run, person})) << "lost: person " << person << " of run " << run;
    }
  }
  for (const auto& [who, sent] : posts) {
    for (std::size_t i = 1; i < sent.size(); ++i) {
      ++twice;
      EXPECT_EQ(sent[i]->timestamp, sent[0]->timestamp) << "two shots of person " << who.second;
      EXPECT_GT(sent[i]->during, sent[i - 1]->during) << "sent twice without a kill between";
    }
  }
  EXPECT_GT(expected, 0U) << "nothing was tried";
  EXPECT_LE(twice, 2 * kills) << "at most what the two senders had in hand";
  fmt::print("{} kills: {} people had left and were posted, {} posts in all, {} of them a second time\n",
             kills, expected, arrivals_.size(), twice);
}

}  // namespace
}  // namespace vigia::tests
