// A real RTSP server (gst-rtsp-server) on 127.0.0.1 that plays H.264 and H.265 files in real time, for tests
// and for trying cameras without one.
//
//   auto server = RtspServer::start({.streams = {{"gate", "gate.mp4"}}});
//   (*server)->url("gate");            // rtsp://127.0.0.1:PORT/gate
//   server->reset();                   // gone, as if unplugged
//
// Every client sees its stream from the beginning. With `loop` a stream goes on for ever, with rising
// time stamps; without, it ends with the file. A file is read whole into memory at start().
// Threads: one thread at a time; asked() any. It has a thread of its own, and those of GStreamer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace vigia::testing {

struct RtspServerOptions {
  struct Stream {
    std::string name;  // the url's path
    std::string file;  // with H.264 or H.265 video
  };
  int port = 0;  // 0: a free one
  std::vector<Stream> streams{};
  bool loop = false;
  std::string user{};  // empty: everybody may watch; else digest (or basic) authentication is required
  std::string password{};
  std::string cert_file{};  // empty: no TLS; else rtsps://
  std::string key_file{};
};

class RtspServer {
 public:
  // Errors name the file or the port.
  static Result<std::unique_ptr<RtspServer>> start(const RtspServerOptions& options);
  // Breaks all connections without closing them properly.
  ~RtspServer();
  RtspServer(const RtspServer&) = delete;
  RtspServer& operator=(const RtspServer&) = delete;

  [[nodiscard]] int port() const noexcept;
  [[nodiscard]] std::string url(const std::string& name) const;  // without credentials
  // Connections in which a request came.
  [[nodiscard]] int asked() const noexcept;

 private:
  class Impl;
  explicit RtspServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigia::testing
