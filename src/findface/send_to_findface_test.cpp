// Each row of FindFace's error table, against a server.
#include "findface/send_to_findface.h"

#include <chrono>
#include <thread>

#include "findface/findface_test_support.h"

namespace vigia::findface {
namespace {

using delivery::DeliveryResult;
using domain::Reason;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample_shot;
using Outcome = delivery::DeliveryResult::Outcome;

class SendToFindfaceTest : public FindfaceTest {
 protected:
  void SetUp() override { start(); }
};

TEST_F(SendToFindfaceTest, PostsTheFaceAsFindFaceWantsIt) {
  const domain::Shot shot = sample_shot();
  const DeliveryResult delivery = deliver(shot);
  ASSERT_EQ(delivery.outcome, Outcome::delivered) << delivery.text;
  EXPECT_EQ(delivery.text, "event 1");
  ASSERT_EQ(server_->events().size(), 1U);
  const testing::FakeEvent event = server_->events().front();
  EXPECT_EQ(event.camera, 7);
  EXPECT_EQ(event.timestamp, "2026-11-23T13:00:01.123456Z");  // of capture, in UTC
  EXPECT_EQ(event.roi, (std::array{90, 70, 170, 166}));
  EXPECT_EQ(event.jpeg,
            std::string(reinterpret_cast<const char*>(shot.jpeg->bytes.data()), shot.jpeg->bytes.size()));
  EXPECT_FALSE(server_->saw_expect_header());
}

TEST_F(SendToFindfaceTest, ATimeOfCaptureThatWasCorrectedIsTheOneThatIsSent) {
  domain::Shot shot = sample_shot();
  shot.captured_corrected = shot.captured + std::chrono::hours(1);
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  EXPECT_EQ(server_->events().front().timestamp, "2026-11-23T14:00:01.123456Z");
}

TEST_F(SendToFindfaceTest, AWrongTimeOfCaptureIsSentAsItIsAndLoggedOnce) {
  domain::Shot shot = sample_shot();
  shot.captured = UtcTime(200s);
  shot.clock_unset = true;
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  EXPECT_THAT(log_.text(), Not(HasSubstr("clock_unset")));
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  }
  EXPECT_EQ(server_->events().back().timestamp, "1970-01-01T00:03:20.000000Z");
  const std::string log = log_.text();
  EXPECT_THAT(log, HasSubstr("1970-01-01T00:03:20.000000Z, which is wrong"));
  EXPECT_EQ(log.find("clock_unset"), log.rfind("clock_unset"));
}

TEST_F(SendToFindfaceTest, ALargeImageGoesWhole) {
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 1920, .height = 1080}, std::string(3000000, 'x'));
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  EXPECT_EQ(server_->events().front().jpeg_bytes, shot.jpeg->bytes.size());
}

TEST_F(SendToFindfaceTest, ARegionThatLeavesTheImageIsCutAndNoneMeansAll) {
  domain::Shot shot = sample_shot();
  shot.roi = {.left = -20, .top = 300, .width = 900, .height = 200};
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  shot.roi = {};
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  EXPECT_EQ(server_->events()[0].roi, (std::array{0, 300, 640, 360}));
  EXPECT_EQ(server_->events()[1].roi, (std::array{0, 0, 640, 360}));
}

TEST_F(SendToFindfaceTest, Row400BadParamIsRefused) {
  answer_posts_with(
      400, R"({"traceback":"","code":"BAD_PARAM","desc":"This field is required.","param":"mf_selector"})");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::refused);
  EXPECT_EQ(delivery.reason, Reason::refused);
  EXPECT_EQ(delivery.text, "400 BAD_PARAM: This field is required. (mf_selector)");
  EXPECT_EQ(server_->requests(kAddPath), 1);
}

// A camera that was removed, or is no longer an external detector, may come back: its faces wait.
void expect_wait(const DeliveryResult& delivery) {
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_EQ(delivery.after, Nanoseconds(60s));
  EXPECT_TRUE(delivery.may_be_alone) << "other cameras' shots go on";
  EXPECT_EQ(delivery.attempts_at_most, 0);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_THAT(delivery.text, HasSubstr("is it (still) active and an external detector in FindFace?"));
}

