// Devices of several makes, and misbehaving ones, asked over loopback. The device checks the logins.
#include "discover/ask_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "discover/ask_all.h"
#include "testing/onvif_device.h"

namespace vigia::discover {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using vigia::testing::OnvifDevice;
using vigia::testing::OnvifFault;
using vigia::testing::OnvifMake;
using vigia::testing::OnvifOptions;

class AskDeviceTest : public ::testing::Test {
 protected:
  void start(OnvifOptions options) {
    http_.reset();  // its connections end, so that the last device need not wait for that
    there_.reset();
    login_ = {options.user.empty() ? "admin" : options.user, options.password};
    auto started = OnvifDevice::start(std::move(options));
    ASSERT_TRUE(started) << started.error().text;
    there_ = *std::move(started);
    http_.emplace();
  }
  Device ask(const std::stop_token& stop = {}) {
    return ask_device({.host = there_->address(), .urls = {there_->url()}, .name = "", .place = ""}, login_,
                      *http_, system_clock(), stop);
  }
  [[nodiscard]] std::string at(const std::string& rest) const { return "rtsp://" + there_->address() + rest; }
  [[nodiscard]] long times_asked(const std::string& operation) const {
    const auto asked = there_->asked();
    return std::ranges::count(asked, operation);
  }

  std::unique_ptr<OnvifDevice> there_;
  Login login_;
  std::optional<http::Http> http_;
};

TEST_F(AskDeviceTest, HikvisionsLargestAndASmallerStreamAreFound) {
  start({.make = OnvifMake::hikvision});
  const Device device = ask();
  ASSERT_FALSE(device.failure) << device.failure->text;
  EXPECT_EQ(device.information.make, "HIKVISION");
  EXPECT_EQ(device.information.model, "DS-2CD2143G2-I");
  ASSERT_THAT(device.sources, SizeIs(1));
  ASSERT_TRUE(device.sources[0].main && device.sources[0].sub);
  const Stream& main = *device.sources[0].main;
  EXPECT_EQ(main.url, at(":554/Streaming/Channels/101?transportmode=unicast&profile=Profile_1"));
  EXPECT_EQ(main.profile.width, 2688);
  EXPECT_EQ(main.profile.fps, 20);
  EXPECT_EQ(device.sources[0].sub->url,
            at(":554/Streaming/Channels/102?transportmode=unicast&profile=Profile_2"));
  EXPECT_THAT(device.sources[0].profiles, SizeIs(3)) << "one is for sound only";
  EXPECT_EQ(device.login, LoginKind::http_digest) << "it offers that";
  EXPECT_EQ(there_->failed_logins(), 0);
  EXPECT_THAT(device.notes, IsEmpty());
}

TEST_F(AskDeviceTest, DahuasStreamsAreAtTheAddressThatWasReached) {
  start({.make = OnvifMake::dahua});
  const Device device = ask();
  ASSERT_FALSE(device.failure) << device.failure->text;
  ASSERT_THAT(device.sources, SizeIs(1));
  EXPECT_EQ(device.sources[0].main->url,
            at(":554/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif"));
  EXPECT_EQ(device.sources[0].sub->url,
            at(":554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif"));
  EXPECT_THAT(device.notes, ElementsAre(HasSubstr("192.168.1.108")));
  EXPECT_EQ(device.login, LoginKind::security_header);
  EXPECT_EQ(there_->failed_logins(), 0);
}

TEST_F(AskDeviceTest, AxisWantsHttpDigestEvenForItsTime) {
  start({.make = OnvifMake::axis});
  const Device device = ask();
  ASSERT_FALSE(device.failure) << device.failure->text;
  EXPECT_EQ(device.sources.at(0).main->url,
            at("/onvif-media/media.amp?profile=profile_1_h264&sessiontimeout=60&streamtype=unicast"));
  EXPECT_FALSE(device.sources[0].sub) << "it has one profile";
  EXPECT_EQ(device.login, LoginKind::http_digest);
  EXPECT_EQ(there_->failed_logins(), 0);
  EXPECT_EQ(there_->logins(), 4) << "one challenge serves for all";
}

TEST_F(AskDeviceTest, ACloneWithoutServicesPrefixesAndClock) {
  start({.make = OnvifMake::clone, .clock_ahead = -std::chrono::hours(24 * 365 * 30)});
  const Device device = ask();
  ASSERT_FALSE(device.failure) << device.failure->text;
  const VideoSource& source = device.sources.at(0);
  EXPECT_EQ(source.main->url, at(":554/user=admin&password=PASSWORD&channel=1&stream=0.sdp?real_stream"));
  EXPECT_TRUE(source.main->needs_password_in_url);
  EXPECT_EQ(source.sub->profile.width, 352) << "small, and the only other one";
  EXPECT_THAT(device.notes, Contains(HasSubstr("its clock is 94608")));
  EXPECT_EQ(there_->failed_logins(), 0) << "it was asked by its own clock";
}

TEST_F(AskDeviceTest, ACameraWithTheSecondMediaServiceOnly) {
  start({.make = OnvifMake::media2});
  const Device device = ask();
  ASSERT_FALSE(device.failure) << device.failure->text;
  EXPECT_EQ(device.sources.at(0).main->url, at("/rtsp_tunnel?p=0&h26x=4&vcd=2"));
  EXPECT_EQ(device.sources[0].profiles.at(0).codec, "H265");
  EXPECT_EQ(device.sources[0].profiles[0].fps, 12.5);
}

TEST_F(AskDeviceTest, EachVideoSourceOfARecorderIsACamera) {
  start({.make = OnvifMake::recorder});
  const Device device = ask();
  ASSERT_THAT(device.sources, SizeIs(4));
  EXPECT_EQ(device.sources[3].main->url, at(":554/Streaming/Unicast/channels/401"));
  EXPECT_EQ(device.sources[3].sub->url, at(":554/Streaming/Unicast/channels/402"));
  EXPECT_FALSE(device.sources[2].main);
  ASSERT_TRUE(device.failure) << "the third has no stream";
  EXPECT_THAT(device.failure->text, HasSubstr("VideoSource_3"));
}

TEST_F(AskDeviceTest, ADeviceThatWantsNoLoginGetsNone) {
  start({.make = OnvifMake::dahua, .user = ""});
  const Device device = ask();
  EXPECT_FALSE(device.failure);
  EXPECT_EQ(device.login, LoginKind::none);
  EXPECT_THAT(there_->received(), AllOf(Not(HasSubstr("UsernameToken")), Not(HasSubstr("Authorization"))));
}

TEST_F(AskDeviceTest, ARefusedPasswordIsTriedOnce) {
  for (const OnvifMake make : {OnvifMake::hikvision, OnvifMake::dahua, OnvifMake::axis, OnvifMake::clone}) {
    start({.make = make});
    login_.password = "wrong";
    const Device device = ask();
    ASSERT_TRUE(device.failure);
    EXPECT_EQ(device.failure->code, ErrorCode::refused);
    EXPECT_THAT(device.failure->text,
                AllOf(HasSubstr("refuses the user admin or the password"), HasSubstr("tried once")));
    EXPECT_EQ(there_->failed_logins(), 1);
    EXPECT_THAT(device.sources, IsEmpty());
  }
}

TEST_F(AskDeviceTest, WithoutALoginItSaysWhatToGive) {
  start({.make = OnvifMake::dahua});
  login_ = {};
  const Device device = ask();
  ASSERT_TRUE(device.failure);
  EXPECT_THAT(device.failure->text, AllOf(HasSubstr("--user"), HasSubstr("VIGIA_DEFAULTS_PASSWORD")));
  EXPECT_EQ(there_->failed_logins(), 0);
}

TEST_F(AskDeviceTest, AUserWithoutTheRightToStreamsIsNotAWrongPassword) {
  for (const OnvifMake make : {OnvifMake::axis, OnvifMake::dahua}) {
    start({.make = make, .right_to_streams = false});
    const Device device = ask();
    ASSERT_TRUE(device.failure);
    EXPECT_THAT(device.failure->text, HasSubstr("the user admin may not ask this"));
    EXPECT_EQ(device.information.make.empty(), false);
    EXPECT_EQ(there_->failed_logins(), 0);
    EXPECT_EQ(times_asked("GetStreamUri"), 1);
  }
}

TEST_F(AskDeviceTest, ThePasswordNeverGoesOverTheNetwork) {
  for (const OnvifMake make : {OnvifMake::hikvision, OnvifMake::dahua, OnvifMake::axis, OnvifMake::clone}) {
    start({.make = make, .password = "s3cretWord"});
    ask();
    EXPECT_GT(there_->logins(), 0);
    EXPECT_THAT(there_->received(), Not(HasSubstr("s3cretWord")));
    EXPECT_THAT(there_->received(), Not(HasSubstr("Basic ")));
  }
}

struct Case {
  OnvifFault fault;
  const char* said;
};

TEST_F(AskDeviceTest, HostileAndBrokenAnswersAreErrors) {
  for (const Case& one :
       {Case{OnvifFault::huge, "too large"}, Case{OnvifFault::deep, "too many elements"},
        Case{OnvifFault::entities, "document type"}, Case{OnvifFault::garbage, "no XML"},
        Case{OnvifFault::cut, "while reading"}, Case{OnvifFault::status_500, "HTTP status 500"}}) {
    for (const char* const operation : {"GetSystemDateAndTime", "GetProfiles", "GetStreamUri"}) {
      start({.make = OnvifMake::hikvision});
      there_->misbehave(operation, one.fault);
      const Device device = ask();
      ASSERT_TRUE(device.failure) << one.said;
      EXPECT_THAT(device.failure->text, HasSubstr(one.said)) << operation;
    }
  }
}

TEST_F(AskDeviceTest, AnOddAnswerToWhatIsNotNeededDoesNoHarm) {
  start({.make = OnvifMake::hikvision});
  there_->misbehave("GetDeviceInformation", OnvifFault::garbage);
  const Device device = ask();
  EXPECT_FALSE(device.failure);
  EXPECT_EQ(device.sources.size(), 1U);
  EXPECT_EQ(device.information.make, "");
}

// Three devices of one make, each with its own fault at GetProfiles.
class ManyDevicesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const OnvifFault fault : {OnvifFault::hang, OnvifFault::trickle, OnvifFault::none}) {
      auto device = OnvifDevice::start({.make = OnvifMake::dahua});
      ASSERT_TRUE(device);
      (*device)->misbehave("GetProfiles", fault);
      leads_.push_back({.host = (*device)->address(), .urls = {(*device)->url()}, .name = "", .place = ""});
      there_.push_back(*std::move(device));
    }
  }
  std::vector<Device> ask_them(const std::stop_token& stop) {
    const OnvifOptions options;
    return ask_all(leads_, {{options.user, options.password}, {}}, http_, stop);
  }
  [[nodiscard]] bool was_asked(std::size_t device, const std::string& operation, long times) const {
    const auto asked = there_[device]->asked();
    return std::ranges::count(asked, operation) >= times;
  }

  std::vector<std::unique_ptr<OnvifDevice>> there_;
  std::vector<Lead> leads_;
  http::Http http_;
};

