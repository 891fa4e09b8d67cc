#include "camera/av_source.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "camera/av_options.h"
#include "camera/device_access.h"
#include "camera/refusal.h"
#include "camera/snapshot_source.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

// For closing the connection to a server that may be gone.
constexpr auto kCloseTimeout = 500ms;
// Consecutive reads without a packet that count as a failure.
constexpr int kMostEmptyReads = 1000;
// Between two looks whether a device has a picture.
constexpr auto kDevicePoll = 5ms;
// A connection on which no packet comes for so long, but rubbish or so many packets whose numbers went back,
// is out of step. (A single such packet is a duplicate, or was overtaken in a relay.)
constexpr auto kRubbishPatience = 250ms, kStepPatience = 500ms;
constexpr std::uint64_t kLeastLatePackets = 3;

// FFmpeg's formats for a picture, or several one after the other, without a container.
bool holds_pictures(const AVInputFormat& format) {
  const std::string_view name = format.name;
  return name == "image2" || name.ends_with("_pipe");
}

// An RTSP server describes its video, with parameter sets, before it sends any. Reading ahead would then add
// nothing, and would deliver what it read as a burst of stale frames.
bool is_described(const AVFormatContext& context) {
  bool described = false;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVCodecParameters& codec = *context.streams[i]->codecpar;
    if (codec.codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (codec.codec_id == AV_CODEC_ID_NONE || codec.extradata_size == 0) return false;
    described = true;
  }
  return described;
}

http::TlsOptions tls_of(const CameraOptions& options, const KeptKeys& keys, const SourceUrl& source) {
  return {.ca_file = options.ca_file,
          .pin = options.tls_pin,
          .insecure = options.tls_insecure,
          .pins_file = keys.file,
          .keeps_first = keys.keeps_first,
          .can_pin = source.kind == SourceKind::rtsp,
          .section = ""};
}

}  // namespace

AvSource::AvSource(SourceUrl source, const CameraOptions& options, const KeptKeys& keys,
                   const ServerNotes& notes)
    : source_(std::move(source)),
      options_(options),
      timeout_(from_seconds(options.source_timeout)),
      notes_(notes),
      access_(source_, tls_of(options, keys, source_), interrupt_) {}

AvSource::~AvSource() {
  interrupt_.arm({}, kCloseTimeout);
}

Result<std::unique_ptr<PacketSource>> AvSource::open(const SourceUrl& source, const CameraOptions& options,
                                                     const KeptKeys& keys, ServerNotes* notes,
                                                     const std::stop_token& stop) {
  const ServerNotes before = notes != nullptr ? *notes : ServerNotes();
  std::unique_ptr<AvSource> made(new AvSource(source, options, keys, before));  // NOLINT: private constructor
  const Status opened = made->open_input(stop);
  if (notes != nullptr) *notes = made->notes_;
  if (!opened) {
    const bool may_be_jpegs =
        made->unreadable_ && source.kind == SourceKind::http && options.ffmpeg_format.empty();
    if ((!may_be_jpegs && !made->reads_parts()) || !made->open_plainly(stop)) return opened.error();
  }
  if (Status chosen = made->choose_stream(); !chosen) return chosen.error();
  return std::unique_ptr<PacketSource>(std::move(made));
}

// Cameras that send JPEGs without a boundary before the first, or without its dashes.
bool AvSource::open_plainly(const std::stop_token& stop) {
  plain_ = true;
  if (!open_input(stop)) return false;
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    if (context_->streams[i]->codecpar->width > 0) return true;  // a picture was found in it
  }
  return false;
}

bool AvSource::reads_parts() const {
  return context_ && options_.ffmpeg_format.empty() && std::strcmp(context_->iformat->name, "mpjpeg") == 0;
}

// Headers of a part that cannot be read; or, where its length is far too large or its kind is not said, what
// looks like the end or like silence. A camera that is gone after its first picture looks the same, but
// reading it plainly does no harm.
void AvSource::note_failed_parts(int code) {
  parts_failed_ =
      reads_parts() && (code == AVERROR_INVALIDDATA || packets_ < 2) && !interrupt_.stop.stop_requested();
}