TEST_F(SendToFindfaceTest, Row400ParamCameraAsksForTheCameraAndWaitsWhenItIsGone) {
  domain::Shot shot = sample_shot();
  shot.camera_id = 77;
  tokens_.set(77, "old-token");
  const DeliveryResult delivery = deliver(shot);
  expect_wait(delivery);
  EXPECT_THAT(delivery.text, HasSubstr("Invalid pk '77'"));
  EXPECT_EQ(server_->requests("/cameras/"), 1);
  EXPECT_EQ(server_->requests(kAddPath), 1);
}

TEST_F(SendToFindfaceTest, Row400ZeroObjectsIsAFaceThatTheServerDidNotFind) {
  answer_posts_with(
      400,
      R"({"code":"BAD_PARAM","desc":"Zero objects(type=\"face\") detected on the provided image","param":"fullframe"})");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::refused);
  EXPECT_EQ(delivery.reason, Reason::no_face);
}

TEST_F(SendToFindfaceTest, Row401LogsInAgainAndRepeatsTheEventOnce) {
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  server_->forget_tokens();
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
  EXPECT_EQ(server_->requests("/auth/login/"), 2);
  EXPECT_EQ(server_->requests(kAddPath), 3);
  EXPECT_EQ(server_->events().size(), 2U);
}

TEST_F(SendToFindfaceTest, Row401LicenceErrorWithAFreshTokenBacksOff) {
  answer_posts_with(401, R"({"code":"LICENSE_ERROR","desc":"no licence","original_error":"x"})", 2);
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_EQ(delivery.after, Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("LICENSE_ERROR"));
  EXPECT_EQ(server_->requests("/auth/login/"), 2);
}

TEST_F(SendToFindfaceTest, Row401AtLoginIsNotRepeatedAtOnce) {
  connect(server_->url(), "wrong");
  for (int i = 0; i < 3; ++i) {
    const DeliveryResult delivery = deliver();
    EXPECT_EQ(delivery.outcome, Outcome::retry);
    EXPECT_EQ(delivery.after, Nanoseconds(5min));
    EXPECT_THAT(delivery.text, HasSubstr("FINDFACE_PASSWORD"));
    EXPECT_FALSE(delivery.maybe_delivered);
  }
  EXPECT_EQ(server_->requests("/auth/login/"), 1);
  clock_.advance(5min);
  deliver();
  EXPECT_EQ(server_->requests("/auth/login/"), 2);
  EXPECT_EQ(server_->requests(kAddPath), 0);
}

TEST_F(SendToFindfaceTest, Row403WithAChangedTokenIsPostedWithTheNewOne) {
  server_->set_camera_token(7, "camera-token-secret-new");
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
  EXPECT_EQ(server_->requests("/cameras/"), 1);
  EXPECT_EQ(server_->requests(kAddPath), 3);
}

TEST_F(SendToFindfaceTest, Row403WithTheSameTokenWaits) {
  answer_posts_with(403, R"({"code":"PERMISSION_DENIED","desc":"Incorrect events creation API token"})");
  const DeliveryResult delivery = deliver();
  expect_wait(delivery);
  EXPECT_THAT(delivery.text, HasSubstr("403 PERMISSION_DENIED"));
  EXPECT_EQ(server_->requests("/cameras/"), 1);
  server_->set_camera_token(7, "camera-token-secret-new");
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
}

TEST_F(SendToFindfaceTest, ACameraThatIsUntickedForAMomentLosesNoFace) {
  testing::FakeCamera camera{.id = 7, .name = "gate", .comment = "rtsp://host/1", .token = "other-secret"};
  camera.external_detector = false;
  server_->add_camera(camera);
  expect_wait(deliver());
  tokens_.remove(7);  // as when the list of cameras no longer has it
  expect_wait(deliver());
  camera.external_detector = true;
  server_->add_camera(camera);
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
}

TEST_F(SendToFindfaceTest, Row403WithATokenThatChangesTwiceWithinAMinuteLosesNothing) {
  for (const char* token : {"camera-token-secret-2", "camera-token-secret-3"}) {
    server_->set_camera_token(7, token);
    EXPECT_EQ(deliver().outcome, Outcome::delivered);
  }
  EXPECT_EQ(server_->requests("/cameras/"), 2);
}

TEST_F(SendToFindfaceTest, Row403WhileTheCameraCannotBeAskedForIsTriedAgain) {
  answer_posts_with(403, R"({"code":"PERMISSION_DENIED"})");
  server_->inject("/cameras/", {.kind = Fault::Kind::answer, .status = 502});
  EXPECT_EQ(deliver().outcome, Outcome::retry);
}

