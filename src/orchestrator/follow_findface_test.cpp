// The list of cameras changes while the main job runs: a real server on loopback, and cameras whose addresses
// do not answer, or synthetic ones of the settings.
#include "fleet/follow_findface.h"

#include <gtest/gtest.h>

#include <thread>

#include "orchestrator/orchestrator.h"
#include "testing/fake_findface.h"
#include "testing/temp_dir.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;
using testing::FakeFindFace;
using testing::Fault;

constexpr const char* kNobody = "rtsp://127.0.0.1:1/";

class FollowFindfaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = FakeFindFace::start({});
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = *std::move(started);
    settings_.findface.url = server_->url();
    settings_.findface.user = "admin";
    settings_.findface.password = "admin";
    settings_.findface.uuid = "test";
    settings_.findface.reload_interval = 0.02;
    settings_.detector.model = "vigia_n";
    settings_.detector.workers = 1;
    settings_.delivery.stop_timeout = 0;
    settings_.outbox.path = folder_ / "vigia.db";
    settings_.web.listen = "off";
    settings_.memory.gc_interval = 0.1;
    settings_.defaults.source.source_timeout = 1;
  }
  void TearDown() override {
    if (vigia_) static_cast<void>(vigia_->stop());
    EXPECT_TRUE(server_->violations().empty()) << server_->violations().front();
  }

  void start() {
    auto made = Orchestrator::create(settings_, system_clock());
    ASSERT_TRUE(made.ok()) << made.error().text;
    vigia_ = *std::move(made);
    vigia_->start();
  }
  void set(std::int64_t id, const std::string& name, const std::string& filters = "{}") {
    server_->add_camera(
        {.id = id, .name = name, .comment = kNobody + name, .token = "t", .settings = filters});
  }
  // "gate STARTING, hall REMOVED": STARTING stands for every state of a camera that does not answer.
  [[nodiscard]] std::string rows() const {
    std::string text;
    for (const status::CameraStatus& camera : vigia_->snapshot().cameras) {
      text += (text.empty() ? "" : ", ") + camera.name + (camera.state == "REMOVED" ? " REMOVED" : "");
    }
    return text;
  }
  // Not a measure of time: only a test that fails waits so long.
  template <class Condition>
  static bool eventually(Condition condition) {
    const SteadyTime give_up = system_clock().now() + 60s;
    while (!condition()) {
      if (system_clock().now() > give_up) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
  [[nodiscard]] bool come_to(const std::string& expected) const {
    const bool are = eventually([&] { return rows() == expected; });
    EXPECT_EQ(rows(), expected);
    return are;
  }
  // Waits until so many more lists were fetched and applied.
  void wait_for_lists(int count) {
    const int from = server_->requests("/camera-groups/");
    ASSERT_TRUE(eventually([&] { return server_->requests("/camera-groups/") > from + count; }));
  }

  testing::TempDir folder_;
  std::unique_ptr<FakeFindFace> server_;
  settings::Settings settings_;
  std::unique_ptr<Orchestrator> vigia_;
};

TEST_F(FollowFindfaceTest, CamerasAreAddedChangedAndRemovedWhileItRuns) {
  set(7, "gate");
  start();
  ASSERT_TRUE(come_to("gate"));
  set(8, "hall");
  ASSERT_TRUE(come_to("gate, hall"));
  set(7, "door");
  ASSERT_TRUE(come_to("door, hall"));
  server_->remove_camera(8);
  ASSERT_TRUE(come_to("door, hall REMOVED"));
  set(8, "hall");
  ASSERT_TRUE(come_to("door, hall"));
  const status::CameraListStatus figures = vigia_->snapshot().camera_list;
  EXPECT_EQ(figures.added, 2U);
  EXPECT_EQ(figures.removed, 1U);
  EXPECT_EQ(figures.changed, 1U);
}

TEST_F(FollowFindfaceTest, TheListIsNotAskedForBeforeTheServerWantsIt) {
  set(7, "gate");
  server_->inject("/camera-groups/",
                  {.kind = Fault::Kind::answer, .status = 503, .headers = {{"Retry-After", "2"}}});
  start();
  ASSERT_TRUE(eventually([&] { return server_->requests("/camera-groups/") > 0; }));
  const SteadyTime refused = system_clock().now();
  ASSERT_TRUE(come_to("gate"));
  EXPECT_GE(system_clock().now() - refused, 1900ms) << "by itself it asks again after a second";
}

TEST_F(FollowFindfaceTest, TokenAndFiltersDoNotTouchTheStream) {
  set(7, "gate");
  start();
  ASSERT_TRUE(
      eventually([this] { return vigia_->snapshot().total(&status::CameraStatus::job_starts) == 1; }));
  set(7, "gate", R"({"filter_min_size":80})");
  server_->set_camera_token(7, "another");
  ASSERT_TRUE(eventually([this] { return vigia_->snapshot().camera_list.changed >= 1; }));
  wait_for_lists(2);
  ASSERT_TRUE(come_to("gate"));
  EXPECT_GE(vigia_->snapshot().camera_list.changed, 1U);
  EXPECT_EQ(vigia_->snapshot().camera_list.added, 0U);
}

TEST_F(FollowFindfaceTest, AListThatFailsOrIsEmptyForAMomentRemovesNobody) {
  set(7, "gate");
  start();
  ASSERT_TRUE(come_to("gate"));
  server_->inject("/cameras/", {.kind = Fault::Kind::answer, .body = R"({"next_page":null,"results":[]})"});
  wait_for_lists(3);
  server_->inject("/cameras/", {.kind = Fault::Kind::answer, .body = "<html>"}, 1);
  wait_for_lists(3);
  server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .status = 503}, 2);
  wait_for_lists(4);
  server_->inject("/cameras/", {.kind = Fault::Kind::reset_before_body}, 4);
  wait_for_lists(5);
  ASSERT_TRUE(come_to("gate"));
  EXPECT_EQ(vigia_->snapshot().camera_list.removed, 0U);
  EXPECT_FALSE(vigia_->all_done()) << "more may come";
}

