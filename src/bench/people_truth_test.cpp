#include "bench/people_truth.h"

#include <gmock/gmock.h>

#include <fstream>

#include "bench/people_scene.h"
#include "testing/temp_dir.h"

namespace vigia::bench {
namespace {

using ::testing::HasSubstr;

class PeopleTruthTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
    return folder_.path() / name;
  }
  testing::TempDir folder_;
};

TEST_F(PeopleTruthTest, AFilmSaysWhoIsWhereFrameByFrame) {
  const auto truth = read_film_truth(write("a.json", R"({"fps": 25, "size": [1280, 720], "posters": ["wall"],
    "people": {"zoe": [[0.04, 10.5, 20, 80, 100, 1], [0.08, 12, 20, 80, 100, 0]],
               "wall": [[0.08, 600, 20, 80, 100, 1]]}})"));
  ASSERT_TRUE(truth) << truth.error().text;
  EXPECT_EQ(truth->fps, 25);
  EXPECT_EQ(truth->size, (domain::Size{1280, 720}));
  ASSERT_EQ(truth->people.size(), 2U);
  EXPECT_EQ(truth->people[0].name, "zoe");
  EXPECT_FALSE(truth->people[0].picture);
  EXPECT_TRUE(truth->people[1].picture);
  ASSERT_EQ(truth->frames.size(), 3U);
  EXPECT_TRUE(truth->frames[0].empty());
  EXPECT_EQ(truth->frames[1].at(0).face.left, 10.5F);
  EXPECT_FALSE(truth->frames[2].at(0).visible);
  EXPECT_EQ(truth->who_is(1, {20, 30, 70, 80}), 0);
  EXPECT_EQ(truth->who_is(2, {610, 30, 70, 80}), 1);
  EXPECT_EQ(truth->who_is(2, {300, 30, 70, 80}), std::nullopt);
  EXPECT_EQ(truth->who_is(9, {20, 30, 70, 80}), std::nullopt);
  EXPECT_EQ(truth->frame_at(from_seconds(0.0799)), 2U);
}

TEST_F(PeopleTruthTest, OfTwoFacesTheOneThatIsCoveredMostIsMeant) {
  Truth truth{.fps = 1, .size = {}, .people = {{"a"}, {"b"}}, .frames = {}};
  truth.frames = {{{.who = 0, .face = {0, 0, 100, 100}}, {.who = 1, .face = {60, 0, 100, 100}}}};
  EXPECT_EQ(truth.who_is(0, {40, 0, 100, 100}), 1);
  EXPECT_EQ(truth.who_is(0, {10, 0, 100, 100}), 0);
  EXPECT_EQ(truth.who_is(0, {-75, 0, 100, 100}), std::nullopt) << "a quarter of it is too little";
  const std::vector<domain::Detection> found{{.box = {-20, 0, 100, 100}},
                                             {.box = {0, 0, 90, 90}},
                                             {.box = {2, 0, 90, 90}},
                                             {.box = {70, 0, 100, 100}}};
  std::vector<std::optional<int>> who;
  truth.who_are(0, found, who);
  EXPECT_THAT(who, ::testing::ElementsAre(std::nullopt, 0, std::nullopt, 1)) << "nobody has two faces";
}

TEST_F(PeopleTruthTest, FacesWithoutPicturesKeepTheirIdentities) {
  const auto truth = read_faces(write("faces.txt",
                                      "3\n0 0\n1 2 7 10 20 30 40 1 0.9 5 100 20 30 40 0 0.5\n"
                                      "2 1 5 110 20 30 40 1 0.75\n"),
                                30);
  ASSERT_TRUE(truth) << truth.error().text;
  ASSERT_EQ(truth->frames.size(), 3U);
  EXPECT_EQ(truth->people.at(0).name, "7");
  EXPECT_EQ(truth->frames[1].at(1).who, 1);
  EXPECT_EQ(truth->frames[2].at(0).who, 1);
  EXPECT_EQ(truth->frames[2].at(0).face.left, 110);
  EXPECT_FLOAT_EQ(truth->frames[2].at(0).score, 0.75F);
}

TEST_F(PeopleTruthTest, WhatIsWrongWithAFileIsSaid) {
  const auto why = [](const auto& truth) { return truth ? std::string() : truth.error().text; };
  EXPECT_THAT(why(read_film_truth(folder_.path() / "none.json")), HasSubstr("none.json"));
  EXPECT_THAT(why(read_film_truth(write("b.json", "{"))),
              HasSubstr("b.json: it does not say who is in the film"));
  EXPECT_THAT(why(read_film_truth(write("c.json", R"({"fps": 0, "size": [1, 1], "people": {}})"))),
              HasSubstr("fps is not above 0"));
  EXPECT_THAT(
      why(read_film_truth(write("d.json", R"({"fps": 5, "size": [1, 1], "people": {"0": [[1, 2]]}})"))),
      HasSubstr("d.json: it does not say"));
  EXPECT_THAT(why(read_faces(write("e.txt", "many\n"), 25)), HasSubstr("the number of frames"));
  EXPECT_THAT(why(read_faces(write("f.txt", "1\n0 2 7 10 20 30 40 1 0.9\n"), 25)),
              HasSubstr("f.txt: line 2"));
}

TEST_F(PeopleTruthTest, ASceneKnowsItsPeopleAndItsPosters) {
  const auto url = scene_url("posters", 6, 5, 3);
  ASSERT_TRUE(url) << url.error().text;
  const auto truth = scene_truth(*url);
  ASSERT_TRUE(truth) << truth.error().text;
  int people = 0, posters = 0;
  for (const Somebody& one : truth->people) ++(one.picture ? posters : people);
  EXPECT_GE(people, 6);
  EXPECT_GT(posters, 0);
  EXPECT_EQ(truth->fps, 5);
  EXPECT_THAT(scene_url("nowhere", 6, 5, 3).error().text, HasSubstr("scene=nowhere"));
}

}  // namespace
}  // namespace vigia::bench
