// A camera that has only an address of one picture: it is fetched again and again, at an interval, over a
// connection that is kept where the server keeps it.
//
// The picture is bounded (kLargestBlock) and must begin as its kind does: a login page is an error. User and
// password of the url are sent as the server asks, digest or Basic; each digest costs a request more.
// Redirections are refused, and named; what else a server answers is explained as it is at the opening
// (refusal.h). https:// is verified as for every camera. No fetch lasts longer than
// source_timeout, nor does it outlast a stop. Threads: owner thread only.
#pragma once

#include <string>

#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/packet_source.h"
#include "camera/source_url.h"
#include "http/http.h"

namespace vigia::camera {

class SnapshotSource final : public PacketSource {
 public:
  // codec: of the picture as it was fetched the first time; the next one is fetched after an interval. clock
  // must outlive it.
  SnapshotSource(const SourceUrl& source, const CameraOptions& options, const AVCodecParameters& codec,
                 Clock& clock);

  [[nodiscard]] const AVCodecParameters& codec() const override { return *codec_; }
  [[nodiscard]] AVRational time_base() const override;
  [[nodiscard]] bool live() const override { return true; }
  [[nodiscard]] LinkState link() const override { return {.refused_with = refused_with_}; }
  Status read(AVPacket& packet, const std::stop_token& stop) override;
  Status rewind() override { return ok_status(); }

 private:
  Status fetch(AVPacket& packet, const std::stop_token& stop);
  [[nodiscard]] Error failure(const http::HttpResult& answer) const;

  // Constant after construction.
  const SourceUrl source_;
  const CameraOptions options_;
  const Nanoseconds interval_, timeout_;
  const AvHandle<AVCodecParameters> codec_;
  Clock& clock_;

  http::Http http_;
  SteadyTime due_;        // the next fetch
  int refused_with_ = 0;  // the status of the last one; 0: it got its picture, or no answer
};

}  // namespace vigia::camera
