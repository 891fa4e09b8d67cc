// Probes over loopback, answered by devices of testing/.
#include "discover/find_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "testing/onvif_device.h"

namespace vigia::discover {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using vigia::testing::OnvifDevice;
using vigia::testing::OnvifMake;

// An address of this machine from which only this test sends.
std::string own_address() {
  std::random_device random;
  return "127." + std::to_string(1 + random() % 60) + "." + std::to_string(random() % 256) + "." +
         std::to_string(1 + random() % 254);
}

std::unique_ptr<OnvifDevice> device(OnvifMake make, const std::string& endpoint, const std::string& heard) {
  auto started = OnvifDevice::start({.make = make, .endpoint = endpoint, .heard = heard});
  EXPECT_TRUE(started) << (started ? "" : started.error().text);
  return started ? *std::move(started) : nullptr;
}

TEST(FindDevicesTest, AMulticastFindsEachDeviceOnce) {
  const std::string from = own_address();
  const auto first = device(OnvifMake::hikvision, "urn:uuid:1", from);
  const auto second = device(OnvifMake::clone, "urn:uuid:2", from);
  const auto interfaces = find_interfaces(std::vector{from});
  ASSERT_TRUE(interfaces);
  const auto found = find_devices({.interfaces = *interfaces, .hosts = {}, .wait = 2s}, system_clock(), {});
  ASSERT_TRUE(found) << found.error().text;
  ASSERT_THAT(found->devices, SizeIs(2));
  EXPECT_EQ(first->probes(), 3) << "datagrams get lost";
  const auto& match = found->devices[found->devices[0].endpoint == "urn:uuid:1" ? 0 : 1];
  EXPECT_EQ(match.name, "Front door");
  EXPECT_EQ(service_urls(match).front(), first->url());
}

TEST(FindDevicesTest, SingleHostsAreAskedAndItEndsOnceAllHaveAnswered) {
  const auto there = device(OnvifMake::dahua, "urn:uuid:1", "");
  const auto found = find_devices({.interfaces = {}, .hosts = {there->address(), "gate.local"}, .wait = 60s},
                                  system_clock(), {});
  ASSERT_TRUE(found);
  ASSERT_THAT(found->devices, SizeIs(1));
  EXPECT_EQ(found->devices[0].from, there->address());
  EXPECT_EQ(service_urls(found->devices[0]).front(), there->url()) << "not the address that it had before";
}

TEST(FindDevicesTest, AStopEndsTheWait) {
  std::stop_source stop;
  stop.request_stop();
  const auto found =
      find_devices({.interfaces = {}, .hosts = {"127.0.0.1"}, .wait = 60s}, system_clock(), stop.get_token());
  ASSERT_TRUE(found);
  EXPECT_THAT(found->devices, IsEmpty());
}

TEST(FindDevicesTest, WhereNothingCanBeSentThatIsSaid) {
  const auto found =
      find_devices({.interfaces = {{"gone", "203.0.113.7"}}, .hosts = {}, .wait = 10ms}, system_clock(), {});
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().text, HasSubstr("by gone (203.0.113.7) no Probe can be sent"));
  EXPECT_FALSE(find_devices({.interfaces = {}, .hosts = {}, .wait = 10ms}, system_clock(), {}));
}

TEST(InterfacesTest, AreNamedOrFound) {
  const auto loopback = find_interfaces(std::vector<std::string>{"lo"});
  ASSERT_TRUE(loopback) << loopback.error().text;
  EXPECT_EQ(loopback->front().address, "127.0.0.1");
  const auto none = find_interfaces(std::vector<std::string>{"eth99\x1B"});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text, HasSubstr("--interface: 'eth99'"));
  const auto all = find_interfaces({});
  ASSERT_TRUE(all);
  for (const Interface& one : *all) EXPECT_NE(one.name, "lo");
}

}  // namespace
}  // namespace vigia::discover