TEST_F(SendToFindfaceTest, Row404WaitsAfterAskingForTheCamera) {
  answer_posts_with(404, R"({"code":"NOT_FOUND","desc":"No Camera matches the given query."})");
  const DeliveryResult delivery = deliver();
  expect_wait(delivery);
  EXPECT_THAT(delivery.text, HasSubstr("No Camera matches"));
  EXPECT_EQ(server_->requests("/cameras/"), 1);
}

class TransientStatusTest : public SendToFindfaceTest, public ::testing::WithParamInterface<int> {};

TEST_P(TransientStatusTest, IsTriedAgainAfterTheTimeOfRetryAfter) {
  answer_posts_with(GetParam(), "<html>proxy</html>");
  const DeliveryResult plain = deliver();
  EXPECT_EQ(plain.outcome, Outcome::retry);
  EXPECT_FALSE(plain.after);
  EXPECT_EQ(plain.attempts_at_most, 0);
  server_->inject(kAddPath,
                  {.kind = Fault::Kind::answer, .status = GetParam(), .headers = {{"Retry-After", "17"}}});
  EXPECT_EQ(deliver().after, Nanoseconds(17s));
  EXPECT_EQ(deliver().outcome, Outcome::delivered);
}

INSTANTIATE_TEST_SUITE_P(Row, TransientStatusTest, ::testing::Values(408, 425, 429, 502, 503, 504));

TEST_P(TransientStatusTest, AProxysMayHaveBeenDeliveredAndAServersWasNot) {
  answer_posts_with(GetParam(), "<html>proxy</html>");
  EXPECT_EQ(deliver().maybe_delivered, GetParam() == 502 || GetParam() == 504);
}

TEST_P(TransientStatusTest, AProxysMayConcernTheShotAloneAndAServersDoesNot) {
  answer_posts_with(GetParam(), "<html>proxy</html>");
  EXPECT_EQ(deliver().may_be_alone, GetParam() == 502 || GetParam() == 504);
  answer_posts_with(GetParam(), "<html>proxy</html>");
  EXPECT_EQ(deliver().by_proxy, GetParam() == 502) << "then there may be no server";
}

TEST_P(TransientStatusTest, RetryAfterMayBeADate) {
  server_->inject(kAddPath, {.kind = Fault::Kind::answer,
                             .status = GetParam(),
                             .headers = {{"Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"}}});
  const DeliveryResult delivery = deliver();
  EXPECT_FALSE(delivery.tells_nothing);
  ASSERT_TRUE(delivery.after);
  EXPECT_GT(*delivery.after, Nanoseconds(3600s));
}

TEST_F(SendToFindfaceTest, Row413IsSentOnceMoreAtOnceWithASmallerImage) {
  answer_posts_with(413, "<html>413 Request Entity Too Large</html>");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::delivered);
  EXPECT_EQ(delivery.text, "event 1 (with an image of 320x180 instead of 640x360)");
  EXPECT_EQ(server_->requests(kAddPath), 2);
  EXPECT_EQ(server_->events().front().roi, (std::array{45, 35, 85, 83}));
}

TEST_F(SendToFindfaceTest, Row413AgainIsRefused) {
  answer_posts_with(413, "<html>413 Request Entity Too Large</html>", 2);
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::refused);
  EXPECT_EQ(delivery.reason, Reason::refused);
  EXPECT_THAT(delivery.text, HasSubstr("larger than the server takes"));
  EXPECT_EQ(server_->requests(kAddPath), 2);
}

TEST_F(SendToFindfaceTest, Row413OfAnImageThatCannotBeMadeSmallerIsRefused) {
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 1, .height = 1});
  shot.roi = {};
  answer_posts_with(413);
  const DeliveryResult delivery = deliver(shot);
  EXPECT_EQ(delivery.outcome, Outcome::refused);
  EXPECT_THAT(delivery.text, HasSubstr("could not be made smaller"));
  EXPECT_EQ(server_->requests(kAddPath), 1);
}

TEST_F(SendToFindfaceTest, AnImageBeyondTheLimitsIsMadeSmallerBeforeItIsSent) {
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 12004, .height = 6000});
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  shot.jpeg = testing::sample_jpeg({.width = 1920, .height = 1080}, std::string(11'000'000, 'x'));
  ASSERT_EQ(deliver(shot).outcome, Outcome::delivered);
  EXPECT_EQ(testing::jpeg_size(server_->events()[0].jpeg), (domain::Size{3001, 1500}));
  EXPECT_EQ(testing::jpeg_size(server_->events()[1].jpeg), (domain::Size{960, 540}));
  EXPECT_EQ(server_->requests(kAddPath), 2);
}

