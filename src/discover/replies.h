// What the answers of ONVIF's services say. Whatever is missing or makes no sense is left empty: devices
// leave out what the standard requires. Threads: pure functions. `content`: of an Answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "discover/device.h"
#include "discover/xml.h"

namespace vigia::discover {

inline constexpr std::string_view kDeviceService = "http://www.onvif.org/ver10/device/wsdl";
inline constexpr std::string_view kMedia = "http://www.onvif.org/ver10/media/wsdl";
inline constexpr std::string_view kMedia2 = "http://www.onvif.org/ver20/media/wsdl";

inline constexpr std::size_t kMostProfiles = 1024;

// GetSystemDateAndTime. Nothing: it tells no time, or an impossible one.
std::optional<UtcTime> read_time(const pugi::xml_node& content);

DeviceInformation read_information(const pugi::xml_node& content);

// Where the media services are; empty: there is none.
struct MediaServices {
  std::string media, media2;
};
MediaServices read_services(const pugi::xml_node& content);      // GetServices
MediaServices read_capabilities(const pugi::xml_node& content);  // GetCapabilities

// GetProfiles of either media service, without those that have no video.
std::vector<StreamProfile> read_profiles(const pugi::xml_node& content);

// GetStreamUri of either; empty: there is none.
std::string read_stream_uri(const pugi::xml_node& content);

}  // namespace vigia::discover
