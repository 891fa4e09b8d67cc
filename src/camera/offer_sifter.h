// Passes on what an RTSP server sends, without the offers of a login that FFmpeg would take and cannot answer
// (login_offer.h), where the same reply offers one that it can. For the bytes of a tunnel (http/tunnel.h).
//
// Everything else goes through as it came: replies, interleaved packets, and rubbish. Only the header of a
// reply is held back until it is whole, at most kMostHeader; a longer one goes through as it is. Cost: a copy
// of each byte. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace vigia::camera {

class OfferSifter {
 public:
  static constexpr std::size_t kMostHeader = 64 * 1024;

  // What to pass on now; valid until the next call. May be empty.
  std::span<char> take(std::span<const char> bytes);

 private:
  // Moves the beginning of held_ to out_. False: more bytes are needed first.
  bool step();
  bool step_at_start();
  bool step_reply();
  void pass(std::size_t count);
  void pass_reply(std::string_view header);

  std::string held_, out_;
  std::size_t to_pass_ = 0;  // of a packet or a body
};

}  // namespace vigia::camera