TEST_F(ManyDevicesTest, ThoseThatHangOrTrickleAreGivenUp) {
  const auto devices = ask_them({});
  ASSERT_THAT(devices, SizeIs(3));
  for (const std::size_t slow : {0U, 1U}) {
    ASSERT_TRUE(devices[slow].failure);
    EXPECT_EQ(devices[slow].failure->code, ErrorCode::timeout) << devices[slow].failure->text;
    EXPECT_EQ(devices[slow].information.make, "Dahua") << "what it had said before";
  }
  EXPECT_FALSE(devices[2].failure);
}

TEST_F(ManyDevicesTest, OneThatHangsDelaysNeitherTheOthersNorAStop) {
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (!was_asked(0, "GetProfiles", 1) || !was_asked(2, "GetStreamUri", 2)) std::this_thread::yield();
    stop.request_stop();
  });
  const auto devices = ask_them(stop.get_token());
  ASSERT_TRUE(devices.at(0).failure);
  EXPECT_EQ(devices[0].failure->code, ErrorCode::cancelled);
}

TEST_F(AskDeviceTest, AStopEndsItAtOnce) {
  start({.make = OnvifMake::dahua});
  there_->misbehave("", OnvifFault::hang);
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (there_->asked().empty()) std::this_thread::yield();
    stop.request_stop();
  });
  const Device device = ask(stop.get_token());
  ASSERT_TRUE(device.failure);
  EXPECT_EQ(device.failure->code, ErrorCode::cancelled);
  EXPECT_EQ(there_->asked().size(), 1U);
}

