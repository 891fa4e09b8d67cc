// The main job against a FindFace with many faults: everybody of the scenes must have arrived in the end.
// After the faults the job goes on until all people that the server missed have arrived. Then the certificate
// becomes invalid, which stops posts for five minutes: the job is stopped, and further starts send the
// waiting shots.
//
// By default some 20 seconds of faults; VIGIA_OUTAGE_SECONDS=600 makes them longer (with YuNet: VIGIA_DATA).
// Prints its figures: people, repeated posts, the time until the missing people arrived, memory and its
// budget.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "base/bytes.h"
#include "testing/certificate.h"
#include "testing/fake_findface.h"
#include "testing/outage.h"
#include "testing/sanitized.h"
#include "testing/scene_truth.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using testing::FakeEvent;
using testing::FaultSchedule;

constexpr Bytes kBudget = 256_MiB;
constexpr int kMostDrains = 5;
constexpr auto kMostToWait = 180s;  // until the server has all people that it missed; then the test fails
constexpr int kFps = 10;
// From a person's last moment in the picture until the track is over, and some for what runs late.
constexpr auto kUntilClosed = 3s;
const std::string kNobody = "sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1";

struct Watched {
  std::int64_t id;
  std::string name;
  std::string url;
  std::optional<sim::Scene> scene{};
};

// The shots to send when the server worked again, and how long that took.
struct Recovery {
  std::size_t missed = 0;  // people
  double seconds = 0;
};

