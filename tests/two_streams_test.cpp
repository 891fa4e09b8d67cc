// A camera with two streams: people are found in the small one, and their best shots come from the main one.
// A painted scene, whose people are known, is served over RTSP in two sizes, coded apart.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "camera/av_handles.h"
#include "sim/sim_source.h"
#include "testing/jpeg_header.h"
#include "testing/rtsp_relay.h"
#include "testing/rtsp_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::RtspServer;

class TwoStreamsTest : public VigiaProgram {
 protected:
  static constexpr const char* kScene = "sim:faces=3&size=1280x720&fps=15&seconds=14&seed=4&cycles=1";

  static void SetUpTestSuite() {
    films_ = std::make_unique<testing::TempDir>();
    auto source = sim::open_sim(kScene);
    ASSERT_TRUE(source.ok()) << source.error().text;
    std::ofstream film(film_file("film.h264"), std::ios::binary);
    const AVCodecParameters& codec = (*source)->codec();
    film.write(reinterpret_cast<const char*>(codec.extradata), codec.extradata_size);
    const camera::AvHandle<AVPacket> packet(av_packet_alloc());
    while ((*source)->read(*packet, {})) {
      film.write(reinterpret_cast<const char*>(packet->data), packet->size);
      av_packet_unref(packet.get());
    }
    film.close();
    code("main.mp4", "null");
    code("small.mp4", "scale=640:360");
    code("turned.mp4", "hflip,scale=640:360");
    code("cropped.mp4", "crop=960:720,scale=480:360");
  }
  static void TearDownTestSuite() { films_.reset(); }
  void SetUp() override { use_yunet(); }

  static std::string film_file(const std::string& name) { return *films_ / name; }
  static void code(const std::string& name, const std::string& filter) {
    const std::string command =
        "ffmpeg -v error -nostdin -y -f h264 -r 15 -i '" + film_file("film.h264") + "' -vf " + filter +
        " -c:v libx264 -preset veryfast -bf 0 -g 30 -pix_fmt yuv420p '" + film_file(name) + "' </dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static std::unique_ptr<RtspServer> serve(const std::string& small = "small.mp4") {
    auto server = RtspServer::start(
        {.port = 0, .streams = {{"main", film_file("main.mp4")}, {"small", film_file(small)}}});
    EXPECT_TRUE(server.ok());
    return *std::move(server);
  }
  // Runs until the small stream has ended. main_port: 0: the server's.
  testing::Finished watch(const RtspServer& server, const std::string& main = "main", int main_port = 0) {
    const auto at = [](int port) { return "rtsp://127.0.0.1:" + std::to_string(port) + "/"; };
    write("vigia.yaml", "cameras:\n  - {name: gate, url: \"" +
                            at(main_port != 0 ? main_port : server.port()) + main + "\", detect_url: \"" +
                            at(server.port()) +
                            "small\", rtsp_reconnect_delay: 30}\ndelivery: {directory: faces}\n");
    testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
    EXPECT_TRUE(program.wait_for_text("/small has ended")) << program.err();
    program.signal(SIGINT);
    return program.wait();
  }
  [[nodiscard]] nlohmann::json main_stream() const { return summary().at("cameras").at(0).at("main_stream"); }

  static std::unique_ptr<testing::TempDir> films_;
};

std::unique_ptr<testing::TempDir> TwoStreamsTest::films_;

