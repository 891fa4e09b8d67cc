// The file that stores which public key a server showed at its first connection (tls_pin: first_use). One
// line per server, "host:port sha256//BASE64"; lines that begin with '#' are comments. Deleting a line
// accepts the server's next key. Readable by its owner only. Written to a new file, which is then renamed.
// Threads: thread-safe; also several objects on one file in this process. Cost: a file is read each time.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace vigia::http {

class Pins {
 public:
  // Nothing is read or written yet.
  explicit Pins(std::filesystem::path file) : file_(std::move(file)) {}

  // The kept key; "": none. Errors: io, invalid (which line of the file makes no sense).
  [[nodiscard]] Result<std::string> find(const std::string& server) const;
  // The key is on disk when it returns; false: it was before. The first of two wins: Error refused if another
  // key is stored. Other errors: as find().
  [[nodiscard]] Result<bool> keep(const std::string& server, const std::string& key) const;

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  // Constant after construction.
  const std::filesystem::path file_;
};

// "10.0.0.5:443", with the scheme's default port if none is given; "" if it is not a URL.
std::string server_of(const std::string& url);

}  // namespace vigia::http
