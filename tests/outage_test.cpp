// The main job against a FindFace that has a bad day: every person of the scenes must be there in the end.
//
// Some 20 seconds of faults as it is; VIGIA_OUTAGE_SECONDS=600 makes the day longer (with YuNet: VIGIA_DATA).
// Prints what it found: people, duplicates, memory, and how long the rest took.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <thread>

#include "testing/certificate.h"
#include "testing/fake_findface.h"
#include "testing/outage.h"
#include "testing/scene_truth.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using testing::FakeEvent;
using testing::Outage;

constexpr double kCycle = 20;  // seconds of a scene
constexpr int kMostDrains = 5;
const std::string kNobody = "sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1";

struct Watched {
  std::int64_t id;
  std::string name;
  std::string url;
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
    environment_.insert({{"FINDFACE_URL", server_->url()},
                         {"FINDFACE_USER", "admin"},
                         {"FINDFACE_PASSWORD", "admin"},
                         {"FINDFACE_UUID", "test"}});
    base_ = static_cast<double>(std::time(nullptr));
  }
  void watch(double seconds) {
    const int cycles = std::max(1, static_cast<int>(seconds / kCycle));
    for (const auto& [id, name, scene] :
         {Watched{7, "gate", "faces=4&seed=3"}, Watched{8, "hall", "faces=3&seed=4"}}) {
      cameras_.push_back(
          {id, name, fmt::format("sim:{}&size=1280x720&fps=10&seconds={}&cycles={}", scene, kCycle, cycles)});
      server_->add_camera(
          {.id = id, .name = name, .comment = "rtsp://127.0.0.1:1/x", .token = name + "-token"});
    }
  }
  // nobody: only what an earlier run has left is sent.
  void write_settings(bool nobody, int stop_timeout) const {
    std::string text = fmt::format(
        "delivery: {{stop_timeout: {}, senders: 4, findface: {{ca_file: \"{}\"}}}}\n"
        "detector: {{on_overload: drop}}\ncameras:\n",
        stop_timeout, certificates_.good_cert);
    for (const Watched& camera : cameras_) {
      text += fmt::format(
          "  - {{name: {}, url: \"{}\", single_pass: true, disable_drops: true, play_speed: {}, id: {},\n"
          "     token: {}-token, use_stream_timestamp: true, start_stream_timestamp: {:.0f}}}\n",
          camera.name, nobody ? kNobody : camera.url, nobody ? -1 : 1, camera.id, camera.name, base_);
    }
    write("vigia.yaml", text);
    std::filesystem::permissions(folder() / "vigia.yaml",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  // Watches the scenes while the server follows its schedule. Seconds that it took.
  double live_through(std::vector<testing::OutagePeriod> periods) {
    Outage outage(*server_, std::move(periods), certificates_);
    const auto begin = std::chrono::steady_clock::now();
    const auto now = [&begin] { return to_seconds(std::chrono::steady_clock::now() - begin); };
    testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
    while (program.running()) {
      EXPECT_TRUE(outage.follow(now()).ok());
      std::this_thread::sleep_for(10ms);
    }
    const double seconds = now();
    while (!outage.is_over()) EXPECT_TRUE(outage.follow(1e9).ok());
    const auto finished = program.wait();
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    return seconds;
  }
  testing::SceneTally tally(const Watched& camera) const {
    const auto options = camera::sim::parse_sim_url(camera.url);
    const auto scene = camera::sim::Scene::make(*options);
    std::vector<testing::PostedFace> posted;
    for (const FakeEvent& event : server_->events()) {
      if (event.camera == camera.id) posted.push_back(posted_face(event));
    }
    return testing::tally_posts(*scene, posted, from_seconds(options->seconds * options->cycles));
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

  Outage::Certificates certificates_;
  std::unique_ptr<testing::FakeFindFace> server_;
  std::vector<Watched> cameras_;
  double base_ = 0;  // of the cameras' time
};

TEST_F(OutageTest, NobodyIsLostOnABadDayOfTheServer) {
  const char* const wanted = std::getenv("VIGIA_OUTAGE_SECONDS");
  const double seconds = wanted == nullptr ? kCycle : std::atof(wanted);
  if (!use_yunet() && wanted != nullptr) GTEST_SKIP() << "VIGIA_DATA is not set";
  watch(seconds);
  write_settings(false, 1);
  const double each = wanted == nullptr ? 0.9 : 10;  // so that every kind has its turn
  const double ran = live_through(testing::every_kind_in_turn(each, seconds, true));
  const auto first = summary();
  expect_every_track_accounted_for(first);
  EXPECT_EQ(first["faces_failed"], 0);
  EXPECT_LE(first["memory"]["rss_peak_bytes"], first["memory"]["budget_bytes"]);
  const int left = first["faces_pending"];

  write_settings(true, 60);
  int drains = 0;
  for (int pending = left; pending > 0 && drains < kMostDrains; ++drains) {
    const auto finished = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
    ASSERT_EQ(finished.exit_status, 0) << finished.err;
    pending = summary()["faces_pending"];
  }
  int duplicates = 0;
  for (const Watched& camera : cameras_) {
    const testing::SceneTally found = tally(camera);
    EXPECT_EQ(found.strangers, 0) << camera.name << ": " << found.text();
    EXPECT_GE(static_cast<std::int64_t>(found.posts.size()), found.shown)
        << camera.name << ": " << found.text();
    for (const auto& [person, times] : found.posts) {
      EXPECT_LE(times, 2) << camera.name << ", person " << person;
      duplicates += times - 1;
    }
  }
  EXPECT_TRUE(server_->violations().empty()) << server_->violations().front();
  fmt::print("{:.0f} s of faults: {} events, {} duplicates, {} left for {} more starts; {} bytes at most\n",
             ran, server_->event_count(), duplicates, left, drains,
             first["memory"]["rss_peak_bytes"].get<std::int64_t>());
}

}  // namespace
}  // namespace vigia::tests
