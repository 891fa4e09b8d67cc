#include "discover/probe_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discover/find_devices.h"

namespace vigia::discover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string matches(const std::string& content) {
  return "<s:Envelope xmlns:s='x'><s:Body><d:ProbeMatches>" + content +
         "</d:ProbeMatches></s:Body></s:Envelope>";
}

std::vector<Match> read(const std::string& text) {
  const auto found = read_matches(text, "10.0.0.5");
  return found ? *found : std::vector<Match>{};
}

TEST(ProbeMessageTest, EachHasAnIdOfItsOwn) {
  EXPECT_THAT(probe_message(), HasSubstr("dn:NetworkVideoTransmitter"));
  EXPECT_NE(probe_message(), probe_message());
}

TEST(ProbeMessageTest, AnAnswerTellsWhereTheDeviceIsAndWhatItIsCalled) {
  const auto found = read(
      matches("<d:ProbeMatch><a:EndpointReference><a:Address> urn:uuid:1 </a:Address></a:EndpointReference>"
              "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>\n onvif://www.onvif.org/type/ptz\n"
              "onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/location/hall </d:Scopes>"
              "<d:XAddrs>http://10.0.0.5:8080/onvif/device_service\thttp://[fe80::1]/onvif ftp://x "
              "http://user:pw@10.0.0.5/ http://a\"b/ nonsense"
              "</d:XAddrs></d:ProbeMatch>"));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].endpoint, "urn:uuid:1");
  EXPECT_EQ(found[0].name, "Front door");
  EXPECT_EQ(found[0].place, "hall");
  EXPECT_THAT(found[0].xaddrs,
              ElementsAre("http://10.0.0.5:8080/onvif/device_service", "http://[fe80::1]/onvif"));
}

TEST(ProbeMessageTest, OtherDevicesAreLeftOut) {
  EXPECT_THAT(read(matches("<d:ProbeMatch><d:Types>wsdp:Device pub:Computer</d:Types></d:ProbeMatch>")),
              IsEmpty());
  EXPECT_THAT(read("M-SEARCH * HTTP/1.1\r\n"), IsEmpty());
  EXPECT_THAT(read("<Envelope><Body><Hello/></Body></Envelope>"), IsEmpty());
}

TEST(ProbeMessageTest, TheAddressThatAnsweredIsTriedFirstAndLinkLocalOnesLast) {
  EXPECT_THAT(
      service_urls({.endpoint = {},
                    .xaddrs = {"http://[fe80::1]/x", "http://169.254.1.2/x", "http://[2001:db8::1]/x",
                               "https://10.0.0.5/x", "http://10.0.0.5/x"},
                    .name = {},
                    .place = {},
                    .from = "10.0.0.5"}),
      ElementsAre("http://10.0.0.5/x", "https://10.0.0.5/x", "http://[2001:db8::1]/x", "http://[fe80::1]/x"));
}

TEST(ProbeMessageTest, AnAddressThatTheDeviceNoLongerHasIsReplacedFirst) {
  EXPECT_THAT(service_urls({.endpoint = {},
                            .xaddrs = {"http://192.168.1.108:8899/onvif"},
                            .name = {},
                            .place = {},
                            .from = "10.0.0.5"}),
              ElementsAre("http://10.0.0.5:8899/onvif", "http://192.168.1.108:8899/onvif"));
  EXPECT_THAT(service_urls({.endpoint = {}, .xaddrs = {}, .name = {}, .place = {}, .from = "10.0.0.5"}),
              ElementsAre("http://10.0.0.5/onvif/device_service"));
}

TEST(ProbeMessageTest, ADeviceIsKeptOnceButTwoWithOneEndpointAddressAreBothKept) {
  std::vector<Match> all;
  const auto add = [&all](const char* endpoint, const char* from, const char* xaddr) {
    add_match(all, {.endpoint = endpoint, .xaddrs = {xaddr}, .name = {}, .place = {}, .from = from});
  };
  add("urn:1", "10.0.0.5", "http://10.0.0.5/x");
  add("urn:1", "10.0.0.5", "http://10.0.0.5/x");  // again
  add("urn:1", "10.9.0.5", "http://10.0.0.5/x");  // by its other network
  EXPECT_THAT(all, SizeIs(1));
  add("urn:1", "10.0.0.6", "http://10.0.0.6/x");  // cheap cameras all have the same
  add("", "10.0.0.7", "http://10.0.0.7/x");
  add("", "10.0.0.7", "http://10.0.0.7/x");
  EXPECT_THAT(all, SizeIs(3));
}

}  // namespace
}  // namespace vigia::discover
