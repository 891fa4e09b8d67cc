// StreamCamera against servers that refuse, as cameras in the field do: logins, reasons, and when they are
// tried again. The servers say what they were asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/data.h"
#include "testing/fake_clock.h"
#include "testing/loopback_listener.h"
#include "testing/odd_server.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using testing::field_file;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::OddServer;

class OddServersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NEED_DATA();
    memory_.start();
  }
  std::unique_ptr<OddServer> serve(const std::string& quirks,
                                   const std::string& file = "made_walk_idr50.h264") {
    auto server = OddServer::rtsp("--file " + field_file(file) + " --log-auth " + quirks);
    EXPECT_TRUE(server.ok()) << server.error().text;
    return server.ok() ? std::move(*server) : nullptr;
  }
  // Shows five frames.
  void expect_video(const std::string& url, const CameraOptions& options = {}) {
    SeeingSink sink;
    StreamCamera camera({"gate", url, {}, ""}, options, memory_, system_clock());
    RunningCamera running(camera, sink);
    EXPECT_TRUE(sink.wait_for(5)) << camera.stats().message;
    EXPECT_EQ(camera.stats().job_starts, 1U) << camera.stats().message;
  }
  // How it is after its first failure.
  CameraStats first_failure(const std::string& url, const CameraOptions& options = {}) {
    SeeingSink sink;
    testing::FakeClock clock;
    StreamCamera camera({"gate", url, {}, ""}, options, memory_, clock);
    RunningCamera running(camera, sink);
    EXPECT_TRUE(running.wait_until([](const CameraStats& s) {
      return s.state == CameraState::interrupted || s.state == CameraState::misconfigured;
    }));
    return camera.stats();
  }
  static void wait_for_sleeper(const testing::FakeClock& clock) {
    const auto give_up = std::chrono::steady_clock::now() + 1min;
    while (clock.sleepers() == 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  }

  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
};

TEST_F(OddServersTest, Md5IsTakenWhereItIsOfferedInWhateverOrder) {
  for (const char* const offers : {"md5", "md5,sha256", "sha256,md5", "basic,md5", "md5,basic",
                                   "basic,md5qop,sha256qop", "sha256,basic,md5", "md5qop,sha256,basic"}) {
    SCOPED_TRACE(offers);
    const auto server = serve(std::string("--auth ") + offers);
    expect_video(server->url("admin:secret@"));
    EXPECT_THAT(server->log(), Not(HasSubstr("wrong")))
        << "a login that the camera refuses may lock the account";
  }
}

TEST_F(OddServersTest, BasicIsTakenBesideADigestThatNobodyKnows) {
  for (const char* const offers : {"basic", "basic,sha256", "sha256,basic"}) {
    SCOPED_TRACE(offers);
    expect_video(serve(std::string("--auth ") + offers)->url("admin:secret@"));
  }
}

TEST_F(OddServersTest, WhereOnlySha256IsOfferedThePasswordIsNotBlamed) {
  const auto server = serve("--auth sha256");
  const CameraStats stats = first_failure(server->url("admin:secret@"));
  EXPECT_EQ(stats.reason, Condition::refused);
  EXPECT_THAT(stats.message, HasSubstr("SHA-256"));
  EXPECT_THAT(stats.message, HasSubstr("digest/MD5"));
  EXPECT_THAT(stats.message, Not(HasSubstr("check username")));
  EXPECT_THAT(server->log(), Not(HasSubstr("| Digest"))) << "no login can help";
}

TEST_F(OddServersTest, WithoutALoginTheKeysAreNamed) {
  const CameraStats stats = first_failure(serve("--auth md5")->url());
  EXPECT_EQ(stats.reason, Condition::refused);
  EXPECT_THAT(stats.message, HasSubstr("set the camera's keys username and password"));
}

TEST_F(OddServersTest, HttpNamesTheKindOfLoginToo) {
  const auto server = OddServer::http("--jpeg " + field_file("made_ghost_a.jpg"));
  ASSERT_TRUE(server.ok()) << server.error().text;
  const CameraStats stats = first_failure((*server)->url("admin:secret@", "/digest/mjpeg?algorithm=SHA-256"));
  EXPECT_EQ(stats.reason, Condition::refused);
  EXPECT_THAT(stats.message, HasSubstr("SHA-256"));
}