Status AvSource::open_input(const std::stop_token& stop) {
  const bool is_device = source_.kind == SourceKind::device;
  Result<const AVInputFormat*> format = is_device ? find_device_format(options_)
                                        : plain_  ? av_find_input_format("mjpeg")
                                                  : find_input_format(options_);
  if (!format) return format.error();

  interrupt_.arm(stop, timeout_);
  if (Status opened = open_context(*format); !opened) return opened;
  if (is_device || (source_.kind == SourceKind::rtsp && is_described(*context_))) return ok_status();
  interrupt_.arm(stop, timeout_);
  const NotedRemarks noted(remarks_);
  const int found = avformat_find_stream_info(context_.get(), nullptr);
  if (found < 0 || stop.stop_requested() || interrupt_.timed_out) {
    return failure("cannot find out what is in", found);
  }
  return ok_status();
}

Status AvSource::open_context(const AVInputFormat* format) {
  for (;;) {
    AvOptions av_options;
    if (Status made = make_av_options(source_, options_, av_options); !made) return made;
    const Status opened = source_.kind == SourceKind::device ? open_device(format, av_options)
                                                             : try_to_open(format, av_options);
    take_notes();
    if (opened) return check_all_used(av_options);
    if (!may_sift()) return opened;
    notes_.sifts_offers = true;
  }
}

// The device itself says what it sends, so nothing is read ahead.
Status AvSource::open_device(const AVInputFormat* format, AvOptions& options) {
  notes_.is_taken = false;
  if (Status here = check_device(source_.path); !here) return here;
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return Error{ErrorCode::no_memory, "no memory to open a source"};
  context->interrupt_callback = {&AvSource::asked, this};
  context->flags |= AVFMT_FLAG_NONBLOCK;  // else a read waits in the system, where nothing interrupts it
  const int opened = avformat_open_input(&context, source_.url.c_str(), format, options.get());
  notes_.is_taken = opened == AVERROR(EBUSY);
  if (opened < 0) return failure("cannot open", opened);
  context_.reset(context);
  return ok_status();
}

Status AvSource::try_to_open(const AVInputFormat* format, AvOptions& options) {
  constexpr const char* kCannotOpen = "cannot open";
  remarks_ = {};
  const bool is_file = source_.kind == SourceKind::file;
  if (is_file) {
    if (Status here = file_.open(source_.path, interrupt_); !here) return here;
  }
  const Result<std::string> url = is_file ? source_.url : access_.reach(notes_.sifts_offers);
  if (!url) return failure(kCannotOpen, url.error());
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return Error{ErrorCode::no_memory, "no memory to open a source"};
  context->interrupt_callback = {&AvSource::asked, this};
  if (is_file) file_.attach(*context);
  access_.watch(*context);
  const NotedRemarks noted(remarks_);
  // Frees the context when it fails.
  const int opened = avformat_open_input(&context, url->c_str(), format, options.get());
  unreadable_ = opened == AVERROR_INVALIDDATA;
  note_status(opened);
  if (opened < 0) return failure(kCannotOpen, opened);
  context_.reset(context);
  if (Status here = access_.check(*context); !here) return failure(kCannotOpen, here.error());
  return ok_status();
}

// FFmpeg does not log each refusal: not a 401 that offers no kind of login.
void AvSource::note_status(int code) {
  if (remarks_.status == 0) remarks_.status = status_of(code);
}

void AvSource::take_notes() {
  notes_.status = context_ ? 0 : remarks_.status;
  if (remarks_.session_seconds > 0) notes_.session = std::chrono::seconds(remarks_.session_seconds);
}

// A tunnel carries TCP only.
bool AvSource::may_sift() const {
  const bool was_refused = remarks_.status == 401 && remarks_.offer.needs_sifting();
  return was_refused && !notes_.sifts_offers && source_.kind == SourceKind::rtsp && !source_.encrypted &&
         split_url(source_.url).has_user && is_over_tcp(options_) && !interrupt_.stop.stop_requested();
}

Status AvSource::check_all_used(const AvOptions& left) const {
  for (const std::string& param : options_.ffmpeg_params) {
    const std::string key = param.substr(0, param.find('='));
    if (left.holds(key.c_str())) {
      return Error{ErrorCode::invalid, "ffmpeg_params: '" + key + "' is no option of what " +
                                           redact(source_.url) + " is (" + context_->iformat->name + ")"};
    }
  }
  return ok_status();
}

