// A camera that has only an address of one picture: it is fetched again and again, at an interval, over a
// connection that is kept where the server keeps it.
//
// The picture is bounded (kLargestBlock) and must begin as its kind does: a login page is an error. User and
// password of the url are sent as the server asks, digest or Basic; each digest costs a request more.
// Redirections are refused, and named. https:// is verified as for every camera. No fetch lasts longer than
// source_timeout, nor does it outlast a stop. Threads: owner thread only.
#pragma once

#include <string>

#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/packet_source.h"
#include "http/http.h"

namespace vigia::camera {

class SnapshotSource final : public PacketSource {
 public:
  // codec: of the picture as it was fetched the first time; the next one is fetched after an interval. clock
  // must outlive it.
  SnapshotSource(std::string url, const CameraOptions& options, const AVCodecParameters& codec, Clock& clock);

  [[nodiscard]] const AVCodecParameters& codec() const override { return *codec_; }
  [[nodiscard]] AVRational time_base() const override;
  [[nodiscard]] bool live() const override { return true; }
  Status read(AVPacket& packet, const std::stop_token& stop) override;
  Status rewind() override { return ok_status(); }

 private:
  Status fetch(AVPacket& packet, const std::stop_token& stop);
  [[nodiscard]] Error failure(const http::HttpResult& answer) const;

  // Constant after construction.
  const std::string url_;
  const Nanoseconds interval_, timeout_;
  const AvHandle<AVCodecParameters> codec_;
  Clock& clock_;

  http::Http http_;
  SteadyTime due_;  // the next fetch
};

}  // namespace vigia::camera
