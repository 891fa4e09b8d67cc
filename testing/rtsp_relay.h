// Stands between an RTSP server and its clients, and loses or damages a share of the RTP packets that the
// server sends over the RTSP connection (RTP over TCP), as a radio link in front of a bridge does.
//
//   RtspRelay relay(server_port, 0.01, RtspRelay::Harm::loses);
//   "rtsp://127.0.0.1:" + std::to_string(relay.port()) + "/gate"
//
// Each connection has two threads, until it ends. Threads: owner thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "testing/loopback_listener.h"

namespace vigia::bench {

class RtspRelay {
 public:
  enum class Harm { loses, damages };
  RtspRelay(int server_port, double share, Harm harm);
  ~RtspRelay();  // breaks off all connections
  RtspRelay(const RtspRelay&) = delete;
  RtspRelay& operator=(const RtspRelay&) = delete;

  [[nodiscard]] int port() const noexcept { return listener_.port(); }
  [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
  [[nodiscard]] std::uint64_t harmed() const noexcept { return harmed_; }

 private:
  struct Link {
    Fd client, server;
  };
  void accept();
  void relay_requests(const Link& link) const;
  void relay_video(const Link& link);
  // Takes whole packets and text off the front; returns what is to be sent.
  std::string pass(std::string& received, std::uint32_t& random);

  const int server_port_;
  const double share_;
  const Harm harm_;
  std::atomic<std::uint64_t> packets_{0}, harmed_{0};
  testing::LoopbackListener listener_;
  std::mutex mutex_;  // links_
  std::vector<std::shared_ptr<Link>> links_;
  std::vector<std::jthread> threads_;  // of the links; accept()'s thread's
  std::jthread acceptor_;
};

}  // namespace vigia::bench