Status AvSource::choose_stream() {
  stream_ = av_find_best_stream(context_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream_ < 0) return Error{ErrorCode::io, "there is no video in " + redact(source_.url)};
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    if (static_cast<int>(i) != stream_) context_->streams[i]->discard = AVDISCARD_ALL;
  }
  // A recording behind HTTP arrives as fast as the connection allows, and has a known duration.
  const bool recorded = context_->duration != AV_NOPTS_VALUE && context_->duration > 0;
  live_ = source_.kind == SourceKind::rtsp || source_.kind == SourceKind::stream ||
          source_.kind == SourceKind::device ||
          (source_.kind == SourceKind::http && (!recorded || holds_pictures(*context_->iformat)));
  return ok_status();
}

const AVCodecParameters& AvSource::codec() const {
  return *context_->streams[stream_]->codecpar;
}

AVRational AvSource::time_base() const {
  return context_->streams[stream_]->time_base;
}

Presentation AvSource::presentation() const {
  const AVStream& stream = *context_->streams[stream_];
  std::size_t bytes = 0;
  const std::uint8_t* const matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
  const bool is_turned = matrix != nullptr && bytes >= 9 * sizeof(std::int32_t);
  return {.turn = is_turned ? turn_of_matrix(reinterpret_cast<const std::int32_t*>(matrix))
                            : domain::Orientation(),
          .pixel_shape = stream.sample_aspect_ratio,
          .turn_lasts = codec().codec_id == AV_CODEC_ID_H264 || codec().codec_id == AV_CODEC_ID_HEVC,
          .fields_apart = codec().codec_id == AV_CODEC_ID_HEVC};
}

LiveManner AvSource::manner() const {
  const AVInputFormat& format = *context_->iformat;
  if (source_.kind == SourceKind::device) return {.is_stamped = true};  // by the driver
  if (source_.kind != SourceKind::rtsp) {
    const bool made_up = (format.flags & AVFMT_NOTIMESTAMPS) != 0 ||
                         std::strcmp(format.name, "mpjpeg") == 0 || holds_pictures(format);
    // The end of a JPEG is known by the beginning of the next one, unless its length is said.
    const bool plain = std::strcmp(format.name, "mjpeg") == 0 || holds_pictures(format);
    // An SRT sender gives up what was not read in time.
    const bool waits = !lower(source_.url).starts_with("srt:");
    return {.is_stamped = !made_up, .may_wait = waits, .is_one_behind = plain};
  }
  const AVCodecID codec_id = codec().codec_id;
  const bool joined = codec_id == AV_CODEC_ID_H264 || codec_id == AV_CODEC_ID_HEVC;
  // Data that is not read from a UDP socket in time is lost.
  return {.is_stamped = true, .may_wait = is_over_tcp(options_), .is_one_behind = joined, .may_reopen = true};
}

LinkState AvSource::link() const {
  return {.packets_lost = remarks_.missed_packets,
          .rubbish = remarks_.rubbish,
          .refused_with = remarks_.status,
          .is_out_of_step = out_of_step_ != nullptr};
}

Status AvSource::read(AVPacket& packet, const std::stop_token& stop) {
  interrupt_.arm(stop, timeout_);
  access_.forget();
  remarks_.status = 0;
  if (out_of_step_ != nullptr) return failure("cannot read from", AVERROR_EXIT);
  const std::uint64_t missed_before = remarks_.missed_packets;
  late_before_ = remarks_.late_packets;
  rubbish_before_ = remarks_.rubbish;
  trouble_since_.reset();
  reading_ = true;
  Status read = source_.kind == SourceKind::device ? next_of_device(packet) : next_packet(packet);
  reading_ = false;
  // FFmpeg returns the picture that it was putting together, or one that was complete just before the loss.
  const bool lost = remarks_.missed_packets > missed_before || remarks_.late_packets > late_before_;
  if (read.ok() && lost) packet.flags |= AV_PKT_FLAG_CORRUPT;
  return read;
}

Status AvSource::next_packet(AVPacket& packet) {
  const NotedRemarks noted(remarks_);
  for (int i = 0; i < kMostEmptyReads; ++i) {
    const int code = av_read_frame(context_.get(), &packet);
    if (code == 0 && packet.stream_index == stream_) {
      ++packets_;
      return ok_status();
    }
    if (code == 0) av_packet_unref(&packet);
    if (code < 0 && code != AVERROR(EAGAIN)) {
      note_failed_parts(code);
      note_status(code);
      return failure("cannot read from", code);
    }
    if (asked(this) != 0) return failure("cannot read from", AVERROR_EXIT);
  }
  return Error{ErrorCode::io, "there is no video any more in " + redact(source_.url)};
}

