// The part of StreamJob for a stream that is kept instead of decoded: kept_stream.h.
#include <utility>

#include "base/log.h"
#include "base/url.h"
#include "camera/stamps.h"
#include "camera/stream_job.h"

namespace vigia::camera {

Status StreamJob::begin_keeping() {
  const std::string name = redact(context_.spec.url);
  if (!live_) {
    return Error{ErrorCode::invalid, name + " is a recording; with detect_url, url must be a live stream"};
  }
  auto format = format_of(*source_);
  if (!format) return Error{ErrorCode::no_memory, "no memory for the stream of " + name};
  if (find_decoder(format->codec->codec_id, false) == nullptr) {
    return Error{ErrorCode::io, name + ": its codec is not supported; set the camera to H.264 or H.265"};
  }
  const auto own = domain::orientation_of(context_.options.video_transform);
  sizes_.emplace(*format, own.value_or(domain::Orientation()));
  kept_format_ = format;
  context_.kept->begin(std::move(format));
  latest_stamp_.reset();
  return ok_status();
}

Status StreamJob::keep_all(const std::stop_token& stop) {
  const AvHandle<AVPacket> packet(av_packet_alloc());
  Status end = packet ? ok_status() : Error{ErrorCode::no_memory, "no memory for a packet"};
  while (end.ok() && !stop.stop_requested()) {
    const SteadyTime asked = context_.clock.now();
    end = source_->read(*packet, stop);
    read_took_ = context_.clock.now() - asked;
    note_link();
    if (end.ok()) end = keep(*packet);
    av_packet_unref(packet.get());
  }
  context_.kept->end();
  context_.state.server.status = link_.refused_with;
  if (end.ok()) return Error{ErrorCode::cancelled, "stopped"};
  return end;
}

Status StreamJob::keep(const AVPacket& packet) {
  if (context_.counters.step == StartStep::packet) step(StartStep::key_frame);
  const PacketTimes times = live_times(packet);
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  meter_.packet(times.read_at, is_key);
  if (is_key) note_kept_size(packet);
  if (context_.kept->push(packet, {.times = times, .captured = captured_kept(packet, times)})) {
    last_picture_ = times.read_at;
    count(context_.counters.frames_decoded);
    context_.on_frame(context_.kept->size(), frames_++ == 0);
    context_.state.reopened_in_vain = false;
  }
  return check_last_picture(context_.clock.now());
}

void StreamJob::note_kept_size(const AVPacket& key) {
  const domain::Size size = sizes_->read(key);
  if (size == domain::Size{} || size == context_.kept->size()) return;
  note_size(size);
  context_.kept->set_size(size);
  context_.counters.frame_width.store(size.width, std::memory_order_relaxed);
  context_.counters.frame_height.store(size.height, std::memory_order_relaxed);
}

// Packets come in the order of decoding: one that is shown before another which came
// earlier gets the time that its stamp has beside that one's.
UtcTime StreamJob::captured_kept(const AVPacket& packet, const PacketTimes& times) {
  StreamContinuity& state = context_.state;
  const auto stamp = stamp_of(packet.pts, source_->time_base());
  if (manner_.is_stamped && stamp && latest_stamp_ && *stamp < *latest_stamp_) {
    return UtcTime(std::chrono::duration_cast<UtcTime::duration>(*stamp + stamp_to_utc_));
  }
  const StreamClock::Reading reading = state.live.read({.stamp = manner_.is_stamped ? stamp : std::nullopt,
                                                        .came = times.came,
                                                        .waited_for = times.waited_for});
  const SteadyTime now = context_.clock.now();
  const UtcTime taken =
      context_.clock.utc_now() - std::chrono::duration_cast<UtcTime::duration>(now - reading.taken);
  const UtcTime captured = captured_at(times.told, taken);
  if (stamp) {
    latest_stamp_ = stamp;
    stamp_to_utc_ = captured.time_since_epoch() - *stamp;
  }
  return captured;
}

}  // namespace vigia::camera
