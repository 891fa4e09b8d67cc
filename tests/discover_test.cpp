// `vigia discover` of the built program finds cameras over loopback, and what it prints are settings.
#include <gmock/gmock.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <sstream>

#include "settings/load.h"
#include "testing/onvif_device.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using Json = nlohmann::json;
using testing::OnvifDevice;
using testing::OnvifFault;
using testing::OnvifMake;
using testing::OnvifOptions;

class DiscoverTest : public VigiaProgram {
 protected:
  DiscoverTest() {
    std::random_device random;
    from_ = fmt_address(random());
    environment_["VIGIA_DEFAULTS_PASSWORD"] = OnvifOptions().password;
  }
  static std::string fmt_address(unsigned number) {
    return "127." + std::to_string(1 + number % 60) + "." + std::to_string(number / 64 % 256) + "." +
           std::to_string(1 + number / 16384 % 250);
  }
  OnvifDevice& add(OnvifOptions options) {
    options.endpoint = "urn:uuid:" + std::to_string(devices_.size());
    options.heard = from_;
    auto device = OnvifDevice::start(std::move(options));
    if (!device) throw std::runtime_error(device.error().text);
    return *devices_.emplace_back(*std::move(device));
  }
  // What was printed, read as settings.
  settings::Settings settings_of(const std::string& text) {
    write("found.yaml", text);
    // The clone's url looks as if it held a password.
    std::filesystem::permissions(folder() / "found.yaml", std::filesystem::perms::owner_read);
    const auto outcome = settings::load({folder() / "found.yaml", {}, {}});
    EXPECT_THAT(outcome.errors, SizeIs(0)) << (outcome.errors.empty() ? "" : outcome.errors.front()) << "\n"
                                           << text;
    EXPECT_THAT(outcome.warnings, SizeIs(0)) << (outcome.warnings.empty() ? "" : outcome.warnings.front());
    return outcome.settings.value_or(settings::Settings{});
  }

  std::string from_;  // the multicast comes from here
  std::vector<std::unique_ptr<OnvifDevice>> devices_;
};

TEST_F(DiscoverTest, AMulticastBecomesSettingsThatVigiaLoads) {
  add({.make = OnvifMake::hikvision});
  add({.make = OnvifMake::dahua});
  add({.make = OnvifMake::axis});
  add({.make = OnvifMake::clone, .clock_ahead = std::chrono::hours(-300'000)});
  add({.make = OnvifMake::media2});
  add({.make = OnvifMake::recorder});
  const auto finished = run({"discover", "--interface", from_, "--user", "admin", "--wait", "2"});
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  const auto settings = settings_of(finished.out);
  ASSERT_THAT(settings.cameras, SizeIs(8))
      << "three of the recorder's four; " << finished.out << finished.err;
  for (const auto& camera : settings.cameras) {
    EXPECT_TRUE(camera.spec.url.starts_with("rtsp://127.")) << camera.spec.url;
    EXPECT_EQ(camera.source.username, "admin");
    EXPECT_EQ(camera.source.password, "");
  }
  EXPECT_THAT(finished.out, AllOf(HasSubstr("HIKVISION DS-2CD2143G2-I, \"Front door\""),
                                  HasSubstr("sub stream: rtsp://"), HasSubstr("detect_url: \"rtsp://127."),
                                  Not(HasSubstr("s3cret")), Not(HasSubstr("\x1B"))));
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("asking 6 devices"), HasSubstr("192.168.1.108"), HasSubstr(" s behind"),
                    HasSubstr("8 cameras of 6 devices"), Not(HasSubstr("s3cret"))));
  for (const auto& device : devices_) EXPECT_EQ(device->failed_logins(), 0);
}

TEST_F(DiscoverTest, NamedCamerasAreAskedWhereTheyAnswerAProbe) {
  const OnvifDevice& by_probe = add({.make = OnvifMake::clone});
  const OnvifDevice& by_port = add({.make = OnvifMake::hikvision});
  const OnvifDevice& by_file = add({.make = OnvifMake::axis});
  write("more.txt", by_file.url() + "  # north\n");
  const auto finished =
      run({"discover", by_probe.address(), by_port.address() + ":" + std::to_string(by_port.port()), "--from",
           "more.txt", "--user", "admin"});
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_THAT(settings_of(finished.out).cameras, SizeIs(3));
  EXPECT_EQ(by_port.probes(), 0) << "its port was given";
}

TEST_F(DiscoverTest, ALoginOfTheSettingsIsUsedForItsCameraOnly) {
  const OnvifDevice& known = add({.make = OnvifMake::dahua, .user = "viewer", .password = "other"});
  const OnvifDevice& unknown = add({.make = OnvifMake::dahua});
  environment_.erase("VIGIA_DEFAULTS_PASSWORD");
  write_settings("cameras:\n  - {name: gate, url: \"rtsp://" + known.address() +
                 "/old\", username: viewer, password: other}\n");
  const auto finished = run({"discover", "-c", "vigia.yaml", known.address(), unknown.address()});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_THAT(settings_of(finished.out).cameras, SizeIs(1));
  EXPECT_THAT(finished.err, HasSubstr(unknown.address() + ": it wants a login: give --user"));
  EXPECT_EQ(known.failed_logins() + unknown.failed_logins(), 0);
}

TEST_F(DiscoverTest, EachDeviceIsALineOfJson) {
  add({.make = OnvifMake::hikvision});
  OnvifDevice& wrong = add({.make = OnvifMake::hikvision, .password = "another"});
  const auto finished = run({"discover", "--interface", from_, "--user", "admin", "--wait", "2", "--json"});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  std::istringstream lines(finished.out);
  int streams = 0, failures = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json device = Json::parse(line);
    streams += static_cast<int>(device.at("cameras").size());
    failures += device.at("failure").is_null() ? 0 : 1;
  }
  EXPECT_EQ(streams, 1);
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(wrong.failed_logins(), 1);
}

