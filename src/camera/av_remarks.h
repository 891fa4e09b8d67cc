// What FFmpeg says of an open source in its log and nowhere else: which request an RTSP or HTTP server
// refused and how, what kinds of login it offers, how long it keeps a session, that RTP packets are missing,
// and that there is rubbish between them. Its error codes have one value for most refusals, and none for the
// rest.
//
//   AvRemarks remarks;
//   {
//     const NotedRemarks noted(remarks);     // while this thread is inside FFmpeg
//     av_read_frame(...);
//   }
//   if (remarks.missed_packets > 0) ...
//
// The lines are those of libavformat 59 (rtsp.c, rtpdec.c, http.c); a test with real servers fails where
// another version words them differently. Cost: a comparison of a few characters for each line that FFmpeg
// logs, also where it is not shown. Threads: owner thread only; FFmpeg logs a demuxer's lines on the thread
// that calls it.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <string>

#include "camera/login_offer.h"

namespace vigia::camera {

struct AvRemarks {
  int status = 0;             // of the request that was refused last, such as 453; 0: none
  std::string refusal{};      // the server's own words for it, such as "Not Enough Bandwidth"; not redacted
  LoginOffer offer{};         // of all refusals
  bool speaks_other = false;  // it answers HTTP to RTSP, or RTSP to HTTP
  int session_seconds = 0;    // after which it ends a session that nobody uses; 0: it did not tell
  // RTP: numbers that were left out; a jump by more than 3000 counts as one.
  std::uint64_t missed_packets = 0;
  std::uint64_t late_packets = 0;  // RTP: numbers that went back; FFmpeg drops such packets
  std::uint64_t rubbish = 0;       // RTSP over TCP: bytes that are part of no packet and of no reply

  // A line as FFmpeg logs it. Others than those above are ignored.
  void take(const char* format, std::va_list arguments);
};

// While it lives, this thread's lines go to `remarks`, too. May not be nested.
class NotedRemarks {
 public:
  explicit NotedRemarks(AvRemarks& remarks) noexcept;
  ~NotedRemarks();
  NotedRemarks(const NotedRemarks&) = delete;
  NotedRemarks& operator=(const NotedRemarks&) = delete;

  // Where this thread's lines go; nullptr: nowhere.
  static AvRemarks* current() noexcept;
};

}  // namespace vigia::camera
