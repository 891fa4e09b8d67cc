// Makes a camera's url of the address that a device gives for a stream. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "discover/device.h"

namespace vigia::discover {

// What stands in the url for a password that was taken out.
inline constexpr std::string_view kPasswordHere = "PASSWORD";

// uri: as the device gave it. host: at which the device was reached: it is kept where the uri names another,
// as devices do that are behind a NAT, have several addresses or none (0.0.0.0), with a note. A login is
// taken out, and a password among the parameters becomes kPasswordHere. Error: invalid (no rtsp:// or
// rtsps://).
Result<Stream> stream_of(const StreamProfile& profile, std::string_view uri, const std::string& host,
                         std::vector<std::string>& notes);

// "[::1]" of "::1"; others as they are.
std::string in_url(const std::string& host);

}  // namespace vigia::discover
