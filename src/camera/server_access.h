// How FFmpeg reaches a camera's server: it can neither interrupt a look-up of a name, nor verify rtsps:// at
// all, and verifies https:// only where each of its requests says so.
//
// rtsp://   The name is looked up here, and FFmpeg gets its address: also in the url of each of its requests,
//           of which cameras read the path. A name with several addresses is left to FFmpeg, which tries them
//           side by side, once it was found here.
//           Where the camera offers logins that FFmpeg would take and cannot answer beside others
//           (login_offer.h), it goes through a plain tunnel that leaves those out (offer_sifter.h).
// rtmp://, srt://  As rtsp://.
// rtsps://  Goes through a tunnel (http/tunnel.h). FFmpeg speaks RTSP to 127.0.0.1, in one connection.
// http(s):// FFmpeg keeps the name, which the server and its certificate know it by. Every url that it opens,
//           those in playlists too, is looked up here first. https:// is verified by FFmpeg: chain, dates and
//           name. A camera of https:// is not left for http://: playlists that refer there, and redirections,
//           are refused. What FFmpeg looks up by itself: the server of a redirection.
//
// Cost: a look-up for each url, without an answer kept; a thread and a copy of each byte for a tunnel. After
// a failure of https://, one connection to explain it. Threads: owner thread only. Must outlive the context.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/interrupt.h"
#include "camera/offer_sifter.h"
#include "camera/source_url.h"
#include "http/tls_options.h"
#include "http/tunnel.h"

namespace vigia::camera {

class ServerAccess {
 public:
  // Both must outlive it. interrupt: limits what is done here, too.
  ServerAccess(const SourceUrl& source, http::TlsOptions tls, const Interrupt& interrupt);

  // The url for FFmpeg. sifts_offers: leave out offers as above; of rtsps:// always.
  // Errors: refused, unavailable, timeout, cancelled, io.
  Result<std::string> reach(bool sifts_offers);
  // For a context that is not yet open.
  void watch(AVFormatContext& context);
  // Of a context that is open: whether a redirection led away from what was verified. Error: refused.
  [[nodiscard]] Status check(const AVFormatContext& context) const;

  // Why a url could not be opened since forget(), where FFmpeg's own code would not tell.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  void forget() noexcept { failure_.reset(); }

 private:
  Result<std::string> through_tunnel();
  Result<std::string> at_its_address() const;
  static int open_io(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                     AVDictionary** options) noexcept;
  int open_url(AVFormatContext& context, AVIOContext** io, const char* url, int flags,
               AVDictionary** options);
  void explain(const std::string& server);
  void keep(Error error);

  // Constant after construction.
  const SourceUrl& source_;
  const http::TlsOptions tls_;
  const Interrupt& interrupt_;

  using OpenIo = int (*)(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**);
  OpenIo plain_open_ = nullptr;  // FFmpeg's own
  std::string reached_;          // as reach() returned it
  std::optional<Error> failure_;
  OfferSifter sifter_;  // the tunnel's thread's
  std::unique_ptr<http::Tunnel> tunnel_;
};

}  // namespace vigia::camera
