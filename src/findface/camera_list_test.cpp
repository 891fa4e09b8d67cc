#include "findface/camera_list.h"

#include <fmt/format.h>

#include "findface/findface_test_support.h"

namespace vigia::findface {
namespace {

using testing::CursorForm;
using ::testing::ElementsAre;
using testing::FakeFindFaceOptions;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CameraListTest : public FindfaceTest {
 protected:
  std::vector<std::string> names(const std::string& prefix) {
    auto fetched = fetch_cameras(*session_, prefix, {});
    EXPECT_TRUE(fetched.ok()) << fetched.error().text;
    list_ = fetched.ok() ? std::move(*fetched) : CameraList{};
    std::vector<std::string> all;
    for (const FindfaceCamera& camera : list_.cameras) all.push_back(camera.spec.name);
    return all;
  }
  CameraList list_;
};

TEST_F(CameraListTest, TakesTheCamerasOfTheGroupsWithThePrefixInAnyCase) {
  start();
  server_->add_group({.id = -1, .name = "teste archive", .active = true});
  server_->add_group({.id = 2, .name = "TESTE 1", .active = true});
  server_->add_camera(
      {.id = 20, .group = 2, .name = "hall", .comment = " \tRTSPS://u:p@h/2 \n", .token = "t20"});
  server_->add_camera({.id = 21, .group = -1, .name = "yard", .comment = "rtsp://h/3", .token = "t21"});
  EXPECT_THAT(names("Teste"), ElementsAre("hall", "yard"));
  EXPECT_EQ(list_.cameras[0].spec,
            (domain::CameraSpec{.name = "hall", .url = "RTSPS://u:p@h/2", .id = 20, .token = "t20"}));
  EXPECT_THAT(list_.notes, IsEmpty());
  EXPECT_THAT(names(""), ElementsAre("gate", "hall", "yard"));
}

class PagingTest : public CameraListTest, public ::testing::WithParamInterface<CursorForm> {};

TEST_P(PagingTest, ReadsAllPages) {
  FakeFindFaceOptions options;
  options.cursor_form = GetParam();
  start(std::move(options));
  for (int i = 100; i < 110; ++i) {
    server_->add_camera({.id = i, .name = fmt::format("c{}", i), .comment = "rtsp://h/x", .token = "t"});
  }
  EXPECT_EQ(names("").size(), 11U);
  EXPECT_EQ(server_->requests("/cameras/"), 4);
}

INSTANTIATE_TEST_SUITE_P(Cursor, PagingTest,
                         ::testing::Values(CursorForm::plain, CursorForm::uri, CursorForm::query,
                                           CursorForm::path));

TEST_F(CameraListTest, ACursorThatRepeatsEndsTheList) {
  FakeFindFaceOptions options;
  options.cursor_form = CursorForm::repeating;
  start(std::move(options));
  for (int i = 100; i < 110; ++i) {
    server_->add_camera({.id = i, .name = fmt::format("c{}", i), .comment = "rtsp://h/x", .token = "t"});
  }
  EXPECT_EQ(names("").size(), 3U);
  EXPECT_EQ(server_->requests("/cameras/"), 2);
  EXPECT_FALSE(list_.is_whole);
}

TEST_F(CameraListTest, AppliesTheFiltersItselfWhenTheServerDoesNot) {
  FakeFindFaceOptions options;
  options.ignores_filters = true;
  start(std::move(options));
  server_->add_group({.id = 2, .name = "TESTE 1", .active = true});
  server_->add_group({.id = 3, .name = "TESTE 2", .active = true});
  server_->add_camera({.id = 20, .group = 2, .name = "a", .comment = "rtsp://h/2", .token = "t"});
  server_->add_camera({.id = 30, .group = 3, .name = "b", .comment = "rtsp://h/3", .token = "t"});
  server_->add_camera(
      {.id = 31, .group = 3, .name = "off", .comment = "rtsp://h/4", .token = "t", .active = false});
  EXPECT_THAT(names("teste"), ElementsAre("a", "b"));
  EXPECT_THAT(list_.notes, ElementsAre("camera 'off' (id 31) is switched off in FindFace"));
}

TEST_F(CameraListTest, TellsWhatItLeavesOutAndWhy) {
  start();
  server_->add_group({.id = 2, .name = "TESTE off", .active = false});
  server_->add_camera({.id = 8, .name = "note", .comment = "http://admin:pass-word-secret@h/", .token = "t"});
  server_->add_camera({.id = 9, .name = "blank", .comment = "", .token = "t"});
  EXPECT_THAT(names(""), ElementsAre("gate"));
  ASSERT_EQ(list_.notes.size(), 3U);
  EXPECT_EQ(list_.notes[0], "group 'TESTE off' is switched off in FindFace: its cameras are left out");
  EXPECT_THAT(list_.notes[1],
              HasSubstr("camera 'note' (id 8) has no rtsp:// or rtsps:// address in its comment"));
  EXPECT_THAT(list_.notes[1], ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(list_.notes[2], HasSubstr("blank"));
}

TEST_F(CameraListTest, NamesTheGroupsThatThereAreWhenNoneFits) {
  start();
  EXPECT_THAT(names("nope"), IsEmpty());
  EXPECT_THAT(list_.notes, ElementsAre(HasSubstr("no camera group begins with 'nope'")));
  EXPECT_THAT(list_.notes.front(), HasSubstr("Default Camera Group"));
}

TEST_F(CameraListTest, EqualNamesAreToldApartByTheirNumber) {
  start();
  server_->add_camera({.id = 9, .name = "gate", .comment = "rtsp://h/2", .token = "t"});
  server_->add_camera({.id = 10, .name = "gate #9", .comment = "rtsp://h/2", .token = "t"});
  server_->add_camera({.id = 11, .name = "", .comment = "rtsp://h/2", .token = "t"});
  EXPECT_THAT(names(""), ElementsAre("gate #7", "gate #9'", "gate #9", "camera 11"));
}

TEST_F(CameraListTest, LineBreaksInNamesAndAddressesDoNotReachTheLog) {
  start();
  server_->add_camera({.id = 7,
                       .name = "gate\n[error] all is lost\t\x7f",
                       .comment = "rtsp://h/1\r\n[error] indeed",
                       .token = "t"});
  EXPECT_THAT(names(""), ElementsAre("gate [error] all is lost  "));
  EXPECT_EQ(list_.cameras[0].spec.url, "rtsp://h/1  [error] indeed");
  const std::string long_name(250, 'n');  // not cut: it is the camera's name everywhere
  server_->add_camera({.id = 7, .name = long_name, .comment = "rtsp://h/1", .token = "t"});
  EXPECT_THAT(names(""), ElementsAre(long_name));
}

TEST_F(CameraListTest, LoginOnceMoreAfterA401) {
  start();
  ASSERT_THAT(names(""), ElementsAre("gate"));
  server_->forget_tokens();
  EXPECT_THAT(names(""), ElementsAre("gate"));
}

TEST_F(CameraListTest, AServerThatFailsOrAnswersNonsenseIsAnError) {
  start();
  server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .status = 502, .body = "<html>"});
  EXPECT_THAT(fetch_cameras(*session_, "", {}).error().text, HasSubstr("/camera-groups/: status 502"));
  server_->inject("/cameras/", {.kind = Fault::Kind::answer, .body = "<html>"});
  EXPECT_THAT(fetch_cameras(*session_, "", {}).error().text, HasSubstr("is this a FindFace server?"));
  server_->inject("/cameras/", {.kind = Fault::Kind::reset_before_body}, 2);
  EXPECT_EQ(fetch_cameras(*session_, "", {}).error().code, ErrorCode::unavailable);
}

TEST_F(CameraListTest, GivesTheTokenOfOneCamera) {
  start();
  EXPECT_EQ(*fetch_camera_token(*session_, 7, {}), kCameraToken);
  EXPECT_EQ(*fetch_camera_token(*session_, 8, {}), "");
}

TEST_F(CameraListTest, ReadsTheFiltersOfEachCamera) {
  start();
  server_->add_camera({.id = 8,
                       .name = "hall",
                       .comment = "rtsp://h/2",
                       .token = "t",
                       .settings = R"({"filter_min_size":80,"roi":[0,0,640,360]})"});
  server_->add_camera({.id = 9,
                       .name = "yard",
                       .comment = "rtsp://h/3",
                       .token = "t",
                       .settings = R"({"filter_min_size":80,"roi":"upper half"})"});
  EXPECT_THAT(names(""), ElementsAre("gate", "hall", "yard"));
  EXPECT_EQ(list_.cameras[0].filters, DetectorFilters{});
  EXPECT_EQ(to_text(list_.cameras[1].filters), "filter_min_size 80, roi 640x360+0+0");
  EXPECT_EQ(to_text(list_.cameras[2].filters), "filter_min_size 80");
  EXPECT_THAT(list_.notes, ElementsAre(HasSubstr("camera 'yard' (id 9): FindFace's "
                                                 "external_detector_settings are not understood and not "
                                                 "applied: roi")));
}

TEST_F(CameraListTest, FetchesCamerasByTheirNumbersWhereverTheyAre) {
  start();
  server_->add_group({.id = 2, .name = "other"});
  std::vector<std::int64_t> ids{7, 999};
  for (int i = 100; i < 160; ++i) {
    server_->add_camera({.id = i,
                         .group = 2,
                         .name = fmt::format("c{}", i),
                         .token = "t",
                         .settings = R"({"filter_min_size":90})",
                         .active = i % 2 == 0});
    ids.push_back(i);
  }
  const auto fetched = fetch_cameras_by_id(*session_, ids, {});
  ASSERT_TRUE(fetched.ok()) << fetched.error().text;
  ASSERT_EQ(fetched->cameras.size(), 61U) << "all but 999, which nobody has";
  EXPECT_TRUE(fetched->is_whole);
  EXPECT_EQ(fetched->cameras[0].spec.token, kCameraToken);
  EXPECT_EQ(fetched->cameras[60].filters.min_size, 90);
}

TEST_F(CameraListTest, AListOfWhichPartCannotBeReadIsNotWhole) {
  start();
  EXPECT_THAT(names(""), ElementsAre("gate"));
  EXPECT_TRUE(list_.is_whole);
  server_->inject("/cameras/", {.kind = Fault::Kind::answer,
                                .body = R"({"next_page":null,"results":[{"name":"no number"}]})"});
  EXPECT_THAT(names(""), IsEmpty());
  EXPECT_FALSE(list_.is_whole);
  EXPECT_THAT(list_.notes, ElementsAre(HasSubstr("could not be read")));
  server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .body = R"({"results":[{"id":"one"}]})"});
  EXPECT_THAT(names(""), IsEmpty());
  EXPECT_FALSE(list_.is_whole);
}

