// For tests that kill the built vigia again and again while it posts to a FindFace server: the server, the
// runs, and the people whose shots arrived. An event has its frame's place on the camera's time line; each
// run's line begins kSecondsARun after the one before, so a post shows its run and, by the scene, its person.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "testing/fake_findface.h"
#include "tests/kill_record.h"
#include "tests/vigia_program.h"

namespace vigia::tests {

inline int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

class KillFixture : public VigiaProgram {
 protected:
  static constexpr int kSecondsARun = 100;
  static constexpr std::int64_t kMicrosecondsARun = std::int64_t{kSecondsARun} * 1'000'000;
  static constexpr int kSenders = 2;
  static constexpr auto kEmptyScene = "sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1";

  void start_server(const std::string& scene) {
    const auto options = sim::parse_sim_url(scene);
    ASSERT_TRUE(options.ok());
    auto made = sim::Scene::make(*options);
    ASSERT_TRUE(made.ok());
    scene_.emplace(*std::move(made));
    testing::FakeFindFaceOptions server;
    server.keep_images = false;
    server.on_event = [this](const testing::FakeEvent& event) { books_.arrived(event); };
    auto started = testing::FakeFindFace::start(std::move(server));
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    add_gate(*server_);
    use_findface(*server_);
    use_yunet();
  }

  // play_speed < 0: once through, as fast as it goes.
  [[nodiscard]] std::vector<std::string> run_of(const std::string& url, int run, double play_speed,
                                                const std::string& more = {}) const {
    write_settings(fmt::format(
        "cameras:\n  - {{name: gate, url: \"{}\", play_speed: {}, single_pass: {}, "
        "disable_drops: true, id: 7, token: gate-token, use_stream_timestamp: true, "
        "start_stream_timestamp: {}}}\n"
        "detector: {{input: 320x192}}\ndelivery: {{senders: {}, stop_timeout: 240}}\n"
        "logging: {{level: debug}}\n{}",
        url, play_speed, play_speed < 0, begin_ + std::int64_t{run} * kSecondsARun, kSenders, more));
    return {"run", "-c", "vigia.yaml", "--summary", "summary.json"};
  }

  // Kills it, and waits until the server has handled requests in progress, so that they count for this run.
  // Returns the program's log until then.
  std::string kill(testing::Program& program) {
    EXPECT_TRUE(program.running()) << program.err();
    program.signal(SIGKILL);
    const auto killed = program.wait();
    EXPECT_EQ(killed.exit_status, 128 + SIGKILL);
    server_->go_down();
    EXPECT_TRUE(server_->come_up().ok());
    books_.read(killed.err);
    return killed.err;
  }

  // The next run sends shots that wait for a second try when a run ends.
  void send_what_is_left(int run) {
    constexpr int kMostStarts = 5;
    server_->clear_faults();
    std::size_t pending = 1;
    for (const int end = run + kMostStarts; run < end && pending > 0; ++run) {
      books_.begin(run);
      testing::Program program(vigia(run_of(kEmptyScene, run, -1)));
      const auto finished = program.wait(std::chrono::seconds(300));
      // A shot that was sent twice and never answered counts as failed, though it arrived: missing() decides.
      const std::size_t failed = summary()["faces_failed"];
      EXPECT_LE(failed, books_.duplicates().size());
      ASSERT_EQ(finished.exit_status, failed == 0 ? 0 : 1) << finished.err;
      books_.read(finished.err);
      pending = summary()["faces_pending"];
    }
    EXPECT_EQ(pending, 0U);
  }

  // The run of a shot, and its stream time in that run.
  [[nodiscard]] std::pair<int, Nanoseconds> moment_of(const ShotKey& shot) const {
    std::tm parts{};
    const char* const rest = ::strptime(shot.timestamp.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return {-1, Nanoseconds{0}};
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

  std::optional<sim::Scene> scene_;
  KillRecord books_;
  // Some hours ago, so that no event is in the future.
  const std::int64_t begin_ = std::time(nullptr) - 40'000;
  std::unique_ptr<testing::FakeFindFace> server_;
};

}  // namespace vigia::tests
