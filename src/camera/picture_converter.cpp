#include "camera/picture_converter.h"

extern "C" {
#include <libavutil/pixdesc.h>
}
#include <libyuv/rotate.h>
#include <libyuv/scale.h>

#include <array>

namespace vigia::camera {
namespace {

bool is_rgb(int format) {
  const AVPixFmtDescriptor* const about = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(format));
  return about != nullptr && (about->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
}

bool is_full_yuv(int format) {
  return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P ||
         format == AV_PIX_FMT_YUVJ440P || format == AV_PIX_FMT_YUVJ411P;
}

bool is_i420(int format) {
  return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
}

// Every second line: twice the way from one to the next.
std::array<int, 4> strides_of(const AVFrame& in, bool one_field) {
  std::array<int, 4> strides{};
  for (std::size_t i = 0; i < strides.size(); ++i) strides[i] = in.linesize[i] * (one_field ? 2 : 1);
  return strides;
}

int lines_of(const AVFrame& in, bool one_field) {
  return one_field ? (in.height + 1) / 2 : in.height;
}

// libyuv's rows may be given in reverse: that is the flip which comes before turning.
bool turn_planes(const AVFrame& in, domain::Orientation how, AVFrame& out) {
  const auto mode = static_cast<libyuv::RotationMode>(90 * how.quarters());
  const int height = how.flipped() ? -in.height : in.height;
  if (in.format == AV_PIX_FMT_NV12) {
    return libyuv::NV12ToI420Rotate(in.data[0], in.linesize[0], in.data[1], in.linesize[1], out.data[0],
                                    out.linesize[0], out.data[1], out.linesize[1], out.data[2],
                                    out.linesize[2], in.width, height, mode) == 0;
  }
  return libyuv::I420Rotate(in.data[0], in.linesize[0], in.data[1], in.linesize[1], in.data[2],
                            in.linesize[2], out.data[0], out.linesize[0], out.data[1], out.linesize[1],
                            out.data[2], out.linesize[2], in.width, height, mode) == 0;
}

// Where none is signalled the matrix is that of the height (domain/frame.h), as it was coded.
void keep_matrix(const AVFrame& in, AVFrame& out) {
  if (signalled_matrix(out) || out.height == in.height) return;
  out.colorspace = in.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

void scale_planes(const AVFrame& in, bool one_field, AVFrame& out) {
  const std::array<int, 4> strides = strides_of(in, one_field);
  libyuv::I420Scale(in.data[0], strides[0], in.data[1], strides[1], in.data[2], strides[2], in.width,
                    lines_of(in, one_field), out.data[0], out.linesize[0], out.data[1], out.linesize[1],
                    out.data[2], out.linesize[2], out.width, out.height, libyuv::kFilterBilinear);
}

}  // namespace

bool full_range(const AVFrame& frame) noexcept {
  return frame.color_range == AVCOL_RANGE_JPEG || is_full_yuv(frame.format);
}

std::optional<domain::ColorMatrix> signalled_matrix(const AVFrame& frame) noexcept {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
      return domain::ColorMatrix::bt709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return domain::ColorMatrix::bt601;
    case AVCOL_SPC_FCC:
      return domain::ColorMatrix::fcc;
    case AVCOL_SPC_SMPTE240M:
      return domain::ColorMatrix::smpte240m;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:  // the same weights, on linear light
      return domain::ColorMatrix::bt2020;
    default:
      return std::nullopt;
  }
}

bool PictureConverter::prepare(const Key& key) {
  if (context_ && key == key_) return true;
  context_.reset(sws_getContext(key.from.width, key.from.height, static_cast<AVPixelFormat>(key.format),
                                key.to.width, key.to.height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr,
                                nullptr, nullptr));
  if (!context_) return false;
  const int* const matrix = sws_getCoefficients(SWS_CS_DEFAULT);
  const int range = key.full ? 1 : 0;
  // Fails for formats without a colour range, for which there is nothing to set.
  sws_setColorspaceDetails(context_.get(), matrix, range, matrix, range, 0, 1 << 16, 1 << 16);
  key_ = key;
  return true;
}

AVFrame* PictureConverter::convert(const AVFrame& in, const PictureChange& change, int buffers) {
  release();
  impossible_ = !drawn_ || !turned_;
  if (impossible_) return nullptr;
  const bool as_it_is = (is_i420(in.format) || in.format == AV_PIX_FMT_NV12) && !change.redraws(in);
  if (change.turn.upright()) return draw(in, change, buffers) ? drawn_.get() : nullptr;
  if (as_it_is) return turn(in, change.turn, buffers) ? turned_.get() : nullptr;
  if (!draw(in, change, 1) || !turn(*drawn_, change.turn, buffers)) return nullptr;
  av_frame_unref(drawn_.get());
  return turned_.get();
}

void PictureConverter::release() noexcept {
  av_frame_unref(drawn_.get());
  av_frame_unref(turned_.get());
}

bool PictureConverter::lease(PicturePool& pool, domain::Size size, int buffers, AVFrame& out) {
  impossible_ = !pool.fit({AV_PIX_FMT_YUV420P, size.width, size.height}, {64, 64, 64, 64}, buffers);
  if (impossible_ || !pool.lease_into(out, false)) return false;
  out.format = AV_PIX_FMT_YUV420P;
  out.width = size.width;
  out.height = size.height;
  return true;
}

bool PictureConverter::draw(const AVFrame& in, const PictureChange& change, int buffers) {
  const bool full = full_range(in) && !is_rgb(in.format);
  const Key key{in.format, {in.width, lines_of(in, change.one_field)}, change.size, full};
  impossible_ = !is_i420(in.format) && !prepare(key);
  if (impossible_ || !lease(drawn_pool_, change.size, buffers, *drawn_)) return false;
  av_frame_copy_props(drawn_.get(), &in);
  drawn_->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (is_rgb(in.format)) drawn_->colorspace = AVCOL_SPC_SMPTE170M;  // what SWS_CS_DEFAULT makes of it
  keep_matrix(in, *drawn_);
  if (is_i420(in.format)) {
    scale_planes(in, change.one_field, *drawn_);
  } else {
    const std::array<int, 4> strides = strides_of(in, change.one_field);
    sws_scale(context_.get(), in.data, strides.data(), 0, key.from.height, drawn_->data, drawn_->linesize);
  }
  if (change.transfer != Transfer::plain) tone_map_.apply(*drawn_, change.transfer, full);
  return true;
}

bool PictureConverter::turn(const AVFrame& in, domain::Orientation how, int buffers) {
  const bool swapped = how.swaps_sides();
  const domain::Size size{swapped ? in.height : in.width, swapped ? in.width : in.height};
  if (!lease(turned_pool_, size, buffers, *turned_)) return false;
  av_frame_copy_props(turned_.get(), &in);
  turned_->color_range = full_range(in) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  keep_matrix(in, *turned_);
  impossible_ = !turn_planes(in, how, *turned_);
  return !impossible_;
}

}  // namespace vigia::camera