class OutageTest : public VigiaProgram {
 protected:
  void SetUp() override {
    const auto good = testing::make_certificate(folder().string(), "good");
    const auto expired = testing::make_certificate(folder().string(), "expired", testing::Validity::expired);
    ASSERT_TRUE(good.ok() && expired.ok());
    certificates_ = {good->cert_file, good->key_file, expired->cert_file, expired->key_file};
    testing::FakeFindFaceOptions options;
    options.cert_file = good->cert_file;
    options.key_file = good->key_file;
    options.keep_images = false;
    auto started = testing::FakeFindFace::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = *std::move(started);
    use_findface(*server_);
    base_ = static_cast<double>(std::time(nullptr));
  }
  void watch() {
    for (const auto& [id, name, people] :
         {std::tuple(7, "gate", "faces=8&seed=3"), {8, "hall", "faces=6&seed=4"}}) {
      const std::string url = fmt::format("sim:{}&size=1280x720&fps={}&seconds=20", people, kFps);
      auto scene = sim::Scene::make(*sim::parse_sim_url(url));
      ASSERT_TRUE(scene.ok()) << scene.error().text;
      cameras_.push_back({id, name, url, *std::move(scene)});
      server_->add_camera({.id = id,
                           .name = name,
                           .comment = "rtsp://127.0.0.1:1/x",
                           .token = fmt::format("{}-token", name)});
    }
  }
  // nobody: an empty scene, so that only shots of earlier runs are sent.
  void write_settings(bool nobody, int stop_timeout) const {
    std::string text = fmt::format(
        "delivery: {{stop_timeout: {}, senders: 4, findface: {{ca_file: \"{}\"}}}}\n"
        "detector: {{on_overload: drop}}\nmemory: {{budget_bytes: {}}}\ncameras:\n",
        stop_timeout, certificates_.good_cert, kBudget);
    for (const Watched& camera : cameras_) {
      text += fmt::format(
          "  - {{name: {}, url: \"{}\", single_pass: {}, disable_drops: true, play_speed: {}, id: {},\n"
          "     token: {}-token, use_stream_timestamp: true, start_stream_timestamp: {:.0f}}}\n",
          camera.name, nobody ? kNobody : camera.url, nobody, nobody ? -1 : 1, camera.id, camera.name, base_);
    }
    VigiaProgram::write_settings(text);
  }
  // Watches the scenes while the server follows its schedule, and until it has all people that it missed;
  // then for some seconds with an invalid certificate.
  Recovery live_through(std::vector<testing::FaultPeriod> periods, double expired_for) {
    testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
    const auto begin = std::chrono::steady_clock::now();
    const auto now = [&begin] { return std::chrono::steady_clock::now() - begin; };
    follow(program, std::move(periods));
    const auto over = now();
    Recovery recovery{.missed = missing_by(over)};
    std::size_t missing = recovery.missed;
    while (program.running() && missing > 0 && now() < over + kMostToWait) {
      std::this_thread::sleep_for(20ms);
      missing = missing_by(over);
    }
    recovery.seconds = to_seconds(now() - over);
    EXPECT_EQ(missing, 0U) << "people, " << recovery.seconds << " s after the server was well again";
    follow(program, {{0, expired_for, testing::ServerFault::expired}});
    program.signal(SIGTERM);
    const auto finished = program.wait();
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    return recovery;
  }
  void follow(testing::Program& program, std::vector<testing::FaultPeriod> periods) {
    FaultSchedule outage(*server_, std::move(periods), certificates_);
    const auto begin = std::chrono::steady_clock::now();
    while (program.running() && !outage.is_over()) {
      EXPECT_TRUE(outage.follow(to_seconds(std::chrono::steady_clock::now() - begin)).ok());
      std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(outage.is_over()) << "it has ended by itself: " << program.err();
  }
  [[nodiscard]] testing::SceneTally tally(const Watched& camera) const {
    std::vector<testing::PostedFace> posted;
    for (const FakeEvent& event : server_->events()) {
      if (event.camera == camera.id) posted.push_back(posted_face(event));
    }
    return testing::tally_posts(*camera.scene, posted, 0s);
  }
  // People who had left by then and have not arrived.
  [[nodiscard]] std::set<std::int64_t> missing_by(const Watched& camera, Nanoseconds moment) const {
    std::set<std::int64_t> people = testing::people_gone_by(*camera.scene, moment, kUntilClosed);
    for (const auto& [person, times] : tally(camera).posts) people.erase(person);
    return people;
  }
  [[nodiscard]] std::size_t missing_by(Nanoseconds moment) const {
    std::size_t people = 0;
    for (const Watched& camera : cameras_) people += missing_by(camera, moment).size();
    return people;
  }
  // How far each camera has played, which determines the people that must have arrived.
  static std::map<std::string, Nanoseconds> watched_until(const nlohmann::json& summary) {
    std::map<std::string, Nanoseconds> until;
    for (const auto& camera : summary.at("cameras")) {
      until[camera.at("name")] = from_seconds(camera.at("frames_processed").get<double>() / kFps);
    }
    return until;
  }
  // The roi is the face and a tenth of it on each side; the time is the camera's, on base_.
  [[nodiscard]] testing::PostedFace posted_face(const FakeEvent& event) const {
    std::tm day{};
    const char* const rest = ::strptime(event.timestamp.c_str(), "%Y-%m-%dT%H:%M:%S", &day);
    EXPECT_NE(rest, nullptr) << event.timestamp;
    const double seconds = static_cast<double>(::timegm(&day)) + std::strtod(rest, nullptr) - base_;
    const auto [left, top, right, bottom] = event.roi;
    const float width = static_cast<float>(right - left) / 1.2F;
    const float height = static_cast<float>(bottom - top) / 1.2F;
    return {.stream_time = from_seconds(seconds),
            .face = {static_cast<float>(left + right) / 2 - width / 2,
                     static_cast<float>(top + bottom) / 2 - height / 2, width, height}};
  }

  // Returns the number of starts that it took.
  int send_what_is_left(int pending) {
    write_settings(true, 60);
    int starts = 0;
    for (; pending > 0 && starts < kMostDrains; ++starts) {
      const auto finished = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
      EXPECT_EQ(finished.exit_status, 0) << finished.err;
      pending = summary()["faces_pending"];
    }
    EXPECT_EQ(pending, 0);
    return starts;
  }
  // Checks that a face is sent at most twice, and only if its first answer was lost. Returns the number of
  // repeated posts.
  [[nodiscard]] int expect_no_face_more_than_twice() const {
    std::map<std::tuple<std::int64_t, std::string, std::array<int, 4>>, int> posts;
    for (const FakeEvent& event : server_->events()) ++posts[{event.camera, event.timestamp, event.roi}];
    int repeated = 0;
    for (const auto& [face, times] : posts) {
      EXPECT_LE(times, 2) << "camera " << std::get<0>(face) << ", " << std::get<1>(face);
      repeated += times - 1;
    }
    return repeated;
  }
  // Returns the number of posts beyond one for each person.
  int expect_everybody(const std::string& name, Nanoseconds until) const {
    const auto camera = std::ranges::find(cameras_, name, &Watched::name);
    for (const std::int64_t person : missing_by(*camera, until)) {
      ADD_FAILURE() << name << ": person " << person << " is lost";
    }
    const testing::SceneTally found = tally(*camera);
    EXPECT_EQ(found.strangers, 0) << name;
    int again = 0;
    for (const auto& [person, times] : found.posts) again += times - 1;
    return again;
  }

  FaultSchedule::Certificates certificates_;
  std::unique_ptr<testing::FakeFindFace> server_;
  std::vector<Watched> cameras_;
  double base_ = 0;  // of the cameras' time
};

TEST_F(OutageTest, NobodyIsLostOnABadDayOfTheServer) {
  const char* const wanted = std::getenv("VIGIA_OUTAGE_SECONDS");
  const double seconds = wanted == nullptr ? 20 : std::atof(wanted);
  if (wanted != nullptr) {
    NEED_DATA();
  }
  use_yunet();
  watch();
  write_settings(false, 1);
  const double each = wanted == nullptr ? 0.9 : 10;  // so that every kind has its turn
  auto periods = testing::every_kind_in_turn(each, seconds, false);
  periods.push_back({seconds, seconds + 3 * each, testing::ServerFault::down});  // so that something waits
  const Recovery recovery = live_through(std::move(periods), 3 * each);
  const auto first = summary();
  expect_every_track_accounted_for(first);
  EXPECT_EQ(first["faces_failed"], 0);
  const Bytes peak = first["memory"]["rss_peak_bytes"];
  EXPECT_EQ(first["memory"]["budget_bytes"], kBudget);
  if (!testing::kSanitized) {
    EXPECT_LE(peak, kBudget);
  }

  const int left = first["faces_pending"];
  const int starts = send_what_is_left(left);
  const int repeated = expect_no_face_more_than_twice();
  int again = -repeated;
  for (const auto& [name, until] : watched_until(first)) again += expect_everybody(name, until);
  EXPECT_TRUE(server_->violations().empty()) << server_->violations().front();
  fmt::print(
      "{:.0f} s of faults: {} events, {} repeated, {} of people with another face; {} people were missing "
      "when the "
      "server was well again, none {:.1f} s later; {} faces left for {} more starts; {} MB at most, of {}\n",
      seconds + 6 * each, server_->event_count(), repeated, again, recovery.missed, recovery.seconds, left,
      starts, peak / 1_MiB, kBudget / 1_MiB);
}

}  // namespace
}  // namespace vigia::tests
