// For tests of the HTTP server: a state with something in every field, a ledger with a few ends, a camera
// that shows pictures, and a client that speaks HTTP over a socket.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <map>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/mutex.h"
#include "ledger/ledger.h"
#include "testing/fake_clock.h"
#include "testing/frame_maker.h"
#include "testing/temp_dir.h"
#include "web/site.h"

namespace vigia::web {

inline status::CameraStatus camera_of(const std::string& name, const std::string& state) {
  status::CameraStatus camera{.name = name,
                              .state = state,
                              .reason = {},
                              .message = {},
                              .since = from_unix_us(1'795'438'800'000'000)};
  camera.frames_decoded = 600;
  camera.frames_processed = 590;
  camera.faces_detected = 30;
  camera.tracks_closed = 5;
  camera.faces_posted = 2;
  camera.faces_failed = 1;
  camera.faces_not_posted = {{"too_small", 1}};
  camera.is_online = state == "INPROGRESS";
  camera.decoder = "software";
  camera.clock_skew = std::chrono::milliseconds(1500);
  camera.signal = {.is_live = true, .key_interval = std::chrono::seconds(2), .brightness = 0.4};
  camera.frame_width = 640;
  camera.frame_height = 360;
  camera.last_frame = camera.last_face = from_unix_us(1'795'438'900'000'000);
  camera.rot = "10x20+30+40";
  camera.roi = "50%x100%+0%+0%";
  camera.filter_min_size = 60;
  camera.filter_max_size = 8192;
  camera.filter_min_quality = 0.5;
  return camera;
}

inline status::MainStreamStatus main_stream_of_all() {
  return {.state = "INTERRUPTED",
          .reason = "offline",
          .message = "no connection to 10.0.0.5:554",
          .since = from_unix_us(1'795'438'800'000'000),
          .width = 1920,
          .height = 1080,
          .kept_bytes = 4096,
          .kept = std::chrono::seconds(4),
          .shots_taken = 7,
          .shots_from_detect_url = {{"away", 2}},
          .pictures_decoded = 30,
          .packets = 900};
}

inline memory::Growth growth_of_all() {
  memory::Growth growth;
  for (auto* const figure : {&growth.resident, &growth.descriptors, &growth.threads}) {
    figure->now = 10;
    figure->limit = 1000;
    figure->slopes.fill({.per_second = 1, .error = 0.1, .seconds = 60});
  }
  growth.alarm = memory::Growth::Alarm{
      .what = "memory", .seconds = 3600, .window = memory::Window::hour, .matters = true};
  growth.culprit = memory::Growth::Culprit{
      .owner = "gate", .kind = "frames", .grown = 4096, .window = memory::Window::hour};
  return growth;
}

// Every field of the API has a value in it.
inline status::Snapshot rich_snapshot() {
  status::Snapshot snapshot;
  snapshot.seconds = 100;
  snapshot.crashes = 1;
  snapshot.workers = 2;
  snapshot.cameras = {camera_of("gate", "INTERRUPTED"), camera_of("hall", "INPROGRESS")};
  snapshot.cameras[0].reason = "offline";
  snapshot.cameras[0].message = "no connection to 10.0.0.5:554";
  snapshot.cameras[1].conditions = {{.name = "dark",
                                     .text = "the picture is black",
                                     .remedy = "give it light",
                                     .held = std::chrono::seconds(90)}};
  snapshot.cameras[0].idle = "awake";
  snapshot.cameras[1].main = main_stream_of_all();
  snapshot.load = {.reduces = true,
                   .level = 1,
                   .detector = "yunet_n 320x192 f32",
                   .detector_at_start = "yunet_n 640x384 f32",
                   .input = "320x192",
                   .step = 2,
                   .changes = 3,
                   .seconds_reduced = 5,
                   .why = "late"};
  snapshot.latency.stages = {{"decode", {}, {}}};
  snapshot.cpu_seconds = 9;
  snapshot.outbox.routes = {{"findface", 3, std::chrono::seconds(400)}};
  snapshot.outbox.shots = 3;
  snapshot.outbox.in_memory = 1;
  snapshot.outbox.lost = 1;
  snapshot.ledger_lost = 1;
  status::RouteStatus route{.name = "findface", .pending = 3, .delivered = 7};
  route.breaker = {.state = status::BreakerState::open,
                   .seconds = 30,
                   .failures = 4,
                   .next_try = 12,
                   .opened = 1,
                   .why = "refused"};
  route.waits = {{.camera = "gate", .seconds = 90, .why = "no such camera"}};
  snapshot.routes = {route};
  snapshot.memory.is_running = true;
  snapshot.memory.leases_refused = 1;
  snapshot.memory.owners = {{"gate", memory::Kind::frames, 4096}};
  snapshot.memory.growth = growth_of_all();
  return snapshot;
}

class WebTest : public ::testing::Test {
 protected:
  explicit WebTest(Clock* clock = nullptr) : used_clock_(clock == nullptr ? fake_clock_ : *clock) {
    memory_.start();
    views_["gate"] = std::make_shared<pipeline::LiveView>();
    views_["hall"] = std::make_shared<pipeline::LiveView>();
    frame_ = testing::make_frame(memory_, cv::Mat(720, 1280, CV_8UC3, cv::Scalar(90, 120, 150)));
    frame_.captured = from_unix_us(1'795'438'900'000'000);
  }

  [[nodiscard]] World world() {
    return {.snapshot =
                [this] {
                  MutexLock lock(mutex_);
                  return snapshot_;
                },
            .live_view = [this](std::string_view name) -> std::shared_ptr<pipeline::LiveView> {
              const auto found = views_.find(std::string(name));
              return found == views_.end() ? nullptr : found->second;
            },
            .housekeeping = [this] { return housekeeping_; },
            .memory = memory_,
            .clock = used_clock_,
            .ledger_path = ledger_path_,
            .settings_json = R"({"memory":{"gc_interval":5}})",
            .version = "1.2.3 (abcdef)"};
  }
  void set(status::Snapshot snapshot) {
    MutexLock lock(mutex_);
    snapshot_ = std::move(snapshot);
  }

  // Records ends of tracks as their numbers say: 1 is posted, 2 pending, 3 too small, then again.
  void record(std::uint64_t from, std::uint64_t to) {
    const ledger::LedgerOptions options{.path = folder_ / "events.db"};
    auto opened = ledger::Ledger::open(options, memory_, used_clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    for (std::uint64_t i = from; i <= to; ++i) {
      ledger::TrackEnd end;
      end.key = {"gate", i, from_unix_us(1'795'438'800'000'000 + static_cast<std::int64_t>(i) * 1'000'000)};
      end.camera_id = 7;
      if (i % 3 == 1) end.outcome = ledger::DeliveryStatus::posted;
      if (i % 3 == 0) end.outcome = domain::Reason::too_small;
      end.text = "a figure";
      end.quality.total = 0.5F;
      end.thumbnail.assign(100, std::byte{7});
      (*opened)->record(std::move(end));
    }
    std::stop_source done;
    done.request_stop();
    (*opened)->run(done.get_token());
    ledger_path_ = options.path;
  }

  // What a worker does for a camera that is looked at; true: somebody had asked.
  bool show(const std::string& camera, std::uint64_t sequence) {
    if (!views_.at(camera)->is_asked()) return false;
    domain::Frame frame = frame_;
    frame.sequence = sequence;
    const std::vector<domain::Sighting> faces{{.detection = {.box = {100, 50, 40, 60}, .score = 0.9F},
                                               .quality = {.total = 0.7F},
                                               .rejected = domain::Reason::too_small}};
    const std::vector<std::uint64_t> ids{7};
    views_.at(camera)->show(frame, faces, ids);
    return true;
  }

  testing::FakeClock fake_clock_{SteadyTime(std::chrono::hours(1)), from_unix_us(1'795'439'000'000'000)};
  Clock& used_clock_;
  testing::TempDir folder_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 200_MiB}};
  domain::Frame frame_;
  std::map<std::string, std::shared_ptr<pipeline::LiveView>> views_;
  std::string ledger_path_;
  SteadyTime housekeeping_ = SteadyTime(std::chrono::hours(1));
  mutable Mutex mutex_;
  status::Snapshot snapshot_ GUARDED_BY(mutex_) = rich_snapshot();
};

inline Request request_of(const std::string& target) {
  Request request;
  request.target = target;
  request.client = "127.0.0.1";
  request.host = "127.0.0.1:8080";
  return request;
}

}  // namespace vigia::web
