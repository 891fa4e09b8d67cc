// Just enough of JPEG: the size from a file's header, and the smallest file that has one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/geometry.h"

namespace vigia::testing {

// From the first SOF segment; nothing when it is no JPEG, is cut short before its image data, or lacks its
// end.
std::optional<domain::Size> jpeg_size(std::string_view jpeg);

// A file with that size in its header and `payload` as image data: not for decoders.
std::string tiny_jpeg(domain::Size size, std::string_view payload = "image");

}  // namespace vigia::testing
