#include "bench/film.h"

#include <gmock/gmock.h>

#include <fstream>

#include "testing/temp_dir.h"

namespace vigia::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two people: "a" in the first second, "b" in the second.
Film small_film() {
  Film film;
  film.clip.url = "file:a.mp4";
  film.truth.fps = 10;
  film.truth.people = {{"a"}, {"b"}};
  for (int frame = 0; frame < 20; ++frame) {
    film.truth.frames.push_back({{.who = frame < 10 ? 0 : 1, .face = {100, 100, 80, 100}}});
  }
  return film;
}

class PeopleDeliveredTest : public ::testing::Test {
 protected:
  void deliver(const std::string& camera, double at, double left = 100) {
    std::ofstream(folder_ / "events.jsonl", std::ios::app)
        << R"({"camera":")" << camera << R"(","stream_time":)" << at << R"(,"track":7,"face":{"left":)"
        << left << R"(,"top":100,"width":80,"height":100}})"
        << "\n";
  }

  testing::TempDir folder_;
  const Films films_{{small_film()}, "file:empty.mp4", 2};
};

TEST_F(PeopleDeliveredTest, EachBusyCameraHasItsOwnPeople) {
  deliver("cam1", 0.5);
  deliver("cam1", 0.8);
  deliver("cam2", 0.5);
  deliver("cam2", 1.5);
  const auto found = people_delivered(films_, 2, folder_.path());
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->people, 4);
  EXPECT_EQ(found->delivered, 3);
  EXPECT_EQ(found->again, 1);
  EXPECT_EQ(found->nobody, 0);
  EXPECT_THAT(found->lost, ElementsAre("b of cam1"));
  EXPECT_DOUBLE_EQ(found->size, 1);
}

TEST_F(PeopleDeliveredTest, WhatAnIdleCameraDeliversIsNobody) {
  deliver("cam1", 0.5);
  deliver("cam1", 1.5, 600);
  deliver("cam2", 0.5);
  const auto found = people_delivered(films_, 1, folder_.path());
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->people, 2);
  EXPECT_EQ(found->delivered, 1);
  EXPECT_EQ(found->nobody, 2);
}

TEST_F(PeopleDeliveredTest, WithoutAnyDeliveryAllAreLost) {
  const auto found = people_delivered(films_, 1, folder_.path());
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_THAT(found->lost, ElementsAre("a of cam1", "b of cam1"));
}

TEST_F(PeopleDeliveredTest, ALineThatIsNoEventIsAnError) {
  std::ofstream(folder_ / "events.jsonl") << "{\n";
  EXPECT_THAT(people_delivered(films_, 1, folder_.path()).error().text, HasSubstr("events.jsonl"));
}

PipelineBenchOptions options_with(std::vector<std::string> clips, int busy = 0) {
  PipelineBenchOptions options;
  options.people = true;
  options.clips = std::move(clips);
  options.busy = busy;
  return options;
}

TEST(MakeFilmsTest, ASceneIsRecordedWithAllItsPicturesAndPeople) {
  const testing::TempDir folder;
  const std::string scene = "sim:faces=2&size=320x180&fps=10&seconds=10&cycles=1";
  const auto films = make_films(options_with({scene}, 1), 2, folder.path());
  ASSERT_TRUE(films) << films.error().text;
  ASSERT_EQ(films->films.size(), 1U);
  EXPECT_EQ(films->films[0].clip.frames, 100);
  EXPECT_NEAR(films->films[0].clip.fps, 10, 0.01);
  EXPECT_EQ(films->films[0].truth.people.size(), 2U);
  EXPECT_DOUBLE_EQ(films->seconds, 10);
  const auto empty = look_at_clip(films->empty);
  ASSERT_TRUE(empty) << empty.error().text;
  EXPECT_EQ(empty->size, (domain::Size{320, 180}));
}

TEST(MakeFilmsTest, WhatIsMissingIsSaid) {
  const testing::TempDir folder;
  const auto why = [&](const PipelineBenchOptions& options) {
    const auto films = make_films(options, 4, folder.path());
    return films ? "" : films.error().text;
  };
  EXPECT_THAT(why(options_with({"sim:faces=2"})), HasSubstr("it needs an end"));
  EXPECT_THAT(why(options_with({folder / "none.mp4"})), HasSubstr("none.mp4"));
  PipelineBenchOptions wrong_idle = options_with({"sim:faces=0&size=320x180&fps=10&seconds=10&cycles=1"}, 1);
  wrong_idle.idle = "nowhere.mp4";
  EXPECT_THAT(why(wrong_idle), HasSubstr("nowhere.mp4"));
}

}  // namespace
}  // namespace vigia::bench
