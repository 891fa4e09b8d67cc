#include "http/body.h"

#include <fmt/format.h>
#include <openssl/evp.h>

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
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
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
