// For whole-program tests: the built vigia in a folder of its own, isolated from the user's configuration (no
// model, no FindFace) unless the test gives it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/scene.h"
#include "sim/sim_url.h"
#include "testing/data.h"
#include "testing/fake_findface.h"
#include "testing/program.h"
#include "testing/temp_dir.h"

namespace vigia::tests {

class VigiaProgram : public ::testing::Test {
 protected:
  testing::Program::Start vigia(std::vector<std::string> arguments) const {
    return {VIGIA_PROGRAM, std::move(arguments), environment_, folder()};
  }
  testing::Finished run(std::vector<std::string> arguments) {
    return run_program(vigia(std::move(arguments)));
  }

  // Uses YuNet if VIGIA_DATA has it, else the built-in detector.
  void use_yunet() {
    if (!testing::data_folder().empty()) environment_["VIGIA_MODEL_DIR"] = data("models");
  }
  // The server knows the camera `gate` then.
  static void add_gate(testing::FakeFindFace& server) {
    server.add_camera({.id = 7, .name = "gate", .comment = "rtsp://127.0.0.1:1/gate", .token = "gate-token"});
  }
  // Logs in to that server.
  void use_findface(const testing::FakeFindFace& server) {
    environment_.insert({{"FINDFACE_URL", server.url()},
                         {"FINDFACE_USER", "admin"},
                         {"FINDFACE_PASSWORD", "admin"},
                         {"FINDFACE_UUID", "test"}});
  }
  // Makes a clip of a moving test picture without people: four seconds of H.264.
  static void make_clip(const std::string& file) {
    const std::string command =
        "ffmpeg -v error -nostdin -f lavfi -i testsrc2=size=640x360:rate=25 -t 4 -c:v libx264 -preset "
        "ultrafast "
        "-tune zerolatency -g 25 -bf 0 -pix_fmt yuv420p " +
        file + " </dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static std::string data(const std::string& file) { return testing::data_folder() / file; }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder() / name) << text;
  }
  // Settings with a token in them: only their owner may read them.
  void write_settings(const std::string& text) const {
    write("vigia.yaml", text);
    std::filesystem::permissions(folder() / "vigia.yaml",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  [[nodiscard]] nlohmann::json summary() const {
    std::ifstream in(folder() / "summary.json");
    return nlohmann::json::parse(in, nullptr, false);
  }
  // The events that the directory courier wrote.
  [[nodiscard]] std::vector<nlohmann::json> events() const {
    std::vector<nlohmann::json> events;
    std::ifstream in(folder() / "faces" / "events.jsonl");
    for (std::string line; std::getline(in, line);) events.push_back(nlohmann::json::parse(line));
    return events;
  }

  // How often each person of the scene is among the events of that camera; -1: nobody was there.
  [[nodiscard]] std::map<std::int64_t, int> times_posted(const std::string& camera,
                                                         const std::string& url) const {
    const auto options = sim::parse_sim_url(url);
    const auto scene = sim::Scene::make(*options);
    std::map<std::int64_t, int> times;
    for (const auto& event : events()) {
      if (event.at("camera") != camera) continue;
      const auto& face = event.at("face");
      const domain::Box box{face.at("left"), face.at("top"), face.at("width"), face.at("height")};
      const auto at = from_seconds(event.at("stream_time").get<double>());
      ++times[scene->person_at(at, box).value_or(-1)];
    }
    return times;
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  testing::TempDir folder_;
  std::map<std::string, std::string> environment_ = {{"HOME", folder_.path().string()}};
};

// Every closed track has exactly one outcome.
inline void expect_every_track_accounted_for(const nlohmann::json& summary) {
  std::uint64_t outcomes = summary.at("faces_posted").get<std::uint64_t>() +
                           summary.at("faces_pending").get<std::uint64_t>() +
                           summary.at("faces_failed").get<std::uint64_t>();
  for (const auto& camera : summary.at("cameras")) {
    for (const auto& [reason, count] : camera.at("faces_not_posted").items()) {
      outcomes += count.get<std::uint64_t>();
    }
  }
  EXPECT_EQ(summary.at("tracks_closed").get<std::uint64_t>(), outcomes) << summary.dump(1);
}

}  // namespace vigia::tests
