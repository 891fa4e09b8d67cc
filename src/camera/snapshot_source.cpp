#include "camera/snapshot_source.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/log.h"
#include "camera/av_setup.h"
#include "camera/refusal.h"

namespace vigia::camera {
namespace {

AvHandle<AVCodecParameters> copy_of(const AVCodecParameters& codec) {
  AvHandle<AVCodecParameters> copy(avcodec_parameters_alloc());
  if (copy) avcodec_parameters_copy(copy.get(), &codec);
  return copy;
}

// A server that has lost its camera, or our login, often sends a page with status 200.
bool begins_as(AVCodecID codec, std::string_view body) {
  using namespace std::literals;
  if (codec == AV_CODEC_ID_MJPEG) return body.starts_with("\xff\xd8"sv);
  if (codec == AV_CODEC_ID_PNG) return body.starts_with("\x89PNG"sv);
  return !body.empty() && body.front() != '<';
}

// Of a request without an answer.
ErrorCode meaning(http::HttpFailure failure) {
  switch (failure) {
    case http::HttpFailure::timeout:
      return ErrorCode::timeout;
    case http::HttpFailure::tls:
      return ErrorCode::refused;
    case http::HttpFailure::cancelled:
      return ErrorCode::cancelled;
    default:
      return ErrorCode::unavailable;
  }
}

http::TlsOptions tls_of(const CameraOptions& options) {
  http::TlsOptions tls;
  tls.ca_file = options.ca_file;
  tls.insecure = options.tls_insecure;
  return tls;
}

}  // namespace

SnapshotSource::SnapshotSource(const SourceUrl& source, const CameraOptions& options,
                               const AVCodecParameters& codec, Clock& clock)
    : source_(source),
      options_(options),
      interval_(from_seconds(options.snapshot_interval)),
      timeout_(from_seconds(options.source_timeout)),
      codec_(copy_of(codec)),
      clock_(clock),
      http_(tls_of(options)),
      due_(clock.now() + interval_) {}

AVRational SnapshotSource::time_base() const {
  return {1, 1000};
}

Status SnapshotSource::read(AVPacket& packet, const std::stop_token& stop) {
  if (!clock_.sleep_until(due_, stop)) {
    return Error{ErrorCode::cancelled, "stopped while reading " + redact(source_.url)};
  }
  due_ = std::max(due_ + interval_, clock_.now());  // late is late: nothing is made up for
  return fetch(packet, stop);
}

Status SnapshotSource::fetch(AVPacket& packet, const std::stop_token& stop) {
  http::HttpRequest request;
  request.url = source_.url;
  request.timeout = timeout_;
  request.any_login = true;
  request.answer_at_most = static_cast<Bytes>(kLargestBlock);
  const http::HttpResult answer = http_.perform(request, stop);
  refused_with_ = answer.status == 200 ? 0 : answer.status;
  if (!answer.answered(200) || !begins_as(codec_->codec_id, answer.body)) return failure(answer);
  if (av_new_packet(&packet, static_cast<int>(answer.body.size())) < 0) {
    return Error{ErrorCode::no_memory, "no memory for a picture of " + redact(source_.url)};
  }
  std::memcpy(packet.data, answer.body.data(), answer.body.size());
  packet.flags |= AV_PKT_FLAG_KEY;
  return ok_status();
}

Error SnapshotSource::failure(const http::HttpResult& answer) const {
  const std::string what = "cannot read from " + redact(source_.url) + ": ";
  if (answer.failure != http::HttpFailure::none) return {meaning(answer.failure), redact(what + answer.text)};
  if (answer.status == 200) return {ErrorCode::io, what + "what it sends now is no picture"};
  if (!answer.location.empty())
    return {ErrorCode::io, what + "it redirects; use that address: " + answer.location};
  const Refusal refusal = explain_status({.status = answer.status}, source_, options_);
  return {refusal.code, what + refusal.text};
}

}  // namespace vigia::camera
