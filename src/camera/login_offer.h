// The kinds of login that a server offers when it refuses a request without one (WWW-Authenticate: several
// headers, one challenge each), and whether FFmpeg can answer. FFmpeg 5.1 knows Basic, and Digest with MD5;
// it takes the last challenge of Digest, whatever its algorithm, and Basic only where no Digest is offered.
// If it cannot answer the one that it took, it asks again without a login.
//
// Threads: a value.
#pragma once

#include <string_view>

namespace vigia::camera {

// Whether FFmpeg can answer a challenge: what stands behind "WWW-Authenticate:".
bool is_answerable(std::string_view challenge);

struct LoginOffer {
  bool basic = false, md5 = false;
  bool other = false;          // Digest with another algorithm (SHA-256), or another scheme
  bool takes_unknown = false;  // the one that FFmpeg takes is not MD5

  void take(std::string_view challenge);
  // FFmpeg will fail, and would not if it did not see what it does not know.
  [[nodiscard]] bool needs_sifting() const noexcept { return takes_unknown && (basic || md5); }
  // No login that FFmpeg can make is accepted.
  [[nodiscard]] bool is_beyond_ffmpeg() const noexcept { return other && !basic && !md5; }
};

}  // namespace vigia::camera
