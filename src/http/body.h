// Bodies of requests: base64, and multipart/form-data. Cost: one copy of what is put in.
// Threads: thread-safe functions; a Multipart: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace vigia::http {

// With '=' at the end, in one line (RFC 4648).
std::string base64(std::string_view bytes);

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

//   Multipart form;
//   form.add_field("camera", "7");
//   form.add_file("image", "image.jpg", "image/jpeg", jpeg);
//   request.headers = {"Content-Type: " + form.content_type()};
//   request.body = std::move(form).body();
class Multipart {
 public:
  Multipart();  // its boundary is 128 random bits: no content holds it

  // REQUIRES: names, file names and types contain no quotes and no line ends.
  void add_field(std::string_view name, std::string_view value);
  void add_field(std::string_view name, std::string_view content_type, std::string_view value);
  void add_file(std::string_view name, std::string_view file, std::string_view content_type,
                std::span<const std::byte> content);

  [[nodiscard]] std::string content_type() const;
  [[nodiscard]] std::string body() &&;  // the end

 private:
  const std::string boundary_;
  std::string body_;
};

}  // namespace vigia::http