TEST(ParseCameraPage, ReadsWhatIsThereAndChecksEverything) {
  const auto page = parse_camera_page(
      R"({"next_page":17,"results":[{"id":1},{"id":"2","name":null,"comment":7,"active":"no"},{"id":1e300},{"id":18446744073709551615},7,null,
          {"id":-3,"group":null,"external_detector":false}]})");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next_cursor, "17");
  ASSERT_EQ(page->cameras.size(), 3U);
  EXPECT_EQ(page->cameras[0].id, 1);
  EXPECT_TRUE(page->cameras[0].active);
  EXPECT_EQ(page->cameras[1].id, 2);
  EXPECT_EQ(page->cameras[1].comment, "");
  EXPECT_EQ(page->cameras[2].id, -3);
  EXPECT_FALSE(page->cameras[2].external_detector);
  EXPECT_FALSE(parse_camera_page(R"({"results":{}})").ok());
  EXPECT_FALSE(parse_camera_page("[]").ok());
}

TEST(CursorOf, UnderstandsEachForm) {
  EXPECT_EQ(cursor_of(""), "");
  EXPECT_EQ(cursor_of("bz0yMDA="), "bz0yMDA=");
  EXPECT_EQ(cursor_of("https://h/cameras/?limit=2&page=a%3D1+b&x=2#f"), "a=1 b");
  EXPECT_EQ(cursor_of("?page=z"), "z");
  EXPECT_EQ(cursor_of("/cameras/?next_page=no&page=yes"), "yes");
  EXPECT_EQ(cursor_of("https://h/cameras/"), "");
}

}  // namespace
}  // namespace vigia::findface
