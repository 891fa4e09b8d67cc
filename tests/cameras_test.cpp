// Adds and removes synthetic cameras while the workers run, with all parts on the way to a folder.
#include "fleet/cameras.h"

#include <gtest/gtest.h>

#include <thread>

#include "orchestrator/receivers.h"
#include "pipeline/shot_encoder.h"
#include "pipeline/shot_writer.h"
#include "status/snapshot.h"
#include "testing/sanitized.h"
#include "testing/temp_dir.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using fleet::Cameras;
using pipeline::CameraSettings;
using pipeline::EncodedShots;
using pipeline::FaceResults;
using pipeline::RunQueue;
using pipeline::ShotEncoder;
using pipeline::ShotOrders;
using pipeline::ShotWriter;
using pipeline::StageLatency;
using pipeline::Strand;
using pipeline::StrandWorld;
using status::CameraStatus;

// One face that walks through the picture, always the same for the same moment.
class WalkingFace final : public detect::Detector {
 public:
  Status detect(const domain::Frame& frame, const detect::SearchArea&,
                std::vector<domain::Detection>& found) override {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(frame.stream_time).count();
    found.assign(1, {{20 + static_cast<float>(ms % 2000) / 20, 40, 70, 90}, 0.9F, std::nullopt});
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return "walking face"; }
};

class CamerasTest : public ::testing::Test {
 protected:
  void SetUp() override {
    memory_.start();
    settings_.delivery.directory = folder_ / "faces";
    auto opened = outbox::Outbox::open({.path = folder_ / "vigia.db"}, orchestrator::receivers(settings_),
                                       memory_, system_clock());
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    outbox_ = *std::move(opened);
    settings_.ledger.path = folder_ / "events.db";
    auto ledger = ledger::Ledger::open(settings_.ledger, memory_, system_clock());
    ASSERT_TRUE(ledger.ok()) << ledger.error().text;
    ledger_ = *std::move(ledger);
    encoder_.emplace(orders_,
                     ShotEncoder::World{encoded_, *outbox_, memory_, latency_, *ledger_, system_clock()});
    writer_.emplace(encoded_, *outbox_);
    faces_.emplace(*ledger_);
    routes_.emplace(orchestrator::make_receivers(settings_, nullptr, memory_, system_clock()), *outbox_,
                    *faces_, system_clock());
    cameras_.emplace(StrandWorld{memory_, system_clock(), run_queue_, orders_, latency_, load_}, *faces_,
                     tokens_, Cameras::Known::by_id);
    sender_ =
        Worker("sender", [this](const std::stop_token& stop) { routes_->run_sender("directory", stop); });
    encoding_ = Worker("encoder", [this](const std::stop_token&) { encoder_->run(); });
    writing_ = Worker("writer", [this](const std::stop_token&) { writer_->run(); });
    for (int i = 0; i < 2; ++i) {
      workers_.emplace_back("worker", [this](const std::stop_token& stop) {
        WalkingFace detector;
        while (Strand* const strand = run_queue_.pop(stop)) strand->take_turn(detector);
      });
    }
    housekeeping_ = Worker("housekeeping", [this](const std::stop_token& stop) {
      while (system_clock().sleep_for(1ms, stop)) cameras_->tick();
    });
  }
  void TearDown() override {
    housekeeping_ = Worker();
    cameras_->stop();
    workers_.clear();
    orders_.close();
    encoding_.join();
    writing_.join();
    sender_ = Worker();
    cameras_->clear();
  }

  static CameraSettings camera(std::int64_t id, const std::string& name) {
    CameraSettings camera;
    camera.spec.name = name;
    camera.spec.id = id;
    camera.spec.url = "sim:faces=1&size=320x180&fps=20&seconds=10";
    camera.source.play_speed = 4;
    camera.shot.filter_min_quality = 0;
    return camera;
  }
  [[nodiscard]] status::Snapshot snapshot() const {
    status::Snapshot snapshot;
    snapshot.cameras = cameras_->status(1);
    snapshot.former = cameras_->former();
    return snapshot;
  }
  [[nodiscard]] CameraStatus row(const std::string& name) const {
    for (const CameraStatus& camera : snapshot().cameras) {
      if (camera.name == name) return camera;
    }
    return {};
  }
  // Not a measure of time: only a test that fails waits so long.
  template <class Condition>
  static bool eventually(Condition condition) {
    const SteadyTime give_up = system_clock().now() + 60s;
    while (!condition()) {
      if (system_clock().now() > give_up) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  void watch(std::int64_t id, const std::string& name, std::uint64_t frames = 5) {
    cameras_->add(camera(id, name), {}, 0ns);
    ASSERT_TRUE(eventually([&] { return row(name).frames_processed >= frames; }));
  }
  void remove(std::int64_t id) { cameras_->remove({&id, 1}); }
  // Each track of all cameras has its end.
  [[nodiscard]] bool all_is_told() const {
    const status::Snapshot now = snapshot();
    std::uint64_t ends = now.total(&CameraStatus::faces_posted) + now.total(&CameraStatus::faces_failed);
    for (const auto& camera : now.cameras) {
      for (const auto& [reason, count] : camera.faces_not_posted) ends += count;
    }
    if (now.former) {
      for (const auto& [reason, count] : now.former->faces_not_posted) ends += count;
    }
    return ends == now.total(&CameraStatus::tracks_closed);
  }

  vigia::testing::TempDir folder_;
  settings::Settings settings_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 200_MiB}};
  RunQueue run_queue_;
  ShotOrders orders_{1000};
  StageLatency latency_;
  pipeline::LoadMeter load_;
  std::unique_ptr<outbox::Outbox> outbox_;
  EncodedShots encoded_{memory_.budget()};
  std::optional<ShotEncoder> encoder_;
  std::optional<ShotWriter> writer_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::optional<FaceResults> faces_;
  findface::CameraTokens tokens_;
  std::optional<delivery::Routes> routes_;
  std::optional<Cameras> cameras_;
  Worker sender_, encoding_, writing_;
  std::vector<Worker> workers_;
  Worker housekeeping_;
};

