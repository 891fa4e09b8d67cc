#include "camera/stream_job.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "camera/av_source.h"
#include "camera/picture_frame.h"
#include "camera/source_factory.h"
#include "camera/stamps.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

// The most that FFmpeg buffers for an open source: data read to analyse the stream, and RTP packets out of
// order.
constexpr Bytes kSourceBytes = AvSource::kProbeBytes + Bytes{AvSource::kReorderPackets} * 1500;
// The decoder needs one for the next picture, and one in reserve.
constexpr int kKeptForDecoder = 2;
constexpr int kUnauthorized = 401;  // HTTP's and RTSP's

// The stamps of an RTP stream have 32 bits.
Nanoseconds range_of_stamps(AVRational time_base) {
  return to_ns(std::int64_t{1} << 32, time_base);
}

// The time of the packet by the camera's clock, which FFmpeg takes from RTCP sender reports.
std::optional<UtcTime> told_by(const AVPacket& packet) {
  std::size_t size = 0;
  const std::uint8_t* const data = av_packet_get_side_data(&packet, AV_PKT_DATA_PRFT, &size);
  AVProducerReferenceTime told{};
  if (data == nullptr || size < sizeof told) return std::nullopt;
  std::memcpy(&told, data, sizeof told);
  return from_unix_us(told.wallclock);
}

}  // namespace

Status StreamJob::run(const std::stop_token& stop, FrameSink* sink) {
  const memory::Charge buffered(account_, kSourceBytes);
  const Status end = attempt(stop, sink);
  if (!end && !stop.stop_requested() && learn_plain_mjpeg()) return attempt(stop, sink);
  if (!end && source_ && frames_ == 0)
    context_.state.plain_mjpeg = false;  // perhaps it is something else by now
  return end;
}

bool StreamJob::learn_plain_mjpeg() {
  bool& learned = context_.state.plain_mjpeg;
  if (learned || !source_ || !source_->wants_plain_mjpeg()) return false;
  learned = true;
  log::warn(
      "camera '{}': the headers between its JPEGs are not as they should be; it is read without them, as "
      "with ffmpeg_format: mjpeg",
      context_.spec.name);
  return true;
}

Status StreamJob::attempt(const std::stop_token& stop, FrameSink* sink) {
  if (Status opened = open(stop); !opened) return opened;
  if (live_) log_ignored_options();
  if (context_.kept != nullptr) return keep_all(stop);
  sink->opened(live_);
  Status end = stream(stop, *sink);
  while (idle_.is_behind() && !stop.stop_requested() && catch_up(stop, *sink)) {
  }
  context_.counters.no_picture_since.store(0, std::memory_order_relaxed);
  if (!source_->live() && !stop.stop_requested()) {  // what was read before it broke is shown
    decoder_->finish();
    deliver_ready(stop, *sink);
  }
  return end;
}

Status StreamJob::open(const std::stop_token& stop) {
  auto source = open_in_turn(stop);
  if (!source) return source.error();
  take_source(*std::move(source));
  learn_plain_mjpeg();
  const bool is_kept = context_.kept != nullptr;
  if (Status ready = is_kept ? begin_keeping() : open_decoder(); !ready) return ready;
  meter_.begin(live_);
  if (!is_kept) idle_.begin(*source_);
  StreamContinuity& state = context_.state;  // a live list that has ended is a recording at the next try
  state.pictures.begin_segment(state.stream_time);
  state.packets.begin_segment();
  state.live.begin_connection(state.stream_time);
  state.sender.begin_connection(range_of_stamps(source_->time_base()));
  context_.counters.clock_skew.store(CaptureCounters::kNoSkew, std::memory_order_relaxed);
  last_picture_ = context_.clock.now();
  step(StartStep::packet);
  return ok_status();
}

Status StreamJob::open_decoder() {
  StreamContinuity& state = context_.state;
  auto decoder = AdaptiveDecoder::open({.camera = context_.spec.name,
                                        .options = context_.options,
                                        .hardware = context_.shared.hardware,
                                        .memory = context_.memory,
                                        .clock = context_.clock,
                                        .counters = context_.counters,
                                        .decoded = state.decoded,
                                        .notes = state.hardware,
                                        .account = account_,
                                        .buffers_for_others = buffers_for_others()},
                                       *source_);
  if (!decoder) {
    return Error{decoder.error().code, redact(context_.spec.url) + ": " + decoder.error().text};
  }
  decoder_ = *std::move(decoder);
  return ok_status();
}

