// 'vigia bench people' as a user starts it: everybody of a film or a painted scene is delivered, and people
// who are not are named. The scene's script identifies the people.
#include <gmock/gmock.h>

#include <fstream>

#include "soak/loop.h"
#include "soak/ts_stream.h"
#include "vigia_program.h"

namespace vigia::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PeopleBenchTest : public VigiaProgram {
 protected:
  // The figures of its only film.
  json film(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"bench", "people"});
    arguments.insert(arguments.end(), {"--json", "people.json"});
    const auto done = run(arguments);
    EXPECT_EQ(done.exit_status, 0) << done.err;
    std::ifstream in(folder() / "people.json");
    const json all = json::parse(in, nullptr, false);
    if (!all.is_object() || all.at("films").size() != 1) return json::object();
    return all.at("films").at(0);
  }
};

void expect_everybody(const json& film, int people) {
  ASSERT_TRUE(film.contains("delivery"));
  const json& delivery = film.at("delivery");
  EXPECT_GE(delivery.at("people"), people);
  EXPECT_EQ(delivery.at("lost"), json::array()) << film.dump(1);
  EXPECT_EQ(delivery.at("false"), 0) << film.dump(1);
}

class SceneTest : public PeopleBenchTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(SceneTest, LosesNobody) {
  use_yunet();  // where it is there; else with the built-in detector
  expect_everybody(film({"--sim", GetParam(), "--people", "3", "--fps", "10"}), 3);
}

INSTANTIATE_TEST_SUITE_P(PeopleBenchTest, SceneTest,
                         ::testing::Values("plain", "turnstile", "crossing", "queue", "sitting", "posters",
                                           "pillar", "crowd", "approach", "walk", "behind"),
                         [](const auto& scene) { return std::string(scene.param); });

TEST_F(PeopleBenchTest, AtTwoFramesASecondNobodyIsLostEither) {
  use_yunet();
  expect_everybody(film({"--sim", "walk", "--people", "5", "--fps", "2"}), 5);
}

// A scene as a file, with its script's truth beside it.
TEST_F(PeopleBenchTest, AFilmIsComparedWithTheFileBesideIt) {
  const std::string url = "sim:faces=2&size=640x480&fps=10&seconds=10";
  const auto loop = soak::record_scene(url, 10);
  ASSERT_TRUE(loop) << loop.error().text;
  auto stream = soak::TsStream::start(*loop, {});
  ASSERT_TRUE(stream) << stream.error().text;
  std::ofstream film_file(folder() / "hall.ts", std::ios::binary);
  while ((*stream)->due() < from_seconds(9.95)) {
    const auto bytes = (*stream)->next();
    ASSERT_TRUE(bytes);
    film_file << *bytes;
  }
  film_file.close();
  const auto scene = sim::Scene::make(*sim::parse_sim_url(url));
  json truth = {{"fps", 10}, {"size", {640, 480}}, {"people", {{"absent", json::array()}}}};
  for (int frame = 0; frame < 100; ++frame) {
    for (const auto& person : scene->people_at(from_seconds(frame / 10.0))) {
      const auto& face = person.face;
      truth["people"]["p" + std::to_string(person.number)].push_back(
          {frame / 10.0, face.left, face.top, face.width, face.height, person.hidden() ? 0 : 1});
    }
  }
  write("hall.json", truth.dump());
  const json hall = film(
      {"--films", ".", "--set", "defaults.filter_min_size=30", "--set", "defaults.filter_min_quality=0"});
  ASSERT_TRUE(hall.contains("delivery"));
  EXPECT_EQ(hall.at("name"), "hall");
  EXPECT_EQ(hall.at("frames"), 100);
  EXPECT_EQ(hall.at("delivery").at("people"), 3);
  EXPECT_THAT(hall.at("delivery").at("lost"), ElementsAre("absent"));
}

TEST_F(PeopleBenchTest, FacesWithoutPicturesAreJoinedAlone) {
  std::string faces = "40\n";
  for (int i = 0; i < 40; ++i) {
    faces += std::to_string(i) + " 2 3 " + std::to_string(100 + 4 * i) + " 100 60 80 1 0.9 8 " +
             std::to_string(900 - 4 * i) + " 700 60 80 1 0.9\n";
  }
  write("two.txt", faces);
  const json two = film({"--tracks", "two.txt", "--fps", "20"});
  ASSERT_TRUE(two.contains("joining"));
  EXPECT_FALSE(two.contains("delivery"));
  EXPECT_EQ(two.at("joining").at("people"), 2);
  EXPECT_EQ(two.at("joining").at("idf1"), 1.0);
  EXPECT_EQ(two.at("joining").at("merges"), 0);
}

TEST_F(PeopleBenchTest, WhatIsNotThereIsSaid) {
  EXPECT_THAT(run({"bench", "people"}).err, HasSubstr("vigia: nothing to look at: --films"));
  EXPECT_THAT(run({"bench", "people", "--films", "nowhere"}).err, HasSubstr("there is no such film"));
  EXPECT_THAT(run({"bench", "people", "--sim", "riot"}).err,
              HasSubstr("sim: scene=riot: one of plain, turnstile"));
  EXPECT_THAT(run({"bench", "people", "--tracks", "none.txt"}).err, HasSubstr("none.txt"));
}

}  // namespace
}  // namespace vigia::tests