TEST_F(SendToFindfaceTest, Row500IsWorthAFewTriesIfItConcernsTheShotAlone) {
  for (const char* body : {"", "<html>multer</html>", R"({"code":"UNKNOWN"})"}) {
    answer_posts_with(500, body);
    const DeliveryResult delivery = deliver();
    EXPECT_EQ(delivery.outcome, Outcome::retry);
    EXPECT_EQ(delivery.attempts_at_most, 3);
    EXPECT_TRUE(delivery.may_be_alone);
    EXPECT_FALSE(delivery.maybe_delivered);
  }
}

TEST_F(SendToFindfaceTest, AProbeOfAWorkingServerIsASmallQuery) {
  EXPECT_FALSE(courier_->probe({}));
  EXPECT_EQ(server_->requests("/camera-groups/"), 1);
  EXPECT_EQ(server_->requests(kAddPath), 0);
}

TEST_F(SendToFindfaceTest, AProbeThatIsNotAnsweredAsFindFaceDoesMeansAReceiverThatIsAway) {
  ASSERT_TRUE(session_->log_in({}).ok());
  for (const Fault& fault :
       {Fault{.kind = Fault::Kind::answer, .status = 500}, Fault{.kind = Fault::Kind::answer, .status = 502},
        Fault{.kind = Fault::Kind::answer, .body = "<html>We will be back soon</html>"},
        Fault{.kind = Fault::Kind::reset_before_body}}) {
    server_->inject("/camera-groups/", fault, 2);
    const auto away = courier_->probe({});
    ASSERT_TRUE(away);
    EXPECT_EQ(away->outcome, Outcome::retry);
    EXPECT_FALSE(away->maybe_delivered);
    EXPECT_FALSE(away->tells_nothing);
    server_->clear_faults();
  }
}

TEST_F(SendToFindfaceTest, AServerThatRefusesAProbeInItsOwnFormAnswersAndAProxyThatDoesIsAway) {
  ASSERT_TRUE(session_->log_in({}).ok());
  const auto probe_answered = [this](int status, const std::string& body) {
    server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .status = status, .body = body}, 2);
    const bool answered = !courier_->probe({});
    server_->clear_faults();
    return answered;
  };
  const std::string own = R"({"code":"PERMISSION_DENIED","desc":"You may not list camera groups."})";
  EXPECT_TRUE(probe_answered(403, own)) << "the user needs no right to list groups";
  EXPECT_TRUE(probe_answered(404, own));
  EXPECT_FALSE(probe_answered(403, "<html>Forbidden</html>"));
  for (const int of_every_request : {401, 408, 425, 429, 500, 503}) {
    EXPECT_FALSE(probe_answered(of_every_request, own)) << of_every_request;
  }
}

TEST_F(SendToFindfaceTest, ACameraWhoseTokenIsNotGivenMayBeAlone) {
  server_->inject(
      "/cameras/",
      {.kind = Fault::Kind::answer, .status = 403, .body = R"({"code":"PERMISSION_DENIED","desc":"No."})"});
  tokens_.remove(7);
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.may_be_alone) << delivery.text;
}

TEST_F(SendToFindfaceTest, AStopDuringAProbeTellsNothing) {
  ASSERT_TRUE(session_->log_in({}).ok());
  server_->inject("/camera-groups/", {.kind = Fault::Kind::hang});
  std::stop_source stop;
  std::optional<DeliveryResult> away;
  {
    const std::jthread sender([&] { away = courier_->probe(stop.get_token()); });
    while (server_->requests("/camera-groups/") == 0) std::this_thread::yield();
    stop.request_stop();
  }
  ASSERT_TRUE(away);
  EXPECT_TRUE(away->tells_nothing);
}

TEST_F(SendToFindfaceTest, RowConnectRefusedIsTriedAgain) {
  const std::string url = server_->url();
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  server_.reset();
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
}

TEST_F(SendToFindfaceTest, RowUnknownHostIsTriedAgain) {
  connect("http://no-such-host.invalid");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_THAT(delivery.text, HasSubstr("no-such-host.invalid"));
}