Result<std::unique_ptr<PacketSource>> StreamJob::open_in_turn(const std::stop_token& stop) {
  const std::string& url = context_.spec.url;
  std::unique_ptr<OpenGate::Place> place;
  step(StartStep::turn);
  if (context_.shared.gate != nullptr && takes_login(url)) {
    place = context_.shared.gate->enter(lower(split_url(url).host), context_.state.failed, stop);
    if (!place) return Error{ErrorCode::cancelled, "stopped"};
  }
  const std::optional<ServerLogin> login = shared_login();
  context_.state.server.wait.reset();
  if (login) {
    if (Status may = may_log_in(*login); !may) return may.error();
  }
  step(StartStep::connection);
  CameraOptions options = context_.options;
  if (context_.state.plain_mjpeg) options.ffmpeg_format = "mjpeg";
  source_.reset();
  auto source = open_source(url, options, stop, context_.shared.keys, &context_.state.server);
  if (login && source) context_.shared.logins->accepted(login->server, login->login);
  if (login && !source && context_.state.server.status == kUnauthorized) {
    context_.shared.logins->refused(login->server, login->login);
  }
  return source;
}

// Nothing: it has none, or the cameras do not learn from each other's.
std::optional<StreamJob::ServerLogin> StreamJob::shared_login() const {
  const CameraOptions& options = context_.options;
  const UrlParts parts = split_url(context_.spec.url);
  if (context_.shared.logins == nullptr) return std::nullopt;
  if (!parts.user.empty()) return ServerLogin{lower(parts.server), std::string(parts.user)};
  if (parts.has_user || options.username.empty()) return std::nullopt;
  return ServerLogin{lower(parts.server), options.username + ":" + options.password};
}

// Whether its server may be asked now, or has refused this login, perhaps to another camera, a short time
// ago.
Status StreamJob::may_log_in(const ServerLogin& login) {
  ServerNotes& server = context_.state.server;
  server.wait = context_.shared.logins->wait_for(login.server, login.login);
  if (!server.wait) return ok_status();
  server.status = kUnauthorized;
  return Error{ErrorCode::unavailable, redact(context_.spec.url) +
                                           ": its server has refused the same user and password, to this or "
                                           "another camera (401); check them"};
}

void StreamJob::step(StartStep next) {
  context_.counters.step_since.store(context_.clock.now(), std::memory_order_relaxed);
  context_.counters.step.store(next, std::memory_order_release);
}

Condition StreamJob::condition() const {
  return lacks_key_frame_ ? Condition::no_key_frame : context_.state.server.condition();
}

void StreamJob::take_source(std::unique_ptr<PacketSource> source) {
  source_ = std::move(source);
  live_ = source_->live();
  if (live_) manner_ = source_->manner();
  const auto own = domain::orientation_of(context_.options.video_transform);
  changes_ = PictureChanges(source_->presentation(), own.value_or(domain::Orientation()));
}

Status StreamJob::stream(const std::stop_token& stop, FrameSink& sink) {
  const AvHandle<AVPacket> packet(av_packet_alloc());
  if (!packet) return Error{ErrorCode::no_memory, "no memory for a packet"};
  while (!stop.stop_requested()) {
    const SteadyTime asked = context_.clock.now();
    const Status read = source_->read(*packet, stop);
    read_took_ = context_.clock.now() - asked;
    note_link();
    if (read.ok()) {
      if (context_.counters.step == StartStep::packet) step(StartStep::key_frame);
      const memory::Charge held(account_, packet->size);
      const Status taken = take(*packet, stop, sink);
      av_packet_unref(packet.get());
      if (!taken) return taken;
      continue;
    }
    context_.state.server.status = link_.refused_with;
    if (read.error().code == ErrorCode::ended && live_ && take_snapshots()) continue;
    if (read.error().code != ErrorCode::ended || live_) return read;
    decoder_->finish();
    deliver_ready(stop, sink);
    if (pictures_in_pass_ == 0) return nothing_seen();
    if (context_.options.single_pass) return ok_status();
    if (Status over = start_over(); !over) return over;
  }
  return Error{ErrorCode::cancelled, "stopped"};
}