TEST_F(DiscoverTest, NoCameraIsExitCodeOneWithTheReason) {
  const auto nobody = run({"discover", "--interface", from_, "--wait", "0.3"});
  EXPECT_EQ(nobody.exit_status, 1);
  EXPECT_EQ(nobody.out, "");
  EXPECT_THAT(nobody.err, AllOf(HasSubstr("no ONVIF device answered"), HasSubstr(from_)));
  const OnvifDevice& there = add({.make = OnvifMake::hikvision, .password = "another"});
  const auto refused = run({"discover", there.address(), "--user", "admin"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr(there.address() + ": it refuses the user admin or the password"));
}

TEST_F(DiscoverTest, WrongArgumentsAreExitCodeTwoWithOneLine) {
  for (const auto& [arguments, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"discover", "10.0.0.0/8"}, "'10.0.0.0/8' is too wide a range"},
           {{"discover", "admin:s3cret@10.0.0.5"}, "give no login there"},
           {{"discover", "--interface", "nope"}, "--interface: 'nope'"},
           {{"discover", "--wait", "0"}, "--wait"},
           {{"discover", "--set", "defaults.usernam=x"}, "did you mean 'defaults.username'"}}) {
    const auto finished = run(arguments);
    EXPECT_EQ(finished.exit_status, 2) << finished.err;
    EXPECT_THAT(finished.err, AllOf(HasSubstr(said), Not(HasSubstr("s3cret"))));
    EXPECT_EQ(finished.out, "");
  }
}

TEST_F(DiscoverTest, OfARangeOnlyDevicesAreTold) {
  const OnvifDevice& there = add({.make = OnvifMake::clone});
  const auto finished = run({"discover", there.address() + "/31", "--user", "admin", "--json"});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("addresses of the ranges have no ONVIF device"));
  EXPECT_EQ(Json::parse(finished.out).at("address"), there.address());
}

// What the program shows at a terminal where somebody types that password when asked.
std::string at_terminal(std::vector<std::string> arguments, const std::string& folder,
                        const std::string& password) {
  std::vector<char*> words;
  arguments.insert(arguments.begin(), VIGIA_PROGRAM);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  std::string home = "HOME=" + folder;
  const std::array<char*, 2> environment{home.data(), nullptr};
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::execve(words.front(), words.data(), environment.data());
    ::_exit(127);
  }
  std::string shown;
  bool typed = false;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
    shown.append(buffer.data(), static_cast<std::size_t>(got));
    if (typed || shown.find("Password of admin") == std::string::npos) continue;
    typed = true;
    const std::string line = password + "\n";
    EXPECT_EQ(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  ::close(terminal);
  ::waitpid(child, nullptr, 0);
  return shown;
}

TEST_F(DiscoverTest, AtATerminalThePasswordIsAskedForAndNotShown) {
  const OnvifDevice& there = add({.make = OnvifMake::dahua});
  const std::string shown = at_terminal({"discover", there.address(), "--user", "admin"}, folder().string(),
                                        OnvifOptions().password);
  EXPECT_THAT(shown, AllOf(HasSubstr("Password of admin at the cameras: "), HasSubstr("/cam/realmonitor"),
                           Not(HasSubstr("s3cret"))));
  EXPECT_EQ(there.failed_logins(), 0);
}

TEST_F(DiscoverTest, ControlCEndsItAtOnceWithWhatIsKnown) {
  const OnvifDevice& quick = add({.make = OnvifMake::hikvision});
  OnvifDevice& slow = add({.make = OnvifMake::hikvision});
  slow.misbehave("GetProfiles", OnvifFault::hang);
  testing::Program program(vigia({"discover", quick.address(), slow.address(), "--user", "admin"}));
  ASSERT_TRUE(program.wait_for_text("asking 2 devices"));
  const auto asked = [](const OnvifDevice& device, const char* operation) {
    const auto all = device.asked();
    return std::ranges::find(all, operation) != all.end();
  };
  while (program.running() && (quick.logins() < 5 || !asked(slow, "GetProfiles"))) usleep(5000);
  program.signal(SIGINT);
  const auto finished = program.wait();
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("stopped: "));
  EXPECT_THAT(finished.out, HasSubstr(quick.address()));
}

}  // namespace
}  // namespace vigia::tests