TEST_F(TwoStreamsTest, EverybodyIsPostedOnceInTheMainStreamsSize) {
  const auto server = serve();
  const auto finished = watch(*server);
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  const auto times = times_posted("gate", kScene);
  EXPECT_EQ(times, (std::map<std::int64_t, int>{{0, 1}, {1, 1}, {2, 1}})) << finished.err;
  for (const auto& event : events()) {
    std::ifstream file(folder() / "faces" / event.at("file").get<std::string>(), std::ios::binary);
    const std::string jpeg{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(testing::jpeg_size(jpeg), (domain::Size{1280, 720}));
  }
  EXPECT_GE(main_stream().at("shots_taken"), 3);
  EXPECT_EQ(main_stream().at("shots_from_detect_url"), nlohmann::json::object());
  EXPECT_LT(main_stream().at("pictures_decoded"), main_stream().at("packets").get<int>() * 3);
  expect_every_track_accounted_for(summary());
}

TEST_F(TwoStreamsTest, AMainStreamWhoseClockIsWrongByAnHourIsFoundByItsPictures) {
  const auto server = serve();
  const testing::RtspRelay relay(server->port(), {.clock_ahead = 1h});
  const auto finished = watch(*server, "main", relay.port());
  EXPECT_EQ(times_posted("gate", kScene), (std::map<std::int64_t, int>{{0, 1}, {1, 1}, {2, 1}}))
      << finished.err;
  EXPECT_GE(main_stream().at("shots_taken"), 3) << main_stream().dump();
  EXPECT_EQ(main_stream().at("shots_from_detect_url"), nlohmann::json::object());
}

TEST_F(TwoStreamsTest, AMainStreamThatIsTwoSecondsLateIsWaitedFor) {
  const auto server = serve();
  const testing::RtspRelay relay(server->port(), {.late = 2s});
  const auto finished = watch(*server, "main", relay.port());
  EXPECT_EQ(times_posted("gate", kScene), (std::map<std::int64_t, int>{{0, 1}, {1, 1}, {2, 1}}))
      << finished.err;
  EXPECT_GE(main_stream().at("shots_taken"), 2) << main_stream().dump();
}

TEST_F(TwoStreamsTest, WithoutTheMainStreamPeopleArePostedFromTheSmallOne) {
  const auto server = serve();
  environment_["VIGIA_DEFAULTS_FILTER_MIN_SIZE"] = "25";
  const auto finished = watch(*server, "nothing");
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_GE(events().size(), 3U) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("best shots come from detect_url: its main stream is not connected"));
  EXPECT_GE(main_stream().at("shots_from_detect_url").at("away"), 3);
  EXPECT_EQ(main_stream().at("shots_taken"), 0);
}

TEST_F(TwoStreamsTest, AnotherViewIsSaidAndNotPosted) {
  const auto server = serve("turned.mp4");
  environment_["VIGIA_DEFAULTS_FILTER_MIN_SIZE"] = "25";
  const auto finished = watch(*server);
  EXPECT_THAT(finished.err, HasSubstr("the two streams show different views"));
  EXPECT_GE(events().size(), 3U) << finished.err;
  EXPECT_EQ(main_stream().at("shots_taken"), 0);
}

TEST_F(TwoStreamsTest, AMainStreamOfAnotherAspectRatioIsAnotherView) {
  const auto server = serve("cropped.mp4");
  environment_["VIGIA_DEFAULTS_FILTER_MIN_SIZE"] = "25";
  const auto finished = watch(*server);
  EXPECT_THAT(finished.err, HasSubstr("the two streams show different views"));
  EXPECT_GE(events().size(), 2U) << finished.err;
  EXPECT_EQ(main_stream().at("shots_taken"), 0) << main_stream().dump();
}

TEST_F(TwoStreamsTest, CheckLooksAtBoth) {
  const auto server = serve();
  const std::string at = "rtsp://127.0.0.1:" + std::to_string(server->port()) + "/";
  write("vigia.yaml",
        "cameras:\n  - {name: gate, url: \"" + at + "main\", detect_url: \"" + at + "small\"}\n");
  const auto finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_THAT(finished.out, HasSubstr("ok    camera gate detect_url: 640x360"));
  EXPECT_THAT(finished.out,
              HasSubstr("ok    camera gate main stream: 1280x720, shows what detect_url shows"));
}

}  // namespace
}  // namespace vigia::tests