TEST_F(FollowFindfaceTest, AnEmptyListIsWaitedOut) {
  start();
  wait_for_lists(2);
  EXPECT_FALSE(vigia_->all_done());
  set(7, "gate");
  ASSERT_TRUE(come_to("gate"));
  server_->remove_camera(7);
  ASSERT_TRUE(come_to("gate REMOVED"));
  EXPECT_FALSE(vigia_->all_done());
}

TEST_F(FollowFindfaceTest, WithoutAnIntervalTheListIsTakenOnce) {
  settings_.findface.reload_interval = 0;
  set(7, "gate");
  start();
  ASSERT_TRUE(come_to("gate"));
  set(8, "hall");
  EXPECT_EQ(server_->requests("/camera-groups/"), 1);
  ASSERT_TRUE(come_to("gate"));
}

TEST_F(FollowFindfaceTest, ManyComeAndGoAtOnce) {
  start();
  wait_for_lists(1);  // the first is empty
  for (std::int64_t id = 1; id <= 40; ++id) set(id, "camera-" + std::to_string(id));
  ASSERT_TRUE(eventually([this] { return vigia_->snapshot().camera_list.added == 40; }));
  for (std::int64_t id = 1; id <= 40; ++id) server_->remove_camera(id);
  ASSERT_TRUE(eventually([this] { return vigia_->snapshot().camera_list.removed == 40; }));
  EXPECT_EQ(vigia_->snapshot().camera_list.added, 40U);
  EXPECT_EQ(vigia_->snapshot().cameras.size(), 40U) << "each has its row";
}

// The settings name the cameras; FindFace gives their tokens and filters.
TEST_F(FollowFindfaceTest, OfTheSettingsCamerasFiltersAndTokensAreFollowed) {
  settings::CameraSettings camera;
  camera.spec = {
      .name = "lobby", .url = "sim:faces=2&size=1280x720&fps=10&seed=4&seconds=10", .id = 7, .token = ""};
  camera.source.play_speed = 2;
  settings_.cameras.push_back(camera);
  set(7, "the server's name", R"({"filter_min_size":600})");
  set(8, "nobody asked for it");
  start();
  ASSERT_TRUE(
      eventually([this] { return vigia_->snapshot().cameras.at(0).faces_not_posted.contains("too_small"); }));
  EXPECT_EQ(vigia_->snapshot().camera_list.changed, 0U) << "what the first list says is no change";
  set(7, "the server's name");
  ASSERT_TRUE(eventually([this] { return vigia_->snapshot().cameras.at(0).faces_posted > 0; }))
      << "without the filter, and with the server's token";
  EXPECT_EQ(vigia_->snapshot().camera_list.changed, 1U);
  ASSERT_TRUE(come_to("lobby"));
  EXPECT_EQ(vigia_->snapshot().cameras.at(0).job_starts, 1U);
  EXPECT_EQ(server_->events().front().camera, 7);
}

TEST_F(FollowFindfaceTest, ARunOfFilesEndsAlthoughTheListIsFollowed) {
  settings::CameraSettings camera;
  camera.spec = {
      .name = "film", .url = "sim:faces=0&size=320x180&fps=10&seconds=10&cycles=1", .id = 7, .token = ""};
  camera.source.play_speed = -1;
  camera.source.single_pass = true;
  settings_.cameras.push_back(camera);
  start();
  EXPECT_TRUE(eventually([this] { return vigia_->all_done(); }));
}

}  // namespace
}  // namespace vigia::orchestrator
