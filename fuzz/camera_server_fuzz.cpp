// What an RTSP or HTTP server sends to a camera: each request is answered by the next part of the input
// (parts end at a line of three hyphens), whatever it says; then the connection ends. The first byte says
// which of both it is. The camera must come to its end, with one line.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.h"
#include "camera/stream_camera.h"
#include "memory/memory_manager.h"
#include "testing/loopback_listener.h"

namespace {

using namespace vigia;

constexpr std::string_view kEnd = "\n---\n";

class Server {
 public:
  Server(std::string_view parts, std::stop_source& stop) : parts_(parts), stop_(stop) {}
  ~Server() {
    listener_.interrupt();
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] int port() const { return listener_.port(); }

 private:
  // A client may connect again at once, for another try of its login; the parts go on.
  void serve() {
    constexpr int kAgainWithin = 50;  // ms
    for (int wait = -1;; wait = kAgainWithin) {
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, wait) <= 0) break;
      const Fd client = listener_.accept();
      if (client.get() < 0) break;
      request_.clear();
      while (!parts_.empty() && read_request(client)) answer(client);
      if (parts_.empty()) break;
    }
    stop_.request_stop();
  }
  bool read_request(const Fd& client) {
    std::array<char, 8192> block{};
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(client.get(), block.data(), block.size(), 0);
      if (got <= 0) return false;
      request_.append(block.data(), static_cast<std::size_t>(got));
      if (request_.size() > 1'000'000) return false;
    }
    request_.erase(0, request_.find("\r\n\r\n") + 4);
    return true;
  }
  void answer(const Fd& client) {
    const std::string_view part = parts_.substr(0, parts_.find(kEnd));
    static_cast<void>(!::send(client.get(), part.data(), part.size(), MSG_NOSIGNAL));
    parts_.remove_prefix(std::min(parts_.size(), part.size() + kEnd.size()));
  }

  std::string_view parts_;
  std::stop_source& stop_;
  std::string request_;
  testing::LoopbackListener listener_;
  std::thread thread_{[this] { serve(); }};  // last: it uses the rest
};

class Ignorer : public camera::FrameSink {
 public:
  void deliver(domain::Frame, const std::stop_token&) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vigia::log::set_level(vigia::log::LogLevel::off);
  static memory::MemoryManager memory(memory::MemoryOptions{.budget_bytes = Bytes{512} << 20});
  if (size < 2) return 0;
  std::stop_source stop;
  Server server({reinterpret_cast<const char*>(data) + 1, size - 1}, stop);
  const std::string scheme = data[0] % 2 == 0 ? "rtsp" : "http";
  camera::CameraOptions options;
  options.source_timeout = 1;
  camera::StreamCamera camera({.name = "server",
                               .url = scheme + "://u:p@127.0.0.1:" + std::to_string(server.port()) + "/x",
                               .id = {},
                               .token = {}},
                              options, memory, system_clock());
  Ignorer sink;
  camera.run(stop.get_token(), sink);
  const std::string message = camera.stats().message;
  if (message.size() >= 2000 || message.find('\n') != std::string::npos) std::abort();
  return 0;
}
