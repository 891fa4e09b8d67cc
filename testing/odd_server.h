// Servers of RTSP and HTTP that behave as odd cameras do: the scripts in the folder `field` beside the
// footage (their --help lists what they can do), and its files.
//
//   NEED_DATA();
//   auto server = OddServer::rtsp("--file " + field_file("made_loop25.h264") + " --auth md5,sha256");
//   ... server->url("admin:secret@") ...
//   server->requests("DESCRIBE")
//
// Threads: owner thread only.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "testing/child.h"
#include "testing/temp_dir.h"

namespace vigia::testing {

// A file of the folder's `files`. REQUIRES: NEED_DATA().
std::string field_file(const std::string& name);

class OddServer {
 public:
  // arguments: as on a command line, without --port; a blank ends an argument. Returns when it listens.
  // Errors: io (it does not start).
  static Result<std::unique_ptr<OddServer>> rtsp(const std::string& arguments);
  static Result<std::unique_ptr<OddServer>> http(const std::string& arguments);

  [[nodiscard]] int port() const noexcept { return port_; }
  // login: "" or "user:password@".
  [[nodiscard]] std::string url(const std::string& login = "", const std::string& path = "/x") const;
  // All that it has printed: a line a request.
  [[nodiscard]] std::string log() const;
  // How many requests of this method came ("DESCRIBE", "GET").
  [[nodiscard]] int requests(const std::string& method) const;

 private:
  OddServer(std::string scheme, int port) : scheme_(std::move(scheme)), port_(port) {}
  static Result<std::unique_ptr<OddServer>> start(const std::string& scheme, const std::string& script,
                                                  const std::string& arguments);

  const std::string scheme_;
  const int port_;
  TempDir folder_;
  std::unique_ptr<Child> process_;
};

}  // namespace vigia::testing