TEST_F(AskDeviceTest, TheNextUrlIsTriedWhereOneDoesNotAnswer) {
  start({.make = OnvifMake::hikvision});
  const Device device = ask_device({.host = "x",
                                    .urls = {"http://127.0.0.1:1/onvif/device_service", there_->url()},
                                    .name = "",
                                    .place = ""},
                                   login_, *http_, system_clock(), {});
  EXPECT_FALSE(device.failure);
  EXPECT_EQ(device.host, there_->address());
  const Device none = ask_device({.host = "x", .urls = {"http://127.0.0.1:1/a"}, .name = "", .place = ""},
                                 login_, *http_, system_clock(), {});
  ASSERT_TRUE(none.failure);
  EXPECT_EQ(none.failure->code, ErrorCode::unavailable);
  EXPECT_EQ(none.host, "x");
}

TEST_F(AskDeviceTest, ARedirectionToTheSameHostIsFollowed) {
  start({.make = OnvifMake::hikvision});
  there_->misbehave("GetSystemDateAndTime", OnvifFault::moved);
  const Device device = ask();
  EXPECT_FALSE(device.failure);
  EXPECT_THAT(device.service, HasSubstr("/moved/here"));
}

TEST(LeadsTest, ATargetIsAskedWhereItsAnswerSaysAndOthersBesideIt) {
  const std::vector<Target> targets{{"10.0.0.20", "http://10.0.0.20/onvif/device_service", true, true},
                                    {"10.0.0.3", "http://10.0.0.3:81/x", false, false},
                                    {"gate", "http://gate/onvif/device_service", false, true}};
  const auto match = [](const char* from, const char* xaddr) {
    return Match{.endpoint = from, .xaddrs = {xaddr}, .name = "n", .place = "", .from = from};
  };
  const std::vector<Match> matches{match("10.0.0.20", "http://10.0.0.20:2020/s"),
                                   match("10.0.0.3", "http://10.0.0.3:81/x"),
                                   match("10.0.0.100", "http://10.0.0.100/y")};
  const auto leads = leads_of(targets, matches);
  ASSERT_THAT(leads, SizeIs(4));
  EXPECT_THAT(leads[0].urls, ElementsAre("http://10.0.0.3:81/x"));
  EXPECT_EQ(leads[0].name, "n");
  EXPECT_THAT(leads[1].urls, ElementsAre("http://10.0.0.20:2020/s", "http://10.0.0.20/onvif/device_service"));
  EXPECT_FALSE(leads[1].may_be_absent) << "it answered";
  EXPECT_EQ(leads[2].host, "10.0.0.100");
  EXPECT_EQ(leads[3].host, "gate");
}

}  // namespace
}  // namespace vigia::discover