void StreamJob::note_link() {
  const LinkState link = source_->link();
  count(context_.counters.packets_lost, link.packets_lost - link_.packets_lost);
  if (link.rubbish > link_.rubbish) reopening_.rubbish();
  link_ = link;
  if (!link.is_out_of_step) return;
  // Without a frame it is a failure like any other, but for the first time.
  reopens_ = frames_ > 0 || !std::exchange(context_.state.reopened_in_vain, true);
}

Error StreamJob::nothing_seen() const {
  const std::string name = redact(context_.spec.url);
  if (decoder_->starved()) {
    return {ErrorCode::no_memory, "no buffer could be had for any picture of " + name +
                                      ": the memory budget is used up (memory.budget_bytes)"};
  }
  return {ErrorCode::io, name + " holds no picture that can be decoded"};
}

bool StreamJob::take_snapshots() {
  auto next = source_->snapshots(context_.clock);
  if (!next) return false;
  take_source(std::move(next));
  if (!std::exchange(context_.state.snapshots_logged, true)) {
    log::info("camera '{}': its url is one picture; it is fetched every {} s (snapshot_interval)",
              context_.spec.name, context_.options.snapshot_interval);
  }
  return true;
}

// A recording of one picture is a still: it is due again after an interval, not at the pace of video.
Status StreamJob::start_over() {
  const Nanoseconds pause =
      pictures_in_pass_ == 1 ? from_seconds(context_.options.snapshot_interval) : Nanoseconds(0);
  decoder_->restart();
  pictures_in_pass_ = 0;
  StreamContinuity& state = context_.state;
  state.pictures.begin_segment(pause > Nanoseconds(0) ? state.stream_time + pause : Nanoseconds(0));
  state.packets.begin_segment(pause > Nanoseconds(0) ? position_ + pause : Nanoseconds(0));
  return source_->rewind();
}

// The times of the packet just read.
PacketTimes StreamJob::live_times(const AVPacket& packet) {
  const SteadyTime now = context_.clock.now();
  PacketTimes times{
      .read_at = now, .came = now, .waited_for = live_pacer_.read(read_took_), .told = told_by(packet)};
  const std::optional<PacketTimes> before = std::exchange(last_packet_, times);
  if (!manner_.is_one_behind) return times;
  // This packet's first bytes released the one before; the whole of it arrives soon after, long before it is
  // returned.
  times.came = before ? before->read_at : now - read_took_;
  times.waited_for = before && before->waited_for;
  // FFmpeg hands out a picture with the side data of the bytes that ended it: those of the next one.
  times.told = std::exchange(told_next_, times.told);
  return times;
}

Status StreamJob::take(const AVPacket& packet, const std::stop_token& stop, FrameSink& sink) {
  PacketTimes times;
  if (live_) {
    times = live_times(packet);
    const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    meter_.packet(times.read_at, is_key);
    reopening_.packet(times.read_at, is_key);
    return take_live({packet, times}, stop, sink);
  }
  const AVRational base = source_->time_base();
  position_ = context_.state.packets.map(stamp_of(packet.dts, base), to_ns(packet.duration, base));
  const std::optional<SteadyTime> due = pacer_.wait(position_, stop);
  if (!due) return Error{ErrorCode::cancelled, "stopped"};
  times.read_at = times.came = *due;
  return decode(packet, times, stop, sink);
}

Status StreamJob::decode(const AVPacket& packet, const PacketTimes& times, const std::stop_token& stop,
                         FrameSink& sink) {
  decode_began_ = context_.clock.now();
  decoder_->push(packet, times);
  deliver_ready(stop, sink);
  return check_patience();
}