Status AvSource::next_of_device(AVPacket& packet) {
  for (;;) {
    const int code = av_read_frame(context_.get(), &packet);
    if (code == 0 && packet.size > 0) return ok_status();
    if (code == 0) av_packet_unref(&packet);  // a picture that the driver calls broken
    if (code < 0 && code != AVERROR(EAGAIN)) return failure("cannot read from", code);
    if (asked(this) != 0) return failure("cannot read from", AVERROR_EXIT);
    std::this_thread::sleep_for(kDevicePoll);
  }
}

int AvSource::asked(void* self) noexcept {
  auto* const source = static_cast<AvSource*>(self);
  return Interrupt::asked(&source->interrupt_) != 0 || source->is_out_of_step() ? 1 : 0;
}

bool AvSource::is_out_of_step() noexcept {
  if (!reading_) return false;
  const bool rubbish = remarks_.rubbish > rubbish_before_;
  const bool went_back = remarks_.late_packets >= late_before_ + kLeastLatePackets;
  if (!rubbish && !went_back) return false;
  const auto now = std::chrono::steady_clock::now();
  if (!trouble_since_) trouble_since_ = now;
  if (now - *trouble_since_ < (rubbish ? kRubbishPatience : kStepPatience)) return false;
  out_of_step_ = rubbish ? "rubbish between its packets" : "packets whose numbers went back";
  return true;
}

Status AvSource::rewind() {
  const std::stop_token stop = interrupt_.stop;  // the last read's
  interrupt_.arm(stop, timeout_);
  const AVStream& stream = *context_->streams[stream_];
  const std::int64_t start = stream.start_time == AV_NOPTS_VALUE ? 0 : stream.start_time;
  // Seeking in transport streams is approximate and often skips the first packets; in pictures it does
  // nothing.
  const bool seeks_exactly =
      (context_->iformat->flags & AVFMT_TS_DISCONT) == 0 && !holds_pictures(*context_->iformat);
  if (seeks_exactly &&
      avformat_seek_file(context_.get(), stream_, INT64_MIN, start, start, AVSEEK_FLAG_BACKWARD) >= 0) {
    return ok_status();
  }
  // A source that cannot seek is opened again.
  context_.reset();
  if (Status opened = open_input(stop); !opened) return opened;
  return choose_stream();
}

std::unique_ptr<PacketSource> AvSource::snapshots(Clock& clock) {
  const bool is_one = source_.kind == SourceKind::http && packets_ == 1 && holds_pictures(*context_->iformat);
  if (!is_one) return nullptr;
  return std::make_unique<SnapshotSource>(source_, options_, codec(), clock);
}

Error AvSource::failure(const char* what, int code) const {
  const std::string name = redact(source_.url);
  if (interrupt_.stop.stop_requested()) return {ErrorCode::cancelled, "stopped while reading " + name};
  if (access_.failure()) return failure(what, *access_.failure());
  if (out_of_step_ != nullptr) return {ErrorCode::damaged, name + " sends " + out_of_step_};
  // When it is interrupted FFmpeg may first return a packet that it holds, and report the interruption at the
  // next read.
  if (interrupt_.timed_out || code == AVERROR_EXIT) {
    return {ErrorCode::timeout,
            "no data from " + name + " for " +
                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(timeout_).count()) +
                " ms (source_timeout)"};
  }
  if (source_.kind == SourceKind::device) {
    const Refusal refusal = explain_device(code, source_.path);
    return {refusal.code, std::string(what) + " " + name + ": " + refusal.text};
  }
  if (code == AVERROR_EOF && remarks_.status == 0) return {ErrorCode::ended, name + " has ended"};
  const Refusal refusal = explain_refusal(code, remarks_, source_, options_);
  return {refusal.code, std::string(what) + " " + name + ": " + refusal.text};
}

Error AvSource::failure(const char* what, const Error& why) const {
  const std::string name = redact(source_.url);
  if (interrupt_.stop.stop_requested()) return {ErrorCode::cancelled, "stopped while reading " + name};
  return {why.code, redact(std::string(what) + " " + name + ": " + why.text)};
}

}  // namespace vigia::camera
