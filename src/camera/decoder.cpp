#include "camera/decoder.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>

#include "camera/h264_gaps.h"

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

// Codecs whose packets hold one picture each. (A packet of VP9, for example, may hold several.)
bool one_picture_a_packet(const AVCodecParameters& codec) {
  if (codec.codec_id == AV_CODEC_ID_HEVC) return true;
  if (codec.codec_id != AV_CODEC_ID_H264) return false;
  return codec.extradata_size <= 0 ||
         !h264_allows_gaps({codec.extradata, static_cast<std::size_t>(codec.extradata_size)});
}

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::open(const PacketSource& source, PicturePool& pool,
                                               CaptureCounters& counters, int buffers_for_others,
                                               std::shared_ptr<memory::Account> account) {
  const AVCodecParameters& parameters = source.codec();
  const AVCodec* const codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    return Error{ErrorCode::io, std::string("there is no decoder for its codec '") +
                                    avcodec_get_name(parameters.codec_id) + "'"};
  }
  if ((codec->capabilities & AV_CODEC_CAP_DR1) == 0) {
    return Error{ErrorCode::io, std::string("the codec '") + codec->name +
                                    "' keeps its pictures where they cannot be bounded: it is not supported"};
  }
  std::unique_ptr<Decoder> made(  // NOLINT: the constructor is private
      new Decoder(pool, counters, buffers_for_others, std::move(account)));
  made->hold_tables(Bytes{parameters.width} * parameters.height, 1);
  made->context_.reset(avcodec_alloc_context3(codec));
  made->frame_.reset(av_frame_alloc());
  if (!made->context_ || !made->frame_) return Error{ErrorCode::no_memory, "no memory for a decoder"};
  AVCodecContext& context = *made->context_;
  made->gaps_are_losses_ = one_picture_a_packet(parameters);
  int code = avcodec_parameters_to_context(&context, &parameters);
  context.thread_count = 1;  // one core per camera: the parallelism comes from many cameras
  context.thread_type = FF_THREAD_SLICE;
  context.pkt_timebase = source.time_base();
  context.max_pixels = kMostPixels;
  context.opaque = made.get();
  context.get_buffer2 = &Decoder::get_buffer;
  if (code >= 0) code = avcodec_open2(&context, codec, nullptr);
  if (code < 0) {
    return Error{ErrorCode::io,
                 std::string("cannot open the decoder '") + codec->name + "': " + av_error_text(code)};
  }
  return made;
}

int Decoder::get_buffer(AVCodecContext* context, AVFrame* frame, int /*flags*/) noexcept {
  try {
    return static_cast<Decoder*>(context->opaque)->lease_buffer(*frame);
  } catch (const std::bad_alloc&) {
    return AVERROR(ENOMEM);
  }
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
  return 0;
}

bool Decoder::shareable(const AVFrame& frame) const noexcept {
  return frame.opaque == &pool_ && frame.buf[0] != nullptr && frame.buf[1] == nullptr &&
         shareable_format(frame.format);
}

const PacketTimes& Decoder::times_of(const AVFrame& frame) const noexcept {
  return times_[static_cast<std::uint64_t>(frame.reordered_opaque) % kTags];
}

void Decoder::push(const AVPacket& packet, const PacketTimes& times) noexcept {
  if (leave_out(packet)) return;
  refused_ = false;
  asked_ = 0;
  ++tag_;
  times_[tag_ % kTags] = times;
  context_->reordered_opaque = static_cast<std::int64_t>(tag_);
  const int code = avcodec_send_packet(context_.get(), &packet);
  if (code < 0) {
    fail();
  } else if (painted_in_a_lost_one()) {
    count(counters_.decoding_soft_errors);
    spoilt_from_ = tag_;
    drain(Loss::damage);
  }
}

// FFmpeg does not report a missing picture: it allocates one and copies another picture into it. Before the
// first picture is shown that is legitimate, and FFmpeg holds back what is not whole.
bool Decoder::painted_in_a_lost_one() const noexcept {
  return gaps_are_losses_ && shown_ && asked_ > 1;
}

bool Decoder::spoilt(const AVFrame& frame) const noexcept {
  return damaged(frame) || static_cast<std::uint64_t>(frame.reordered_opaque) >= spoilt_from_;
}

bool Decoder::leave_out(const AVPacket& packet) noexcept {
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
    count(counters_.decoding_soft_errors);
    lose(Loss::damage);
    return true;
  }
  if (!waiting_) return false;
  if ((packet.flags & AV_PKT_FLAG_KEY) == 0 && ++waited_ < kLongestWait) {
    count_loss(cause_);
    return true;
  }
  restart();
  return false;
}

void Decoder::count_loss(Loss cause) noexcept {
  count(cause == Loss::damage ? counters_.frames_dropped_damaged : counters_.frames_dropped_no_buffer);
}

// From here to the next key frame nothing is shown.
void Decoder::lose(Loss cause) noexcept {
  const int waited = waiting_ ? waited_ : 0;
  restart();
  waiting_ = true;
  waited_ = waited;
  cause_ = cause;
}

// A packet could not be decoded.
void Decoder::fail() noexcept {
  const Loss cause = refused_ ? Loss::no_buffer : Loss::damage;
  count(cause == Loss::no_buffer ? counters_.frames_dropped_no_buffer : counters_.decoding_soft_errors);
  refused_ = false;
  if (!draining_) return drain(cause);
  if (++failures_ >= kMostFailures) lose(cause);
}

// Pictures decoded before the loss are still delivered; then none, up to the next key frame.
void Decoder::drain(Loss cause) noexcept {
  if (avcodec_send_packet(context_.get(), nullptr) < 0) return lose(cause);
  draining_ = true;
  failures_ = 0;
  waiting_ = true;
  waited_ = 0;
  cause_ = cause;
}

void Decoder::finish() noexcept {
  if (!draining_) avcodec_send_packet(context_.get(), nullptr);
}

AVFrame* Decoder::next() noexcept {
  for (;;) {
    const int code = avcodec_receive_frame(context_.get(), frame_.get());
    if (code == 0) {
      if (!spoilt(*frame_)) {
        shown_ = true;
        return frame_.get();
      }
      if (spoilt_from_ == UINT64_MAX) count(counters_.decoding_soft_errors);
      lose(Loss::damage);
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

void Decoder::restart() noexcept {
  avcodec_flush_buffers(context_.get());
  draining_ = false;
  waiting_ = false;
  waited_ = 0;
  shown_ = false;
  spoilt_from_ = UINT64_MAX;
}

}  // namespace vigia::camera
