// Minimal JPEG support: reads the size from a file's header, and makes a tiny file with such a header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/geometry.h"

namespace vigia::testing {

// From the first SOF segment; nothing if it is not a JPEG, is cut off before its image data, or lacks its end
// marker.
std::optional<domain::Size> jpeg_size(std::string_view jpeg);

// A file with that size in its header and `payload` as image data: not for decoders.
std::string tiny_jpeg(domain::Size size, std::string_view payload = "image");

}  // namespace vigia::testing
