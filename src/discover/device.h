// What is known of an ONVIF device once it has been asked: values. All texts are as the device sent them:
// plain() them before they are shown. Threads: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::discover {

struct DeviceInformation {
  std::string make, model, firmware, serial, hardware;
};

// One way in which a device offers the picture of a video source.
struct StreamProfile {
  std::string token, name;
  std::string source;  // the token of its video source
  std::string codec;   // "H264", "H265", "JPEG", ... as the device spells it
  int width = 0, height = 0;
  double fps = 0;  // 0: not told

  [[nodiscard]] long long pixels() const { return static_cast<long long>(width) * height; }
};

// A profile with its address.
struct Stream {
  StreamProfile profile;
  std::string url;                     // without a login
  std::string user;                    // that its address named; empty: none
  bool needs_password_in_url = false;  // its address held one, which was taken out
};

// A video source: a camera has one, a recorder or an encoder has several.
struct VideoSource {
  std::string token;
  std::vector<StreamProfile> profiles;  // the largest first
  std::optional<Stream> main, sub;      // the largest; and, if there is another, a smaller one
};

enum class LoginKind { none, security_header, http_digest };

struct Device {
  std::string host;         // at which it was reached, without brackets
  std::string service;      // the url of its device service that answered; empty: none did
  std::string name, place;  // as it announced itself; may be empty
  DeviceInformation information;
  std::optional<Nanoseconds> clock_ahead;  // of ours
  LoginKind login = LoginKind::none;       // what it accepted
  std::string user;                        // with whom it was asked; empty: without a login
  std::vector<VideoSource> sources;
  std::vector<std::string> notes;  // for people: what was odd
  std::optional<Error> failure;    // why not all, or nothing, of it is known
};

}  // namespace vigia::discover
