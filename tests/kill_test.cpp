// The plug pulled: the built vigia is killed at random moments of a run that posts to FindFace, and started
// again, again and again. FindFace is slow, and in many runs it is down for a while or until the kill, so
// that shots wait in the outbox. In the end
//   - every shot that the log called stored has arrived, however long ago the kill was;
//   - so has everybody of the scene who had left the picture before the last shot that a run stored;
//   - what arrived twice had been on its way when the program was killed or the server went down:
//   kill_books.h.
//
// Six kills; VIGIA_KILLS=200 for as many (a quarter of an hour), VIGIA_KILL_SEED to repeat one.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <ctime>
#include <random>
#include <thread>

#include "testing/fake_findface.h"
#include "testing/scene_truth.h"
#include "tests/kill_books.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using camera::sim::Scene;
using std::chrono::milliseconds;
using testing::FakeEvent;
using testing::FakeFindFace;
using testing::Fault;

constexpr auto kScene = "sim:faces=16&size=1280x720&fps=8&seed=5&seconds=20";
constexpr auto kEmptyScene = "sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1";
// Events tell when their frame was on the camera's time line: each run's begins so many seconds after the one
// before.
constexpr int kSecondsARun = 100;
constexpr std::int64_t kMicrosecondsARun = std::int64_t{kSecondsARun} * 1'000'000;
// From a person's last moment in the picture until the track is over: track_miss_interval, and one frame or
// so.
constexpr auto kUntilClosed = 2s;
constexpr int kSenders = 2;
constexpr int kMostStarts = 5;  // to send what is left

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

// Of one run, from its start or its first stored shot. The server is down from `down` to `up`, where these
// come before the kill; where `down` is 0, from before the start.
struct Plan {
  bool from_first_shot = true;
  milliseconds kill{0}, down{0}, up{0};
  Fault posts_meet;
};