Status StreamJob::check_patience() {
  const SteadyTime now = context_.clock.now();
  const bool starved = decoder_->starved();
  if (starved) last_picture_ = now;
  if (live_ && manner_.may_reopen && !starved) {
    if (const char* const why = reopening_.due(now, decoder_->waiting())) {
      reopens_ = true;
      return Error{ErrorCode::damaged, redact(context_.spec.url) + " " + why};
    }
  }
  return check_last_picture(now);
}

Status StreamJob::check_last_picture(SteadyTime now) {
  const Nanoseconds without = now - last_picture_;
  if (without <= patience_of(context_.options)) return ok_status();
  lacks_key_frame_ = true;
  return Error{ErrorCode::timeout,
               "packets come from " + redact(context_.spec.url) + ", but for " +
                   std::to_string(std::chrono::duration_cast<std::chrono::seconds>(without).count()) +
                   " s no key frame that a picture can begin with; " +
                   std::string(remedy(Condition::no_key_frame))};
}

void StreamJob::deliver_ready(const std::stop_token& stop, FrameSink& sink) {
  while (AVFrame* const picture = decoder_->next()) {
    ++pictures_in_pass_;
    deliver(*picture, stop, sink);
    last_picture_ = context_.clock.now();
    decode_began_ = last_picture_;
    reopening_.picture(last_picture_);
  }
}

void StreamJob::deliver(AVFrame& picture, const std::stop_token& stop, FrameSink& sink) {
  domain::Frame frame;
  stamp(picture, frame);
  AVFrame* const usable = shared(picture);
  if (usable == nullptr) return;
  domain::Frame whole = frame_of(*usable);
  if (usable != &picture) context_.state.converter.release();
  whole.sequence = frame.sequence;
  whole.stream_time = frame.stream_time;
  whole.captured = frame.captured;
  whole.read_at = frame.read_at;
  whole.read_utc = frame.read_utc;
  whole.read_took = std::exchange(read_took_, Nanoseconds(0));  // more pictures of one packet cost no reading
  whole.decoded_at = context_.clock.now();
  whole.decode_took = whole.decoded_at - decode_began_;
  whole.look = look_;
  if (live_) meter_.picture(whole, taken_, busy_for());
  if (look_ == domain::Look::usual && !hold(whole, stop)) return;
  CaptureCounters& counters = context_.counters;
  note_size(whole.size);
  counters.frame_width.store(whole.size.width, std::memory_order_relaxed);
  counters.frame_height.store(whole.size.height, std::memory_order_relaxed);
  count(counters.frames_decoded);
  context_.on_frame(whole.size, frames_++ == 0);
  context_.state.reopened_in_vain = false;
  sink.deliver(std::move(whole), stop);
}

bool StreamJob::hold(domain::Frame& frame, const std::stop_token& stop) {
  const bool may_hold = live_ && manner_.may_wait && manner_.is_stamped;
  if (!may_hold || context_.state.live.lie() != StampFault::none) return true;
  const std::optional<SteadyTime> since = live_pacer_.wait(frame.stream_time, frame.read_at, stop);
  if (!since) return false;
  if (*since == frame.read_at) return true;
  frame.read_utc += std::chrono::duration_cast<UtcTime::duration>(*since - frame.read_at);
  frame.read_at = *since;
  frame.decoded_at = context_.clock.now();
  return true;
}

AVFrame* StreamJob::shared(AVFrame& picture) {
  StreamContinuity& state = context_.state;
  const PictureChange change = changes_.of(picture);
  if (decoder_->shareable(picture) && !change.needed(picture)) {
    // Losing one picture is better than a decoder without a buffer, which loses all up to the next key frame.
    if (decoder_->free_buffers() >= kKeptForDecoder) return &picture;
    count(context_.counters.frames_dropped_no_buffer);
    return nullptr;
  }
  AVFrame* const converted = state.converter.convert(picture, change, buffers_for_others());
  if (converted == nullptr) {
    CaptureCounters& counters = context_.counters;
    count(state.converter.impossible() ? counters.decoding_soft_errors : counters.frames_dropped_no_buffer);
  }
  return converted;
}

