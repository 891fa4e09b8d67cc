#include "discover/replies.h"

#include <charconv>
#include <cmath>

namespace vigia::discover {
namespace {

constexpr std::size_t kMostServices = 100;
constexpr int kLargestSide = 65535;

// A whole number, possibly with a fraction that is left out; 0: none.
int number(const pugi::xml_node& node, int at_most) {
  const std::string text = text_of(node);
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && value >= 0 && value <= at_most ? value : 0;
}

double fraction(const pugi::xml_node& node, double at_most) {
  const std::string text = text_of(node);
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && std::isfinite(value) && value >= 0 && value <= at_most ? value : 0;
}

// encoder: VideoEncoderConfiguration of media, or VideoEncoder of media2.
StreamProfile with_video(StreamProfile profile, const pugi::xml_node& encoder) {
  profile.codec = text_of(child(encoder, "Encoding"));
  profile.width = number(descend(encoder, {"Resolution", "Width"}), kLargestSide);
  profile.height = number(descend(encoder, {"Resolution", "Height"}), kLargestSide);
  profile.fps = fraction(descend(encoder, {"RateControl", "FrameRateLimit"}), 1000);
  return profile;
}

}  // namespace

std::optional<UtcTime> read_time(const pugi::xml_node& content) {
  const pugi::xml_node system = child(content, "SystemDateAndTime");
  pugi::xml_node time = child(system, "UTCDateTime");
  if (!time) time = child(system, "LocalDateTime");  // of devices that know no time zones
  const auto value = [&time](std::string_view part, std::string_view name) {
    const std::string text = text_of(descend(time, {part, name}));
    int read = -1;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), read);
    return failed == std::errc() ? read : -1;
  };
  const int hour = value("Time", "Hour"), minute = value("Time", "Minute"), second = value("Time", "Second");
  const int year = value("Date", "Year"), month = value("Date", "Month"), day = value("Date", "Day");
  if (year < 1970 || year > 2200 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool possible =
      date.ok() && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!possible) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

DeviceInformation read_information(const pugi::xml_node& content) {
  const auto text = [&content](std::string_view name) { return text_of(child(content, name)); };
  return {text("Manufacturer"), text("Model"), text("FirmwareVersion"), text("SerialNumber"),
          text("HardwareId")};
}

MediaServices read_services(const pugi::xml_node& content) {
  MediaServices found;
  for (const pugi::xml_node& service : children(content, "Service", kMostServices)) {
    const std::string name = text_of(child(service, "Namespace"));
    if (name == kMedia) found.media = text_of(child(service, "XAddr"));
    if (name == kMedia2) found.media2 = text_of(child(service, "XAddr"));
  }
  return found;
}

MediaServices read_capabilities(const pugi::xml_node& content) {
  const pugi::xml_node all = child(content, "Capabilities");
  MediaServices found;
  found.media = text_of(descend(all, {"Media", "XAddr"}));
  found.media2 = text_of(descend(all, {"Extension", "Media2", "XAddr"}));
  return found;
}

std::vector<StreamProfile> read_profiles(const pugi::xml_node& content) {
  std::vector<StreamProfile> profiles;
  for (const pugi::xml_node& node : children(content, "Profiles", kMostProfiles)) {
    StreamProfile profile;
    profile.token = attribute(node, "token");
    profile.name = text_of(child(node, "Name"));
    const pugi::xml_node media2 = child(node, "Configurations");
    const pugi::xml_node encoder =
        media2 ? child(media2, "VideoEncoder") : child(node, "VideoEncoderConfiguration");
    const pugi::xml_node source =
        media2 ? child(media2, "VideoSource") : child(node, "VideoSourceConfiguration");
    profile.source = text_of(child(source, "SourceToken"));
    if (!profile.token.empty() && encoder) profiles.push_back(with_video(std::move(profile), encoder));
  }
  return profiles;
}

std::string read_stream_uri(const pugi::xml_node& content) {
  std::string uri = text_of(descend(content, {"MediaUri", "Uri"}));
  return uri.empty() ? text_of(child(content, "Uri")) : uri;
}

}  // namespace vigia::discover
