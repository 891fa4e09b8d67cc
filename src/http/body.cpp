#include "http/body.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <utility>

namespace vigia::http {
namespace {

std::string make_boundary() {
  std::random_device random;
  return fmt::format("vigia-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

Multipart::Multipart() : boundary_(make_boundary()) {}

void Multipart::add_field(std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(body_),
                 "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary_, name, value);
}

void Multipart::add_field(std::string_view name, std::string_view content_type, std::string_view value) {
  fmt::format_to(std::back_inserter(body_),
                 "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\nContent-Type: {}\r\n\r\n{}\r\n",
                 boundary_, name, content_type, value);
}

void Multipart::add_file(std::string_view name, std::string_view file, std::string_view content_type,
                         std::span<const std::byte> content) {
  body_.reserve(body_.size() + content.size() + 512);
  fmt::format_to(std::back_inserter(body_),
                 "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n"
                 "Content-Type: {}\r\n\r\n",
                 boundary_, name, file, content_type);
  body_.append(as_text(content));
  body_ += "\r\n";
}

std::string Multipart::content_type() const {
  return "multipart/form-data; boundary=" + boundary_;
}

std::string Multipart::body() && {
  body_ += fmt::format("--{}--\r\n", boundary_);
  return std::move(body_);
}

}  // namespace vigia::http