TEST_F(SendToFindfaceTest, RowResetInTheMiddleOfTheBodyWasSurelyNotDelivered) {
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 1920, .height = 1080}, std::string(30000000, 'x'));
  limits_.image_bytes = 100'000'000;
  connect(server_->url());
  ASSERT_TRUE(session_->log_in({}).ok());
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_mid_body}, 2);
  const DeliveryResult delivery = deliver(shot);
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_TRUE(server_->events().empty());
}

TEST_F(SendToFindfaceTest, RowResetAfterTheBodyMayHaveBeenDelivered) {
  ASSERT_EQ(deliver().outcome, Outcome::delivered);  // leaves a connection to use again
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_after_body}, -1);
  const DeliveryResult delivery = deliver(sample_shot(2));
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.maybe_delivered);
  EXPECT_EQ(server_->events().size(), 2U) << "nobody sends it a second time unseen";
}

TEST_F(SendToFindfaceTest, RowResetInTheMiddleOfTheAnswersHeadMayHaveBeenDelivered) {
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_mid_headers}, -1);
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.maybe_delivered);
  EXPECT_THAT(delivery.text, HasSubstr("while reading the answer"));
  EXPECT_EQ(server_->events().size(), 1U);
}

TEST_F(SendToFindfaceTest, RowAnAnswerThatIsNoHttpMayHaveBeenDelivered) {
  server_->inject(kAddPath, {.kind = Fault::Kind::garbage});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.maybe_delivered);
  EXPECT_FALSE(delivery.tells_nothing);
}

TEST_F(SendToFindfaceTest, RowTimeoutOfAnAnswerByteByByteMayHaveBeenDelivered) {
  limits_.timeout = std::chrono::milliseconds(500);
  connect(server_->url());
  ASSERT_TRUE(session_->log_in({}).ok());
  server_->inject(kAddPath, {.kind = Fault::Kind::slow, .delay = std::chrono::milliseconds(100)});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.maybe_delivered);
  EXPECT_THAT(delivery.text, HasSubstr("while reading the answer"));
}

TEST_F(SendToFindfaceTest, AServerThatIsSlowAtPostsGetsOneFaceTwiceAndNotEach) {
  limits_.timeout = 1s;
  connect(server_->url());
  ASSERT_TRUE(session_->log_in({}).ok());
  server_->inject(kAddPath, {.kind = Fault::Kind::delay, .delay = std::chrono::milliseconds(1200)}, -1);
  const DeliveryResult slow = deliver(sample_shot(1));
  EXPECT_TRUE(slow.maybe_delivered);
  EXPECT_TRUE(slow.may_be_alone);
  EXPECT_FALSE(courier_->probe({})) << "it answers questions at once";
  for (std::uint64_t track = 1; track <= 3; ++track) {
    EXPECT_EQ(deliver(sample_shot(track)).outcome, Outcome::delivered) << "later posts wait long enough";
  }
  EXPECT_EQ(server_->requests(kAddPath), 4);
  EXPECT_THAT(log_.text(), HasSubstr("delivery.findface.post_timeout"));
}

TEST_F(SendToFindfaceTest, AnAnswerByteByByteWithinTheTimeIsOne) {
  server_->inject(kAddPath, {.kind = Fault::Kind::slow, .delay = std::chrono::milliseconds(1)});
  EXPECT_EQ(deliver().text, "event 1");
}

TEST_F(SendToFindfaceTest, RowTimeoutWhileSendingWasSurelyNotDelivered) {
  limits_ = {.stall = std::chrono::milliseconds(200), .image_bytes = 100'000'000};
  connect(server_->url());
  ASSERT_TRUE(session_->log_in({}).ok());
  domain::Shot shot = sample_shot();
  shot.jpeg = testing::sample_jpeg({.width = 1920, .height = 1080}, std::string(30000000, 'x'));
  server_->inject(kAddPath, {.kind = Fault::Kind::hang_mid_body});
  const DeliveryResult delivery = deliver(shot);
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_THAT(delivery.text, HasSubstr("while sending"));
  server_->clear_faults();
}

TEST_F(SendToFindfaceTest, SilenceAfterAWholePostMayConcernTheShotAlone) {
  server_->inject(kAddPath, {.kind = Fault::Kind::reset_after_body});
  const DeliveryResult delivery = deliver();
  EXPECT_TRUE(delivery.maybe_delivered);
  EXPECT_TRUE(delivery.may_be_alone);
  EXPECT_FALSE(delivery.by_proxy) << "also if the server then turns out to be away";
}

