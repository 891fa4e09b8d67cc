#include "testing/jpeg_header.h"

namespace vigia::testing {
namespace {

int byte_at(std::string_view data, std::size_t at) {
  return static_cast<unsigned char>(data[at]);
}
int word_at(std::string_view data, std::size_t at) {
  return byte_at(data, at) << 8 | byte_at(data, at + 1);
}

// SOF0..SOF15 without DHT, JPG and DAC, which share the range.
bool is_frame_header(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

char high(int value) {
  return static_cast<char>(value >> 8 & 0xff);
}
char low(int value) {
  return static_cast<char>(value & 0xff);
}

}  // namespace

std::optional<domain::Size> jpeg_size(std::string_view jpeg) {
  if (jpeg.size() < 4 || word_at(jpeg, 0) != 0xFFD8 || !jpeg.ends_with("\xFF\xD9")) return std::nullopt;
  std::optional<domain::Size> size;
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && byte_at(jpeg, at) == 0xFF) {
    const int marker = byte_at(jpeg, at + 1);
    const auto length = static_cast<std::size_t>(word_at(jpeg, at + 2));
    if (length < 2 || at + 2 + length > jpeg.size()) return std::nullopt;
    if (is_frame_header(marker) && length >= 8) {
      size = domain::Size{.width = word_at(jpeg, at + 7), .height = word_at(jpeg, at + 5)};
    }
    if (marker == 0xDA) return size;  // image data follows
    at += 2 + length;
  }
  return std::nullopt;
}

std::string tiny_jpeg(domain::Size size, std::string_view payload) {
  std::string jpeg = "\xFF\xD8\xFF\xC0";
  jpeg += {0, 11, 8, high(size.height), low(size.height), high(size.width), low(size.width), 1, 1, 0x11, 0};
  jpeg += "\xFF\xDA";
  jpeg += {0, 8, 1, 1, 0, 0, 63, 0};
  jpeg += payload;
  jpeg += "\xFF\xD9";
  return jpeg;
}

}  // namespace vigia::testing
