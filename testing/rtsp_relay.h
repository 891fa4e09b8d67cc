// Stands between an RTSP server and its clients that take the video over the RTSP connection (RTP over TCP),
// and does to it what bad networks and cameras do: packets are lost or damaged, come late, or the camera's
// clock is wrong.
//
//   RtspRelay relay(server_port, {.share = 0.01, .harm = RtspRelay::Harm::loses});
//   "rtsp://127.0.0.1:" + std::to_string(relay.port()) + "/gate"
//
// Each connection has two threads, until it ends. Threads: owner thread only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "testing/loopback_listener.h"

namespace vigia::testing {

class RtspRelay {
 public:
  enum class Harm { loses, damages };
  struct Faults {
    double share = 0;  // of the RTP packets that are harmed, 0..1
    Harm harm = Harm::loses;
    std::chrono::milliseconds late{0};    // that each packet comes later
    std::chrono::seconds clock_ahead{0};  // that the sender reports' time of day is wrong
  };
  RtspRelay(int server_port, const Faults& faults);
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
  // What came of one connection and was not sent yet.
  struct Stream {
    std::string received;  // the rest, which is no whole packet
    std::string answers;   // to requests
    struct Packets {
      std::chrono::steady_clock::time_point due;
      std::string bytes;
    };
    std::deque<Packets> packets;
    std::uint32_t random = 1;
  };
  // Takes whole packets and answers off the front.
  void take(Stream& stream);
  [[nodiscard]] bool spoil(std::string& packet, Stream& stream);
  static bool send_due(const Link& link, Stream& stream);

  const int server_port_;
  const Faults faults_;
  std::atomic<std::uint64_t> packets_{0}, harmed_{0};
  LoopbackListener listener_;
  std::mutex mutex_;  // links_
  std::vector<std::shared_ptr<Link>> links_;
  std::vector<std::jthread> threads_;  // of the links; accept()'s thread's
  std::jthread acceptor_;
};

}  // namespace vigia::testing
