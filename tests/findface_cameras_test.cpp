// FindFace's cameras change while `vigia run` runs: a FindFace server and an RTSP server on loopback.
#include <csignal>

#include "testing/fake_findface.h"
#include "testing/rtsp_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::FakeFindFace;
using testing::RtspServer;

class FindfaceCamerasTest : public VigiaProgram {
 protected:
  void SetUp() override {
    const std::string clip = folder_ / "clip.mp4";
    make_clip(clip);
    auto video = RtspServer::start({.streams = {{"one", clip}, {"two", clip}},
                                    .loop = true,
                                    .user = "admin",
                                    .password = "rtsp-secret"});
    ASSERT_TRUE(video.ok());
    video_ = *std::move(video);
    auto started = FakeFindFace::start({});
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    use_findface(*server_);
  }
  void set(std::int64_t id, const std::string& name, const std::string& stream,
           const std::string& filters = "{}") {
    server_->add_camera(
        {.id = id,
         .name = name,
         .comment = "rtsp://admin:rtsp-secret@127.0.0.1:" + std::to_string(video_->port()) + "/" + stream,
         .token = "token-secret",
         .settings = filters});
  }
  // The camera's row in the summary.
  [[nodiscard]] nlohmann::json row(const std::string& name) const {
    const auto all = summary();
    for (const auto& camera : all.at("cameras")) {
      if (camera.at("name") == name) return camera;
    }
    return {};
  }

  std::unique_ptr<RtspServer> video_;
  std::unique_ptr<FakeFindFace> server_;
};

TEST_F(FindfaceCamerasTest, AreAddedChangedAndRemovedWithoutARestart) {
  set(7, "gate", "one");
  write("vigia.yaml",
        "delivery: {findface: {reload_interval: 0.2}}\nmemory: {gc_interval: 0.2}\n"
        "defaults: {disable_drops: true}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
  ASSERT_TRUE(program.wait_for_text("camera 'gate': 640x360")) << program.err();
  set(8, "hall", "two");
  ASSERT_TRUE(program.wait_for_text("camera 'hall' (id 8) added: rtsp://***@127.0.0.1")) << program.err();
  ASSERT_TRUE(program.wait_for_text("camera 'hall': 640x360")) << program.err();
  set(7, "gate", "one", R"({"filter_min_size":80,"roi":[0,0,640,360]})");
  ASSERT_TRUE(
      program.wait_for_text("camera 'gate' (id 7) changed: filters (filter_min_size 80, roi 640x360+0+0)"))
      << program.err();
  set(7, "door", "two", R"({"filter_min_size":80,"roi":[0,0,640,360]})");
  ASSERT_TRUE(program.wait_for_text("camera 'door' (id 7) changed: name (it was 'gate'), address"))
      << program.err();
  ASSERT_TRUE(program.wait_for_text("camera 'door': 640x360")) << program.err();
  server_->remove_camera(8);
  ASSERT_TRUE(program.wait_for_text("camera 'hall' (id 8) removed")) << program.err();
  program.signal(SIGINT);
  const auto finished = program.wait();
  EXPECT_EQ(finished.exit_status, 0) << finished.err;

  const std::string said = "defaults.disable_drops has no effect on live cameras";
  ASSERT_NE(finished.err.find(said), std::string::npos) << finished.err;
  EXPECT_EQ(finished.err.find(said, finished.err.find(said) + 1), std::string::npos) << "once";
  EXPECT_EQ(summary()["cameras"].size(), 2U);
  EXPECT_EQ(row("door")["state"], "INPROGRESS");
  EXPECT_EQ(row("door")["job_starts"], 2) << "once for each address, and not for the filters";
  EXPECT_EQ(row("hall")["state"], "REMOVED");
  EXPECT_GT(row("hall")["frames_decoded"], 0);
  EXPECT_EQ(summary()["cameras_added"], 1);
  EXPECT_EQ(summary()["cameras_changed"], 2);
  EXPECT_EQ(summary()["cameras_removed"], 1);
  const nlohmann::json now = summary();
  for (const auto& use : now.at("memory").at("owners"))
    EXPECT_NE(use["owner"], "gate") << "it is called door";
  EXPECT_TRUE(server_->violations().empty()) << server_->violations().front();
  EXPECT_EQ((finished.out + finished.err + summary().dump()).find("secret"), std::string::npos)
      << finished.err;
}

}  // namespace
}  // namespace vigia::tests