TEST_F(OddServersTest, AWrongPasswordIsTriedAgainAfterAMinuteAndThenAfterFive) {
  const auto server = serve("--auth md5");
  testing::FakeClock clock;
  SeeingSink sink;
  StreamCamera camera({"gate", server->url("admin:wrong@"), {}, ""}, {}, memory_, clock);
  RunningCamera running(camera, sink);
  wait_for_sleeper(clock);
  const UtcTime since = camera.stats().since;
  std::uint64_t tries = 1;
  for (const Nanoseconds pause : {Nanoseconds(1min), Nanoseconds(5min), Nanoseconds(15min)}) {
    ++tries;
    EXPECT_EQ(camera.stats().reason, Condition::refused);
    clock.advance(pause - 1s);
    EXPECT_EQ(camera.stats().job_starts, tries - 1);
    clock.advance(1s);
    ASSERT_TRUE(running.wait_until([tries](const CameraStats& s) {
      return s.job_starts == tries && s.state == CameraState::interrupted;
    }));
    wait_for_sleeper(clock);
  }
  EXPECT_EQ(camera.stats().since, since) << "one trouble, since it began";
  EXPECT_EQ(camera.stats().reason, Condition::refused);
  EXPECT_THAT(camera.stats().message, Not(HasSubstr("wrong")));
}

TEST_F(OddServersTest, TheChannelsOfARecorderTryAWrongPasswordOnlyOnce) {
  const auto server = serve("--auth md5");
  testing::FakeClock clock;
  KnownLogins logins(clock);
  SeeingSink sink;
  const auto channel = [&](const std::string& name, const std::string& login) {
    return std::make_unique<StreamCamera>(domain::CameraSpec{name, server->url(login), {}, ""},
                                          CameraOptions(), memory_, clock, CameraShared{.logins = &logins});
  };
  const auto is_refused = [](const CameraStats& s) { return s.state == CameraState::interrupted; };
  const auto first = channel("first", "admin:wrong@"), second = channel("second", "admin:wrong@");
  RunningCamera first_runs(*first, sink);
  ASSERT_TRUE(first_runs.wait_until(is_refused));
  RunningCamera second_runs(*second, sink);
  ASSERT_TRUE(second_runs.wait_until(is_refused));
  EXPECT_EQ(second->stats().reason, Condition::refused);
  EXPECT_THAT(second->stats().message, HasSubstr("has refused the same user")) << "it was not asked";
  EXPECT_THAT(second->stats().message, HasSubstr("next try in 1 min"));

  const auto third = channel("third", "admin:secret@");
  RunningCamera third_runs(*third, sink);
  EXPECT_TRUE(sink.wait_for(1)) << "another password is tried at once: " << third->stats().message;
}

