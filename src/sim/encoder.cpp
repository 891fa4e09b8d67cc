#include "sim/encoder.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/error.h>
#include <libavutil/opt.h>
}

namespace vigia::sim {
namespace {

Error failed(const char* what, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return {ErrorCode::io, fmt::format("sim: cannot {}: {}", what, text.data())};
}

std::int64_t bits_per_second(domain::Size size) {
  return std::max<std::int64_t>(400'000, 3'000'000LL * size.width * size.height / (1280 * 720));
}

void configure(AVCodecContext& context, domain::Size size, double fps) {
  context.width = size.width;
  context.height = size.height;
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.color_range = AVCOL_RANGE_MPEG;
  context.colorspace = AVCOL_SPC_SMPTE170M;
  context.time_base = {1, kTimeBase};
  context.framerate = av_d2q(fps, 100000);
  context.gop_size = std::max(1, static_cast<int>(std::lround(2 * fps)));
  context.max_b_frames = 0;
  context.thread_count = 1;
  context.rc_max_rate = bits_per_second(size);
  context.rc_buffer_size = static_cast<int>(bits_per_second(size));
  context.log_level_offset = 16;  // hides libx264's informational lines; errors still count as errors
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(context.priv_data, "preset", "ultrafast", 0);
  av_opt_set(context.priv_data, "tune", "zerolatency", 0);
  av_opt_set(context.priv_data, "crf", "23", 0);
}

}  // namespace

void Encoder::FreeContext::operator()(AVCodecContext* context) const noexcept {
  avcodec_free_context(&context);
}
void Encoder::FreeParameters::operator()(AVCodecParameters* parameters) const noexcept {
  avcodec_parameters_free(&parameters);
}
void Encoder::FreeFrame::operator()(AVFrame* frame) const noexcept {
  av_frame_free(&frame);
}

Encoder::Encoder(domain::Size size, double fps)
    : size_(size), fps_(fps), parameters_(avcodec_parameters_alloc()), frame_(av_frame_alloc()) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

Result<Encoder> Encoder::make(domain::Size size, double fps) {
  Encoder encoder(size, fps);
  if (!encoder.parameters_ || !encoder.frame_)
    return Error{ErrorCode::no_memory, "sim: no memory for the encoder"};
  if (Status status = encoder.open(); !status) return status.error();
  if (const int code = avcodec_parameters_from_context(encoder.parameters_.get(), encoder.context_.get());
      code < 0) {
    return failed("describe the encoded stream", code);
  }
  return encoder;
}

Status Encoder::open() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return Error{ErrorCode::unavailable,
                 "sim: this FFmpeg has no libx264 encoder; install Debian's libavcodec"};
  }
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) return Error{ErrorCode::no_memory, "sim: no memory for the encoder"};
  configure(*context_, size_, fps_);
  const int code = avcodec_open2(context_.get(), codec, nullptr);
  return code < 0 ? Status(failed("open the encoder", code)) : ok_status();
}

Status Encoder::encode(const I420Image& picture, std::int64_t pts, AVPacket& packet) {
  AVFrame& frame = *frame_;
  frame.format = AV_PIX_FMT_YUV420P;
  frame.width = size_.width;
  frame.height = size_.height;
  frame.pts = pts;
  // FFmpeg copies pictures that it does not own, and only reads these.
  frame.data[0] = const_cast<std::uint8_t*>(picture.y.data());
  frame.data[1] = const_cast<std::uint8_t*>(picture.u.data());
  frame.data[2] = const_cast<std::uint8_t*>(picture.v.data());
  frame.linesize[0] = picture.luma_stride();
  frame.linesize[1] = frame.linesize[2] = picture.chroma_stride();
  if (const int code = avcodec_send_frame(context_.get(), &frame); code < 0)
    return failed("encode a picture", code);
  const int code = avcodec_receive_packet(context_.get(), &packet);
  return code < 0 ? Status(failed("get an encoded picture", code)) : ok_status();
}

Status Encoder::restart() {
  return open();
}

}  // namespace vigia::sim
