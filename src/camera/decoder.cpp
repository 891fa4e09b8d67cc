#include "camera/decoder.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <span>
#include <string>

namespace vigia::camera {
namespace {

// Most failures in a row while draining. FFmpeg gives up by itself; this bounds the loop in case it does not.
constexpr int kMostFailures = 64;

bool shareable_format(int format) {
  return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_NV12;
}

bool damaged(const AVFrame& frame) {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

// Memory that a decoder holds besides pictures. Measured with mallinfo2 on H.264 and HEVC, 720p and 1080p, 1
// to 5 references: 1 MB, plus 1.25 bytes per pixel and 0.75 per pixel and reference; up to 20 % less.
Bytes bytes_of_tables(Bytes pixels, int references) {
  return 1_MiB + pixels * (5 + 3 * references) / 4;
}

// What libdav1d holds, as so many references: 16 bytes per pixel were measured, as above.
constexpr int kReferencesOfDav1d = 20;

// On hardware. FFmpeg's pools have 16 reference frames for most codecs, and some in reserve; as references of
// tables, which have half a surface's bytes each.
constexpr int kSurfaces = 20;
constexpr int kReferencesOfSurfaces = 2 * kSurfaces;
// Failures without a picture between them, and packets without one, until the hardware counts as failed. A
// stream that refreshes row by row gives no picture for as long as 10 s.
constexpr int kMostHardwareErrors = 3;
constexpr int kMostWithoutPicture = 300;

}  // namespace

// AV1 is the exception: libdav1d keeps its pictures to itself, so each is copied. libaom would write into
// ours, but needs three times the memory and the time (at 720p 45 MB and 15 ms a picture). FFmpeg's own has
// no way to paint but hardware. Raw video is the other: its picture is the packet, and is copied.
const AVCodec* find_decoder(AVCodecID id, bool on_hardware) {
  if (id == AV_CODEC_ID_AV1) return avcodec_find_decoder_by_name(on_hardware ? "av1" : "libdav1d");
  if (id == AV_CODEC_ID_RAWVIDEO && !on_hardware) return avcodec_find_decoder(id);
  const AVCodec* const codec = avcodec_find_decoder(id);
  return codec != nullptr && (codec->capabilities & AV_CODEC_CAP_DR1) != 0 ? codec : nullptr;
}

Result<std::unique_ptr<Decoder>> Decoder::open(DecoderSetup setup) {
  const AVCodecParameters& codec = setup.codec;
  const AVRational time_base = setup.time_base;
  std::unique_ptr<Decoder> made(new Decoder(std::move(setup)));  // NOLINT: the constructor is private
  if (Status opened = made->open_context(codec, time_base); !opened) return opened.error();
  return made;
}

Status Decoder::open_context(const AVCodecParameters& parameters, AVRational time_base) {
  const AVCodec* const codec = find_decoder(parameters.codec_id, accelerator_ != nullptr);
  if (codec == nullptr) {
    return Error{ErrorCode::io, std::string("the codec '") + avcodec_get_name(parameters.codec_id) +
                                    "' is not supported; set the camera to H.264 or H.265"};
  }
  const bool is_dav1d = parameters.codec_id == AV_CODEC_ID_AV1 && !accelerator_;
  hold_tables(Bytes{parameters.width} * parameters.height, is_dav1d ? kReferencesOfDav1d : 1);
  context_.reset(avcodec_alloc_context3(codec));
  frame_.reset(av_frame_alloc());
  downloaded_.reset(av_frame_alloc());
  if (!context_ || !frame_ || !downloaded_) return Error{ErrorCode::no_memory, "no memory for a decoder"};
  know(parameters);
  int code = avcodec_parameters_to_context(context_.get(), &parameters);
  context_->pkt_timebase = time_base;
  if (Status set = set_up_context(parameters.codec_id); !set) return set;
  if (code >= 0) code = avcodec_open2(context_.get(), codec, nullptr);
  if (code < 0) {
    return Error{ErrorCode::io,
                 std::string("cannot open the decoder '") + codec->name + "': " + av_error_text(code)};
  }
  return ok_status();
}

Status Decoder::set_up_context(AVCodecID id) {
  AVCodecContext& context = *context_;
  context.thread_count = 1;  // one core per camera: the parallelism comes from many cameras
  context.thread_type = FF_THREAD_SLICE;
  context.max_pixels = kMostPixels;
  context.opaque = this;
  context.get_buffer2 = &Decoder::get_buffer;
  // A JPEG that breaks off is refused; one that lacks only its end mark is not. Elsewhere it would refuse
  // what many cameras send, such as SEI messages that FFmpeg dislikes.
  if (id == AV_CODEC_ID_MJPEG) context.err_recognition = AV_EF_EXPLODE;
  if (!accelerator_) return ok_status();
  context.get_format = &Decoder::choose_format;
  return accelerator_->attach(context);
}

void Decoder::know(const AVCodecParameters& codec) {
  const std::span extradata(codec.extradata, static_cast<std::size_t>(std::max(codec.extradata_size, 0)));
  if (codec.codec_id == AV_CODEC_ID_H264) headers_.emplace(VideoCodec::h264, extradata);
  if (codec.codec_id == AV_CODEC_ID_HEVC) headers_.emplace(VideoCodec::h265, extradata);
  makes_up_references_ = codec.codec_id == AV_CODEC_ID_HEVC;
  // Their packets hold one picture each. (A packet of VP9, for example, may hold several.)
  gaps_are_losses_ = headers_ && !headers_->allows_gaps();
  must_paint_ = codec.codec_id == AV_CODEC_ID_HEVC || codec.codec_id == AV_CODEC_ID_MJPEG;
  begins_with_key_ = headers_ || codec.codec_id == AV_CODEC_ID_MPEG4;
  waiting_ = begins_with_key_;
}

int Decoder::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept {
  auto& decoder = *static_cast<Decoder*>(context->opaque);
  try {
    return decoder.accelerator_ ? decoder.get_surface(*frame, flags) : decoder.lease_buffer(*frame);
  } catch (const std::bad_alloc&) {
    return AVERROR(ENOMEM);
  }
}

AVPixelFormat Decoder::choose_format(AVCodecContext* context, const AVPixelFormat* offered) noexcept {
  auto& decoder = *static_cast<Decoder*>(context->opaque);
  decoder.surface_ = decoder.accelerator_->choose(offered);
  if (decoder.surface_ == AV_PIX_FMT_NONE) {
    decoder.hardware_failure_ = "the hardware or its driver does not decode this profile or size";
  }
  return decoder.surface_;
}

// FFmpeg takes it from a pool of its own, which it makes for the device.
int Decoder::get_surface(AVFrame& frame, int flags) {
  ++asked_;
  if (std::max(frame.width, frame.height) > kLongestSide) return AVERROR_INVALIDDATA;
  hold_tables(Bytes{frame.width} * frame.height, kReferencesOfSurfaces);
  return avcodec_default_get_buffer2(context_.get(), &frame, flags);
}

void Decoder::hold_tables(Bytes pixels, int references) {
  const Bytes bytes = bytes_of_tables(std::clamp<Bytes>(pixels, 0, kMostPixels), references);
  if (bytes <= tables_.bytes()) return;
  tables_ = memory::Charge(account_, bytes);
  set_charge(bytes);
}

int Decoder::lease_buffer(AVFrame& frame) {
  ++asked_;
  if (std::max(frame.width, frame.height) > kLongestSide) return AVERROR_INVALIDDATA;
  PictureShape shape{frame.format, frame.width, frame.height};
  std::array<int, AV_NUM_DATA_POINTERS> alignments{};
  avcodec_align_dimensions2(context_.get(), &shape.width, &shape.height, alignments.data());
  const bool shared = shareable_format(frame.format);
  const int own = std::min(kMostForDecoder, context_->refs + context_->has_b_frames + 2);
  const int buffers = std::max(own, 4) + (shared ? buffers_for_others_ : 0);
  if (!pool_.fit(shape, {alignments[0], alignments[1], alignments[2], alignments[3]}, buffers)) {
    return AVERROR_INVALIDDATA;
  }
  hold_tables(Bytes{shape.width} * shape.height, own - 1);
  // Read-only: some decoders would write into the last picture again, while other threads read it.
  if (!pool_.lease_into(frame, shared)) {
    refused_ = true;
    return AVERROR(ENOMEM);
  }
  frame.opaque = &pool_;
  if (must_paint_) pool_.mark(frame);
  return 0;
}

// The picture just decoded, where others can read it; nullptr: lost, and counted.
AVFrame* Decoder::in_memory() noexcept {
  if (!accelerator_) return frame_.get();
  if (hardware_failure_ != nullptr) return nullptr;
  try {
    return download() ? downloaded_.get() : nullptr;
  } catch (const std::bad_alloc&) {
    count(counters_->frames_dropped_no_buffer);
    return nullptr;
  }
}

bool Decoder::download() {
  AVFrame& to = *downloaded_;
  to.format = accelerator_->memory_format(*frame_);
  to.width = frame_->width;
  to.height = frame_->height;
  constexpr std::array kAlignments{64, 64, 64, 64};
  if (!pool_.fit({to.format, to.width, to.height}, kAlignments, buffers_for_others_ + 2)) {
    hardware_failure_ = "its pictures have a format that cannot be read";
    return false;
  }
  if (!pool_.lease_into(to, true)) {
    count(counters_->frames_dropped_no_buffer);  // those after it do not need it: they refer to surfaces
    return false;
  }
  if (accelerator_->download(*frame_, to) < 0) {
    count(counters_->decoding_soft_errors);
    note_hardware_error();
    return false;
  }
  av_frame_copy_props(&to, frame_.get());
  to.opaque = &pool_;
  // FFmpeg cuts off surfaces only at the right and at the bottom.
  av_frame_apply_cropping(&to, AV_FRAME_CROP_UNALIGNED);
  return true;
}

void Decoder::note_hardware_error() noexcept {
  if (accelerator_ && ++hardware_errors_ >= kMostHardwareErrors && hardware_failure_ == nullptr) {
    hardware_failure_ = "it failed on several pictures in a row";
  }
}

bool Decoder::shareable(const AVFrame& frame) const noexcept {
  return frame.opaque == &pool_ && frame.buf[0] != nullptr && frame.buf[1] == nullptr &&
         shareable_format(frame.format);
}

const PacketTimes& Decoder::times_of(const AVFrame& frame) const noexcept {
  return times_[static_cast<std::uint64_t>(frame.reordered_opaque) % kTags];
}

void Decoder::push(const AVPacket& packet, const PacketTimes& times) noexcept {
  if (leave_out(packet, times.read_at)) return note_wait(times.read_at);
  refused_ = false;
  asked_ = 0;
  ++tag_;
  times_[tag_ % kTags] = times;
  context_->reordered_opaque = static_cast<std::int64_t>(tag_);
  const int code = avcodec_send_packet(context_.get(), &packet);
  if (code < 0) {
    fail();
  } else if (painted_in_a_lost_one()) {
    count(counters_->decoding_soft_errors);
    spoilt_from_ = tag_;
    drain(Loss::damage);
  }
  if (accelerator_ && ++packets_without_picture_ > kMostWithoutPicture && hardware_failure_ == nullptr) {
    hardware_failure_ = "it gives no pictures";
  }
  if (waiting_ || !shown_) note_wait(times.read_at);
}

// FFmpeg does not report a missing picture: it allocates one and copies another picture into it, or grey.
// Before the first picture is shown that is legitimate, and the decoder of H.264 holds back what is not
// whole. So is it in the first packet of H.265: a CRA picture names pictures that only those before it in
// time refer to.
bool Decoder::painted_in_a_lost_one() const noexcept {
  if (!gaps_are_losses_ || asked_ <= 1) return false;
  return makes_up_references_ ? tag_ > began_at_ && tag_ >= shown_from_ : shown_;
}

bool Decoder::spoilt(const AVFrame& frame) const noexcept {
  return damaged(frame) || static_cast<std::uint64_t>(frame.reordered_opaque) >= spoilt_from_ ||
         (must_paint_ && frame.opaque == &pool_ && !PicturePool::is_painted(frame));
}

bool Decoder::leave_out(const AVPacket& packet, SteadyTime now) noexcept {
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
    count(counters_->decoding_soft_errors);
    if (waiting_) {
      lose(Loss::damage);
    } else {
      drain(Loss::damage);
    }
    return true;
  }
  if (!waiting_) return false;
  if (!waiting_since_) waiting_since_ = now;
  const Beginning beginning = beginning_at(packet, now);
  if (!beginning.is_possible) {
    count_loss(cause_);
    return true;
  }
  begin(beginning);
  return false;
}

Decoder::Beginning Decoder::beginning_at(const AVPacket& packet, SteadyTime now) {
  using Kind = PictureStart::Kind;
  const Nanoseconds waited = now - *waiting_since_;
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (!headers_) return {.is_possible = is_key || has_waited_longest(now)};
  const PictureStart start = headers_->start_of({packet.data, static_cast<std::size_t>(packet.size)});
  if (!start.has_slices) return {.is_possible = is_key};
  if (start.kind == Kind::clean) return {.is_possible = true};
  // FFmpeg's decoder of H.264 itself holds back what comes before the recovery point is reached.
  if (start.kind == Kind::gradual && !makes_up_references_) return {.is_possible = true};
  // Pictures that are decoded later may be shown before it.
  if (start.kind == Kind::gradual) return {true, start.pictures + context_->has_b_frames};
  if (start.kind == Kind::intra && waited >= kIntraWait) return {.is_possible = true};
  return {.is_possible = !makes_up_references_ && has_waited_longest(now)};
}

bool Decoder::has_waited_longest(SteadyTime now) noexcept {
  if (now - *waiting_since_ < kLongestWait) return false;
  waiting_since_ = now;  // if it fails now, it is tried again after as long a time
  return true;
}

void Decoder::begin(const Beginning& beginning) noexcept {
  flush();
  waiting_ = false;
  began_at_ = tag_ + 1;
  shown_from_ = began_at_ + static_cast<std::uint64_t>(beginning.hidden);
  packets_without_picture_ = 0;
}

void Decoder::count_loss(Loss cause) noexcept {
  count(cause == Loss::damage ? counters_->frames_dropped_damaged : counters_->frames_dropped_no_buffer);
}

// From here to the next clean start nothing is shown.
void Decoder::lose(Loss cause) noexcept {
  flush();
  waiting_ = true;
  cause_ = cause;
}

// A packet could not be decoded.
void Decoder::fail() noexcept {
  if (!draining_) note_hardware_error();
  if (hardware_failure_ != nullptr) return lose(Loss::damage);  // the stream may be well
  const Loss cause = refused_ ? Loss::no_buffer : Loss::damage;
  count(cause == Loss::no_buffer ? counters_->frames_dropped_no_buffer : counters_->decoding_soft_errors);
  refused_ = false;
  if (!draining_) return drain(cause);
  if (++failures_ >= kMostFailures) lose(cause);
}

// Pictures decoded before the loss are still delivered; then none, up to the next clean start.
void Decoder::drain(Loss cause) noexcept {
  if (avcodec_send_packet(context_.get(), nullptr) < 0) return lose(cause);
  draining_ = true;
  failures_ = 0;
  waiting_ = true;
  cause_ = cause;
}

void Decoder::finish() noexcept {
  if (!draining_) avcodec_send_packet(context_.get(), nullptr);
}

AVFrame* Decoder::next() noexcept {
  av_frame_unref(downloaded_.get());
  for (;;) {
    const int code = avcodec_receive_frame(context_.get(), frame_.get());
    if (code == 0) {
      const auto tag = static_cast<std::uint64_t>(frame_->reordered_opaque);
      if (tag < shown_from_) {
        count_loss(Loss::damage);
      } else if (!spoilt(*frame_)) {
        AVFrame* const picture = in_memory();
        if (picture != nullptr) {
          note_picture(tag);
          return picture;
        }
      } else {
        if (spoilt_from_ == UINT64_MAX) count(counters_->decoding_soft_errors);
        lose(Loss::damage);
      }
      av_frame_unref(frame_.get());
    } else if (code == AVERROR_EOF || code == AVERROR(EAGAIN)) {
      if (draining_) lose(cause_);
      av_frame_unref(frame_.get());
      return nullptr;
    } else {
      fail();
    }
  }
}

// Since when no clean picture has come although packets do.
void Decoder::note_wait(SteadyTime now) noexcept {
  if (counters_->no_picture_since.load(std::memory_order_relaxed) != 0) return;
  counters_->no_picture_since.store(std::max<std::int64_t>(now.time_since_epoch().count(), 1),
                                    std::memory_order_relaxed);
}

void Decoder::note_picture(std::uint64_t tag) noexcept {
  if (!shown_ && headers_) {
    // What FFmpeg itself held back before a recovery point.
    for (std::uint64_t held = std::max(began_at_, shown_from_); held < tag; ++held) count_loss(Loss::damage);
  }
  shown_ = true;
  hardware_errors_ = 0;
  packets_without_picture_ = 0;
  if (waiting_) return;
  waiting_since_.reset();
  counters_->no_picture_since.store(0, std::memory_order_relaxed);
}

void Decoder::restart() noexcept {
  flush();
  began_at_ = tag_ + 1;
  waiting_ = begins_with_key_;
  waiting_since_.reset();
  cause_ = Loss::damage;
}

void Decoder::flush() noexcept {
  avcodec_flush_buffers(context_.get());
  av_frame_unref(downloaded_.get());
  draining_ = false;
  shown_ = false;
  spoilt_from_ = UINT64_MAX;
}

}  // namespace vigia::camera