TEST_F(SendToFindfaceTest, AShotWhoseDeadlinePassesWhileTheLoginIsAwaitedIsNotPosted) {
  server_->inject("/auth/login/", {.kind = Fault::Kind::delay, .delay = std::chrono::milliseconds(500)});
  domain::Shot shot = sample_shot();
  shot.deadline = clock_.now() + 5s;
  DeliveryResult delivery;
  {
    const std::jthread sender([&] { delivery = deliver(shot); });
    while (server_->requests("/auth/login/") == 0) std::this_thread::yield();
    clock_.advance(5s);
  }
  EXPECT_EQ(delivery.outcome, Outcome::retry);  // the outbox knows that it has expired
  EXPECT_TRUE(delivery.tells_nothing);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_EQ(server_->requests(kAddPath), 0);
}

TEST_F(SendToFindfaceTest, AShotWhoseDeadlinePassesBeforeItsRepetitionIsNotPostedAgain) {
  SendToFindface slow(
      *session_, tokens_, clock_,
      [this](const domain::Shot& shot) {
        clock_.advance(5s);
        return halved(shot);
      },
      limits_);
  domain::Shot shot = sample_shot();
  shot.deadline = clock_.now() + 5s;
  answer_posts_with(413);
  const DeliveryResult delivery = slow.deliver(shot, {});
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_TRUE(delivery.tells_nothing);
  EXPECT_EQ(server_->requests(kAddPath), 1);
}

TEST_F(SendToFindfaceTest, AShotBeforeItsDeadlineIsPosted) {
  domain::Shot shot = sample_shot();
  shot.deadline = clock_.now() + 5s;
  EXPECT_EQ(deliver(shot).outcome, Outcome::delivered);
}

TEST_F(SendToFindfaceTest, AStopEndsAPostThatTheServerNeverAnswers) {
  ASSERT_TRUE(session_->log_in({}).ok());
  server_->inject(kAddPath, {.kind = Fault::Kind::hang}, -1);
  std::stop_source stop;
  DeliveryResult delivery;
  std::jthread sender([&] { delivery = courier_->deliver(sample_shot(), stop.get_token()); });
  while (server_->requests(kAddPath) == 0) std::this_thread::yield();
  stop.request_stop();
  sender.join();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_EQ(delivery.text, "stopped");
  EXPECT_TRUE(delivery.tells_nothing) << "the server is not to blame";
}

TEST_F(SendToFindfaceTest, A200WithoutEventsIsRefusedWithItsErrors) {
  answer_posts_with(200, R"({"events":[],"errors":["Face is too small"]})");
  const DeliveryResult small = deliver();
  EXPECT_EQ(small.outcome, Outcome::refused);
  EXPECT_EQ(small.reason, Reason::refused);
  EXPECT_THAT(small.text, HasSubstr("Face is too small"));
  answer_posts_with(200, R"({"events":[],"errors":["Zero objects(type=\"face\") detected"]})");
  EXPECT_EQ(deliver().reason, Reason::no_face);
  answer_posts_with(200, R"({"events":null})");
  EXPECT_EQ(deliver().outcome, Outcome::refused);
}

TEST_F(SendToFindfaceTest, EventNumbersOf64BitsStayExactAsTextOrNumber) {
  answer_posts_with(200, R"({"events":["18446744073709551615"],"errors":[]})");
  EXPECT_EQ(deliver().text, "event 18446744073709551615");
  answer_posts_with(201, R"({"events":[18446744073709551615],"errors":["one of two"]})");
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::delivered);
  EXPECT_EQ(delivery.text, "event 18446744073709551615, with errors: one of two");
}

TEST_F(SendToFindfaceTest, A200OfSomebodyElseMayOrMayNotHaveDelivered) {
  for (const char* body : {"", "<html>welcome</html>", "[", "7", "{\"events\":[1"}) {
    answer_posts_with(200, body);
    const DeliveryResult delivery = deliver();
    EXPECT_EQ(delivery.outcome, Outcome::retry) << body;
    EXPECT_TRUE(delivery.maybe_delivered) << body;
    EXPECT_TRUE(delivery.may_be_alone && delivery.by_proxy) << body;
  }
}