void StreamJob::stamp(const AVFrame& picture, domain::Frame& frame) {
  StreamContinuity& state = context_.state;
  frame.sequence = state.sequence++;
  const bool is_probe = look_ == domain::Look::probe;
  const SteadyTime taken = is_probe ? decoder_->times_of(picture).came
                           : live_  ? stamp_live(picture)
                                    : stamp_recorded(picture);
  // The pictures before a probe may still be decoded, so the time line does not go on to it yet.
  frame.stream_time =
      state.stream_time + (is_probe ? std::max(taken - taken_, Nanoseconds(0)) : Nanoseconds(0));
  frame.read_at = decoder_->times_of(picture).read_at;
  const SteadyTime now = context_.clock.now();
  const UtcTime utc_now = context_.clock.utc_now();
  const auto utc_of = [&](SteadyTime time) {
    return utc_now - std::chrono::duration_cast<UtcTime::duration>(now - time);
  };
  frame.read_utc = utc_of(frame.read_at);
  if (context_.options.use_stream_timestamp && !live_) {
    frame.captured = UtcTime(std::chrono::duration_cast<UtcTime::duration>(
        from_seconds(context_.options.start_stream_timestamp) + state.stream_time));
  } else {
    frame.captured =
        live_ && !is_probe ? captured_at(decoder_->times_of(picture).told, utc_of(taken)) : utc_of(taken);
  }
}

// By the camera's own clock, where that is right. taken: by arrival.
UtcTime StreamJob::captured_at(std::optional<UtcTime> told, UtcTime taken) {
  SenderClock& sender = context_.state.sender;
  const auto captured = sender.read(told, taken, context_.clock.now());
  if (const auto skew = sender.skew()) {
    context_.counters.clock_skew.store(skew->count(), std::memory_order_relaxed);
  }
  return captured.value_or(taken);
}

SteadyTime StreamJob::stamp_recorded(const AVFrame& picture) {
  StreamContinuity& state = context_.state;
  const AVRational base = source_->time_base();
  const auto stamp = stamp_of(picture.best_effort_timestamp, base);
  state.stream_time =
      std::max(state.pictures.map(stamp, to_ns(picture.pkt_duration, base)), state.stream_time);
  return decoder_->times_of(picture).read_at;
}

SteadyTime StreamJob::stamp_live(const AVFrame& picture) {
  StreamContinuity& state = context_.state;
  const PacketTimes& times = decoder_->times_of(picture);
  StreamClock::Picture next{.stamp = std::nullopt, .came = times.came, .waited_for = times.waited_for};
  // Prefer the camera's own stamp: FFmpeg's best effort invents stamps where it dislikes them.
  const std::int64_t stamp = picture.pts != AV_NOPTS_VALUE ? picture.pts : picture.best_effort_timestamp;
  if (manner_.is_stamped) next.stamp = stamp_of(stamp, source_->time_base());
  const StreamClock::Reading reading = state.live.read(next);
  if (reading.corrected) count(context_.counters.stamps_corrected);
  log_untrusted_stamps();
  state.stream_time = std::max(state.stream_time, reading.stream_time);
  taken_ = reading.taken;
  return reading.taken;
}

void StreamJob::note_size(domain::Size size) {
  const domain::Size before = std::exchange(context_.state.size, size);
  if (before == size || before == domain::Size{}) return;
  log::warn("camera '{}': the size of its pictures has changed from {}x{} to {}x{}", context_.spec.name,
            before.width, before.height, size.width, size.height);
}

void StreamJob::log_untrusted_stamps() {
  StreamContinuity& state = context_.state;
  if (state.untrusted_logged || state.live.lie() == StampFault::none) return;
  state.untrusted_logged = true;
  log::warn(
      "camera '{}': the time stamps of its stream cannot be believed: {}; while that lasts the "
      "arrival of its pictures is taken for their time (stamps_corrected counts them)",
      context_.spec.name, to_string(state.live.lie()));
}

void StreamJob::log_ignored_options() {
  if (std::exchange(context_.state.ignored_logged, true)) return;
  std::string keys;
  for (const auto& [key, set] : file_options(context_.options)) {
    if (set) keys.append(keys.empty() ? "" : ", ").append(key);
  }
  if (!keys.empty())
    log::warn("camera '{}': its source is live: no effect there: {}", context_.spec.name, keys);
}

}  // namespace vigia::camera