TEST_F(OddServersTest, ABusyCameraIsTriedAgainWhenItHasEndedTheSession) {
  const auto server = serve("--max-sessions 1 --session-timeout 600");
  const auto other = std::make_unique<SeeingSink>();
  StreamCamera viewer({"viewer", server->url(), {}, ""}, {}, memory_, system_clock());
  RunningCamera first(viewer, *other);
  ASSERT_TRUE(other->wait_for(1));

  testing::FakeClock clock;
  SeeingSink sink;
  StreamCamera camera({"gate", server->url(), {}, ""}, {}, memory_, clock);
  RunningCamera second(camera, sink);
  ASSERT_TRUE(second.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
  wait_for_sleeper(clock);
  EXPECT_EQ(camera.stats().reason, Condition::busy);
  EXPECT_THAT(camera.stats().message, HasSubstr("453"));
  EXPECT_THAT(camera.stats().message, HasSubstr("no free connection for one more viewer"));
  EXPECT_THAT(camera.stats().message, HasSubstr("next try in 1 min"));
  first.stop();
  clock.advance(59s);
  EXPECT_EQ(camera.stats().job_starts, 1U);
  clock.advance(1s);
  EXPECT_TRUE(sink.wait_for(1)) << camera.stats().message;
}

TEST_F(OddServersTest, EachRefusalSaysWhatTheOperatorCanDo) {
  struct Case {
    const char* refuse;
    Condition reason;
    const char* advice;
  };
  for (const auto& [refuse, reason, advice] :
       {Case{"SETUP:461:Unsupported_Transport", Condition::offline, "ffmpeg_params: [rtsp_transport=udp]"},
        Case{"SETUP:453:Not_Enough_Bandwidth", Condition::busy, "no free connection for one more viewer"},
        Case{"PLAY:453:Not_Enough_Bandwidth", Condition::busy, "no free connection for one more viewer"},
        Case{"DESCRIBE:503:Service_Unavailable", Condition::busy, "no free connection for one more viewer"},
        Case{"DESCRIBE:404:Not_Found", Condition::offline, "check the path"},
        Case{"DESCRIBE:403:Forbidden", Condition::refused, "whether this user may see the video"}}) {
    SCOPED_TRACE(refuse);
    const CameraStats stats = first_failure(serve(std::string("--refuse ") + refuse)->url());
    EXPECT_EQ(stats.reason, reason);
    EXPECT_THAT(stats.message, HasSubstr(advice));
    EXPECT_THAT(stats.message, HasSubstr(std::string(refuse).substr(std::string(refuse).find(':') + 1, 3)));
    EXPECT_THAT(stats.message, Not(HasSubstr("\n")));
  }
}

TEST_F(OddServersTest, AServerOfAnotherProtocolIsNamed) {
  const auto http = OddServer::http("--jpeg " + field_file("made_ghost_a.jpg"));
  ASSERT_TRUE(http.ok()) << http.error().text;
  const std::string at = "127.0.0.1:" + std::to_string((*http)->port());
  EXPECT_THAT(first_failure("rtsp://" + at + "/x").message, HasSubstr("this port speaks HTTP, not RTSP"));
  const auto rtsp = serve("");
  EXPECT_THAT(first_failure("http://127.0.0.1:" + std::to_string(rtsp->port()) + "/x").message,
              HasSubstr("this port speaks RTSP, not HTTP"));
}

// The server's own arguments are cut at blanks, so one of those is left to source_url_test.cpp.
TEST_F(OddServersTest, AnyPasswordWorksAsAKeyOfItsOwn) {
  for (const std::string password : {"pa/ss", "12345#x", "100%41", "what?", "me@home", "a:b", "ünï", "x\\y",
                                     "+=&", "%%", "se://cret", "'quoted'"}) {
    SCOPED_TRACE(password);
    const auto server = serve("--auth md5,basic --password " + password);
    expect_video(server->url(), {.username = "admin", .password = password});
  }
}

TEST_F(OddServersTest, APasswordThatEndsTheServersPartOfTheUrlIsMisconfigured) {
  for (const auto& [password, code] : {std::pair<std::string, std::string>("pa/ss", "%2F"),
                                       {"12345#x", "%23"},
                                       {"what?", "%3F"},
                                       {"8/", "%2F"}}) {
    SCOPED_TRACE(password);
    const auto server = serve("--auth md5 --password " + password);
    const CameraStats stats = first_failure(server->url("admin:" + password + "@"));
    EXPECT_EQ(stats.state, CameraState::misconfigured);
    EXPECT_THAT(stats.message, HasSubstr(code));
    EXPECT_THAT(stats.message, HasSubstr("keys username and password"));
    EXPECT_THAT(stats.message, Not(HasSubstr(password)));
    EXPECT_EQ(server->requests("DESCRIBE"), 0);
  }
}

TEST_F(OddServersTest, APercentThatWasReadAsACodeIsNamedWhenTheLoginIsRefused) {
  const CameraStats stats = first_failure(serve("--auth md5 --password 100%41")->url("admin:100%41@"));
  EXPECT_EQ(stats.reason, Condition::refused);
  EXPECT_THAT(stats.message, HasSubstr("%25"));
  EXPECT_THAT(stats.message, Not(HasSubstr("100%41")));
}

TEST_F(OddServersTest, TheSessionIsTornDownAtAStop) {
  const auto server = serve("");
  expect_video(server->url());
  const auto give_up =
      std::chrono::steady_clock::now() + std::chrono::minutes(1);  // the server prints it later
  while (server->requests("TEARDOWN") == 0 && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(server->requests("TEARDOWN"), 1);
}

TEST_F(OddServersTest, WhileKeyFramesAreFarApartItSaysThatItWaitsForOne) {
  const auto server = serve("--start 350", "made_longgop_28s.h264");
  SeeingSink sink;
  StreamCamera camera({"gate", server->url(), {}, ""}, {}, memory_, system_clock());
  RunningCamera running(camera, sink);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.reason == Condition::no_key_frame; }));
  const CameraStats stats = camera.stats();
  EXPECT_EQ(stats.state, CameraState::starting);
  EXPECT_THAT(stats.message, HasSubstr("packets come, no key frame yet"));
  ASSERT_TRUE(sink.wait_for(1)) << camera.stats().message;
  EXPECT_EQ(camera.stats().reason, std::nullopt);
  EXPECT_EQ(camera.stats().job_starts, 1U);
}

}  // namespace
}  // namespace vigia::camera