TEST_F(SendToFindfaceTest, HostileAnswersAreBoundedAndHarmless) {
  answer_posts_with(200, std::string(100000, '['));
  EXPECT_EQ(deliver().outcome, Outcome::retry);
  answer_posts_with(200, std::string(3000000, ' ') + R"({"events":["1"]})");
  EXPECT_EQ(deliver().outcome, Outcome::retry);
  answer_posts_with(400, R"({"code":7,"desc":{"a":1},"param":["x"]})");
  EXPECT_EQ(deliver().outcome, Outcome::refused);
  answer_posts_with(400, R"({"desc":")" + std::string(10000, 'y') + R"(\nline two"})");
  const DeliveryResult delivery = deliver();
  EXPECT_LT(delivery.text.size(), 300U);
}

TEST_F(SendToFindfaceTest, Row3xxToAnotherHostSendsNothingThere) {
  auto other = testing::FakeFindFace::start({});
  ASSERT_TRUE(other.ok());
  for (const int status : {301, 302, 303, 307, 308}) {
    server_->inject(kAddPath,
                    {.kind = Fault::Kind::answer,
                     .status = status,
                     .headers = {{"Location", (*other)->url() + std::string(kAddPath) + "?token=x"}}});
    const DeliveryResult delivery = deliver();
    EXPECT_EQ(delivery.outcome, Outcome::retry);
    EXPECT_GE(delivery.after, Nanoseconds(60s));
    EXPECT_THAT(delivery.text, HasSubstr((*other)->url()));
    EXPECT_THAT(delivery.text, Not(HasSubstr("token=x")));
  }
  EXPECT_EQ((*other)->requests(), 0);
}

TEST_F(SendToFindfaceTest, Row3xxOfTheLoginSendsNothingThere) {
  auto other = testing::FakeFindFace::start({});
  ASSERT_TRUE(other.ok());
  server_->inject("/auth/login/", {.kind = Fault::Kind::answer,
                                   .status = 307,
                                   .headers = {{"Location", (*other)->url() + "/auth/login/"}}});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr("set delivery.findface.url to that"));
  EXPECT_EQ((*other)->requests(), 0);
}

TEST_F(SendToFindfaceTest, Row3xxToTheSameHostIsNotFollowedEither) {
  server_->inject(kAddPath, {.kind = Fault::Kind::answer,
                             .status = 301,
                             .headers = {{"Location", server_->url() + "/api/events/faces/add/"}}});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr(server_->url() + "/api/events/faces/add/"));
  EXPECT_EQ(server_->requests("/api/events/faces/add/"), 0);
}

TEST_F(SendToFindfaceTest, AConnectionThatTheServerClosedMeanwhileIsReplacedWithoutALoss) {
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  server_->reset_idle_connections();
  EXPECT_EQ(deliver(sample_shot(2)).outcome, Outcome::delivered);
  EXPECT_EQ(server_->events().size(), 2U);
}

TEST_F(SendToFindfaceTest, AShotWithoutCameraNumberIsRefusedAndTheTextSaysWhatToSet) {
  domain::Shot shot = sample_shot();
  shot.camera_id.reset();
  EXPECT_EQ(deliver(shot).outcome, Outcome::refused);
  EXPECT_TRUE(deliver(shot).tells_nothing) << "the server was not asked";
  EXPECT_THAT(deliver(shot).text, HasSubstr("set id (and token) of camera 'gate'"));
  shot = sample_shot();
  shot.jpeg.reset();
  EXPECT_EQ(deliver(shot).outcome, Outcome::refused);
  EXPECT_EQ(server_->requests(kAddPath), 0);
}

TEST_F(SendToFindfaceTest, RetryAfterOfAQueryIsAppliedToo) {
  ASSERT_TRUE(session_->log_in({}).ok());
  const Fault later{.kind = Fault::Kind::answer, .status = 503, .headers = {{"Retry-After", "600"}}};
  server_->inject("/cameras/", later);
  domain::Shot other = sample_shot();
  other.camera_id = 8;
  EXPECT_EQ(deliver(other).after, Nanoseconds(600s));
  server_->inject("/camera-groups/", later);
  const auto away = courier_->probe({});
  ASSERT_TRUE(away);
  EXPECT_EQ(away->after, Nanoseconds(600s));
}

TEST_F(SendToFindfaceTest, ATokenThatNobodyGaveIsAskedFor) {
  server_->add_camera({.id = 8, .name = "left by an earlier run", .comment = "rtsp://h/8", .token = "t8"});
  domain::Shot shot = sample_shot();
  shot.camera_id = 8;
  EXPECT_EQ(deliver(shot).outcome, Outcome::delivered);
}