TEST_F(CamerasTest, ARemovedCamerasFacesArriveAndItsNumbersStay) {
  watch(7, "gate", 20);
  remove(7);
  const CameraStatus removed = row("gate");
  EXPECT_EQ(removed.state, "REMOVED");
  EXPECT_GE(removed.frames_processed, 20U);
  EXPECT_GE(removed.tracks_closed, 1U) << "the open track was closed";
  EXPECT_EQ(removed.frames_decoded, removed.frames_processed + removed.frames_dropped);
  EXPECT_TRUE(eventually([&] { return row("gate").faces_posted >= 1 && all_is_told(); }));
}

TEST_F(CamerasTest, AReplacedCamerasNumbersGoOnUnderItsNewName) {
  watch(7, "gate", 20);
  cameras_->replace(7, camera(7, "door"), {});
  EXPECT_EQ(row("gate").name, "") << "it is no other camera";
  EXPECT_GE(row("door").frames_processed, 20U);
  const std::uint64_t tracks = row("door").tracks_closed;
  EXPECT_GE(tracks, 1U);
  ASSERT_TRUE(eventually([&] { return row("door").frames_processed >= 40; }));
  remove(7);
  EXPECT_GT(row("door").tracks_closed, tracks);
  EXPECT_EQ(row("door").job_starts, 2U);
  EXPECT_EQ(snapshot().cameras.size(), 1U);
  EXPECT_TRUE(eventually([this] { return all_is_told(); }));
}

TEST_F(CamerasTest, ACameraThatComesBackGoesOnInItsBooks) {
  watch(7, "gate");
  remove(7);
  const std::uint64_t before = row("gate").frames_processed;
  watch(7, "gate", before + 5);
  EXPECT_EQ(snapshot().cameras.size(), 1U);
  EXPECT_NE(row("gate").state, "REMOVED");
}

TEST_F(CamerasTest, FiltersAreObeyedWithoutARestart) {
  watch(7, "gate");
  cameras_->apply_filters(7, {.min_size = 500, .max_size = {}, .min_quality = {}, .roi = {}});
  const auto too_small = [this] {
    const auto& reasons = row("gate").faces_not_posted;
    return reasons.contains("too_small");
  };
  EXPECT_TRUE(eventually(too_small));
  EXPECT_EQ(row("gate").job_starts, 1U);
}

TEST_F(CamerasTest, FramesOfAnotherSizeThanAssumedAreAnotherCrowd) {
  CameraSettings live = camera(1, "gate");
  live.source.play_speed = 1;
  cameras_->add(live, {}, 0ns);
  load::StrandLoad seen;
  ASSERT_TRUE(eventually([&] {
    cameras_->look(seen);
    return row("gate").frames_processed > 0;
  }));
  cameras_->look(seen);
  const auto demand = cameras_->changed_demand({});
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->live, 1);
  EXPECT_EQ(demand->decodes, 320.0 * 180 / (1280 * 720));
  cameras_->look(seen);
  EXPECT_FALSE(cameras_->changed_demand({})) << "the size is known now";
}

TEST_F(CamerasTest, OthersGoOnWhileSomeAreRemoved) {
  watch(1, "stays");
  for (std::int64_t id = 2; id < 8; ++id) watch(id, "goes " + std::to_string(id));
  const std::uint64_t before = row("stays").frames_processed;
  const std::vector<std::int64_t> ids{2, 3, 4, 5, 6, 7};
  cameras_->remove(ids);
  EXPECT_TRUE(eventually([&] { return row("stays").frames_processed > before + 5; }));
  EXPECT_EQ(snapshot().cameras.size(), 7U);
  EXPECT_FALSE(cameras_->all_drained());
}

TEST_F(CamerasTest, ARemovedCameraGivesAllItsMemoryBack) {
  constexpr int kRounds = 50;
  const auto round = [this](int id) {
    watch(id, "camera " + std::to_string(id));
    remove(id);
    ASSERT_TRUE(eventually([this] { return all_is_told() && orders_.depth() == 0; }));
    cameras_->settle();
    memory_.collect();
  };
  round(1);  // allocates what the shot encoder keeps for all cameras
  const memory::MemoryStats before = memory_.stats();
  Bytes resident = 0;
  for (int i = 2; i < 2 + kRounds; ++i) {
    round(i);
    const auto is_as_before = [&] {
      memory_.collect();
      return memory_.stats().in_use_bytes == before.in_use_bytes;
    };
    ASSERT_TRUE(eventually(is_as_before)) << "round " << i;
    if (i == kRounds / 2) resident = memory_.stats().rss_bytes;
  }
  const memory::MemoryStats after = memory_.stats();
  for (const auto& use : after.owners) EXPECT_EQ(use.owner, "vigia") << "no other owner holds anything";
  EXPECT_EQ(after.threads, before.threads);
  EXPECT_EQ(after.open_fds, before.open_fds);
  EXPECT_EQ(after.objects_pending, 0U);
  if (!vigia::testing::kSanitized) {
    EXPECT_LT(after.rss_bytes - resident, 4_MiB);
  }
}

}  // namespace
}  // namespace vigia::tests