Plan random_plan(int run, std::minstd_rand& random) {
  const auto between = [&random](milliseconds least, milliseconds most) {
    return milliseconds(
        std::uniform_int_distribution<milliseconds::rep>(least.count(), most.count())(random));
  };
  Plan plan;
  plan.kill = between(1ms, 4s);
  plan.posts_meet = {.kind = Fault::Kind::delay, .delay = between(20ms, 400ms)};
  const milliseconds never = plan.kill;
  switch (run % 5) {
    case 0:  // it goes down, and may come back
      plan.down = between(1ms, plan.kill);
      plan.up = between(plan.down, plan.kill * 2);
      break;
    case 1:  // nothing arrives
      plan.up = never;
      break;
    case 2:  // the kill comes when what has waited is on its way
      plan.up = between(0ms, plan.kill);
      break;
    case 3:  // it takes requests, and forgets them
      plan.down = never;
      plan.posts_meet = {.kind = Fault::Kind::hang};
      break;
    default:  // it is slow, no more
      plan.from_first_shot = false;
      plan.kill += 500ms;
      plan.down = plan.kill;
  }
  return plan;
}

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
    server.on_event = [this](const FakeEvent& event) { books_.arrived(event); };
    auto started = FakeFindFace::start(std::move(server));
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    server_->add_camera(
        {.id = 7, .name = "gate", .comment = "rtsp://127.0.0.1:1/gate", .token = "gate-token"});
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
            "detector: {{input: 320x192}}\ndelivery: {{senders: {}, stop_timeout: 240}}\n"
            "logging: {{level: debug}}\n",
            url, once ? -1 : 4, once, begin_ + std::int64_t{run} * kSecondsARun, kSenders));
    std::filesystem::permissions(folder() / "vigia.yaml",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return {"run", "-c", "vigia.yaml", "--summary", "summary.json"};
  }

  void run_and_kill(int run, const Plan& plan) {
    books_.begin(run);
    server_->clear_faults();
    server_->inject("/events/faces/add/", plan.posts_meet, -1);
    const bool goes_down = plan.down < plan.kill;
    if (plan.down == 0ms) server_->go_down();
    testing::Program program(vigia(run_of(kScene, run, false)));
    if (plan.from_first_shot) {
      ASSERT_TRUE(program.wait_for_text("face stored")) << program.err();
    }
    const auto start = std::chrono::steady_clock::now();
    if (goes_down && plan.down > 0ms) {
      std::this_thread::sleep_until(start + plan.down);
      server_->go_down();
      books_.server_went_down();
    }
    if (goes_down && plan.up < plan.kill) {
      std::this_thread::sleep_until(start + plan.up);
      ASSERT_TRUE(server_->come_up().ok());
    }
    std::this_thread::sleep_until(start + plan.kill);
    ASSERT_TRUE(program.running()) << program.err();
    program.signal(SIGKILL);
    const auto killed = program.wait();
    EXPECT_EQ(killed.exit_status, 128 + SIGKILL);
    // What the server still has in hand arrives now: it is this run's, not the next one's.
    server_->go_down();
    ASSERT_TRUE(server_->come_up().ok());
    books_.read(killed.err);
    waiting_.push_back(books_.missing().size());
  }
  // What waits for a second try when a run ends is the next one's.
  void send_what_is_left(int run) {
    server_->clear_faults();
    std::size_t pending = 1;
    for (const int end = run + kMostStarts; run < end && pending > 0; ++run) {
      books_.begin(run);
      testing::Program program(vigia(run_of(kEmptyScene, run, true)));
      const auto finished = program.wait(300s);
      // What was sent twice and never answered counts as failed, though it is there: missing() would tell.
      const std::size_t failed = summary()["faces_failed"];
      EXPECT_LE(failed, books_.duplicates().size());
      ASSERT_EQ(finished.exit_status, failed == 0 ? 0 : 1) << finished.err;
      books_.read(finished.err);
      pending = summary()["faces_pending"];
    }
    EXPECT_EQ(pending, 0U);
  }

  // Where on whose time line: the run, and its stream's time.
  [[nodiscard]] std::pair<int, Nanoseconds> moment_of(const ShotKey& shot) const {
    std::tm parts{};
    const char* const rest = ::strptime(shot.timestamp.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return {-1, 0ns};
    const std::int64_t since =
        (::timegm(&parts) - begin_) * 1'000'000 + std::llround(std::strtod(rest, nullptr) * 1e6);
    return {static_cast<int>(since / kMicrosecondsARun),
            std::chrono::microseconds(since % kMicrosecondsARun)};
  }
  [[nodiscard]] std::int64_t person_of(const ShotKey& shot) const {
    const auto& [left, top, right, bottom] = shot.roi;
    const domain::Box face{static_cast<float>(left), static_cast<float>(top),
                           static_cast<float>(right - left), static_cast<float>(bottom - top)};
    return scene_->person_at(moment_of(shot).second, face).value_or(-1);
  }

  // How many had to be there; each of whom one shot must have arrived.
  std::size_t expect_everybody() const {
    std::map<std::pair<int, std::int64_t>, int> posted;
    for (const auto& [shot, runs] : books_.posts()) {
      const std::int64_t person = person_of(shot);
      EXPECT_GE(person, 0) << "nobody was there: " << shot.timestamp;
      EXPECT_EQ(++posted[std::pair(moment_of(shot).first, person)], 1)
          << "two shots of person " << person << ": " << shot.timestamp;
    }
    std::map<int, Nanoseconds> last_stored;
    for (const auto& [shot, where] : books_.stored()) {
      const auto [run, moment] = moment_of(shot);
      EXPECT_EQ(run, where.run) << shot.timestamp;
      last_stored[run] = std::max(last_stored[run], moment);
    }
    std::size_t expected = 0;
    for (const auto& [run, moment] : last_stored) {
      for (const std::int64_t person : testing::people_gone_by(*scene_, moment, kUntilClosed)) {
        ++expected;
        EXPECT_TRUE(posted.contains(std::pair(run, person)))
            << "lost: person " << person << " of run " << run;
      }
    }
    return expected;
  }
  void expect_duplicates_explained() const {
    std::map<std::pair<int, std::string>, int> by_break;
    for (const KillBooks::Duplicate& twice : books_.duplicates()) {
      fmt::print("twice: {} by run {} and run {}: {}\n", twice.shot.timestamp, twice.first_run,
                 twice.second_run, twice.why.empty() ? "NOT EXPLAINED" : twice.why);
      EXPECT_NE(twice.why, "") << twice.shot.timestamp;
      EXPECT_LE(++by_break[std::pair(twice.first_run, twice.why)], kSenders)
          << "more than the senders had in hand in run " << twice.first_run;
    }
    for (const auto& [shot, runs] : books_.posts()) {
      EXPECT_LE(runs.size(), 2U) << shot.timestamp << ", first by run " << runs.front() << ", last by run "
                                 << runs.back();
    }
  }

  void print(int kills, std::size_t people) const {
    std::size_t waited = 0;
    std::size_t most = 0;
    for (const std::size_t shots : waiting_) {
      waited += shots;
      most = std::max(most, shots);
    }
    std::size_t posts = 0;
    std::size_t copies = 0;
    for (const auto& [shot, runs] : books_.posts()) {
      posts += runs.size();
      copies = std::max(copies, runs.size());
    }
    fmt::print("{} kills: {} shots stored, {:.1f} of them waiting at a kill ({} at most); {} lost\n", kills,
               books_.stored().size(), static_cast<double>(waited) / std::max(kills, 1), most,
               books_.missing().size());
    fmt::print("{} people had left, and were posted; {} posts, {} of them again, one shot {} times at most\n",
               people, posts, books_.duplicates().size(), copies);
  }

  std::optional<Scene> scene_;
  KillBooks books_;
  // Some hours ago, so that no event is of a time to come.
  const std::int64_t begin_ = std::time(nullptr) - 40'000;
  std::vector<std::size_t> waiting_;  // stored and not there, at each kill
  std::unique_ptr<FakeFindFace> server_;
};

TEST_F(KillTest, NobodyIsLostAndTwiceIsOnlyWhoWasOnTheWay) {
  const int kills = number_from("VIGIA_KILLS", 6);
  const int seed = number_from("VIGIA_KILL_SEED", static_cast<int>(std::random_device{}() & 0xffff));
  std::minstd_rand random(static_cast<unsigned>(seed) + 1);
  SCOPED_TRACE(fmt::format("VIGIA_KILL_SEED={}", seed));
  for (int run = 0; run < kills && !HasFatalFailure(); ++run) run_and_kill(run, random_plan(run, random));
  ASSERT_FALSE(HasFatalFailure());
  send_what_is_left(kills);

  for (const ShotKey& shot : books_.missing()) ADD_FAILURE() << "lost, though stored: " << shot.timestamp;
  expect_duplicates_explained();
  const std::size_t people = expect_everybody();
  EXPECT_GT(books_.stored().size(), 0U) << "nothing was tried";
  print(kills, people);
}

}  // namespace
}  // namespace vigia::tests