TEST_F(SendToFindfaceTest, AShotOfACameraThatTheServerDoesNotHaveWaits) {
  domain::Shot shot = sample_shot();
  shot.camera_id = 99;
  const auto delivery = deliver(shot);
  expect_wait(delivery);
  EXPECT_THAT(delivery.text, HasSubstr("has no camera 99"));
  EXPECT_EQ(server_->requests(kAddPath), 0);
}

TEST_F(SendToFindfaceTest, AServerThatCannotBeAskedForATokenRefusesNobody) {
  server_->add_camera({.id = 8, .name = "hall", .comment = "rtsp://h/8", .token = "t8"});
  domain::Shot shot = sample_shot();
  shot.camera_id = 8;
  server_->inject("/cameras/", {.kind = Fault::Kind::answer, .status = 503}, 1);
  EXPECT_EQ(deliver(shot).outcome, Outcome::retry);
  EXPECT_EQ(deliver(shot).outcome, Outcome::delivered) << "and asks again at once";
}

TEST_F(SendToFindfaceTest, SecretsThatTheServerRepeatsAreHidden) {
  ASSERT_TRUE(session_->log_in({}).ok());
  const std::string token = "session-token-" + std::to_string(server_->port()) + "-1";
  answer_posts_with(
      400, R"({"code":"BAD_PARAM","desc":"bad )" + std::string(kCameraToken) + " for " + token + "\"}");
  EXPECT_EQ(deliver().text, "400 BAD_PARAM: bad *** for ***");
}

TEST_F(SendToFindfaceTest, SecretsAreHiddenAlsoAcrossTheCutAndWhenTheTokenIsAnotherMeanwhile) {
  ASSERT_TRUE(session_->log_in({}).ok());
  const std::string first = "session-token-" + std::to_string(server_->port()) + "-1";
  server_->forget_tokens();
  ASSERT_EQ(deliver().outcome, Outcome::delivered);  // with a second token
  for (const std::string& secret : {std::string(kCameraToken), std::string(kPassword), first}) {
    answer_posts_with(400, R"({"code":"BAD_PARAM","desc":")" + std::string(195, 'x') + secret + R"("})");
    const std::string text = deliver().text;
    EXPECT_THAT(text, HasSubstr("***"));
    EXPECT_THAT(text, Not(HasSubstr(secret.substr(0, 4))));
  }
}

TEST_F(SendToFindfaceTest, SeveralSendersShareOneLogin) {
  std::atomic<int> delivered{0};
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t i = 1; i <= 8; ++i) {
      senders.emplace_back([&, i] { delivered += deliver(sample_shot(i)).outcome == Outcome::delivered; });
    }
  }
  EXPECT_EQ(delivered, 8);
  EXPECT_EQ(server_->requests("/auth/login/"), 1);
  EXPECT_EQ(server_->events().size(), 8U);
}

TEST_F(SendToFindfaceTest, Row401InTheMiddleOfARunOfSixteenSendersIsOneLogin) {
  ASSERT_EQ(deliver(sample_shot(1)).outcome, Outcome::delivered);
  server_->forget_tokens();
  std::atomic<int> delivered{0};
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t i = 2; i <= 17; ++i) {
      senders.emplace_back([&, i] { delivered += deliver(sample_shot(i)).outcome == Outcome::delivered; });
    }
  }
  EXPECT_EQ(delivered, 16);
  EXPECT_EQ(server_->requests("/auth/login/"), 2);
  EXPECT_EQ(server_->events().size(), 17U);
}

TEST_F(SendToFindfaceTest, FinishLogsOut) {
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  courier_->finish();
  EXPECT_EQ(server_->requests("/auth/logout/"), 1);
  courier_->finish();  // there is nothing to log out of any more
  EXPECT_EQ(server_->requests("/auth/logout/"), 1);
}

TEST_F(SendToFindfaceTest, AFailedLogoutIsIgnored) {
  ASSERT_EQ(deliver().outcome, Outcome::delivered);
  server_->inject("/auth/logout/", {.kind = Fault::Kind::answer, .status = 500});
  courier_->finish();
  EXPECT_EQ(server_->requests("/auth/logout/"), 1);
}

TEST_F(SendToFindfaceTest, TheNameShowsNoCredentials) {
  connect("http://user:pass-word-secret@127.0.0.1:1/");
  EXPECT_EQ(courier_->name(), "FindFace http://***@127.0.0.1:1");
}

}  // namespace
}  // namespace vigia::findface
