#include "camera/picture_converter.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

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
  context_.reset(sws_getContext(key.width, key.height, static_cast<AVPixelFormat>(key.format), key.width,
                                key.height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (!context_) return false;
  const int* const matrix = sws_getCoefficients(SWS_CS_DEFAULT);
  const int range = key.full ? 1 : 0;
  // Fails for formats without a colour range, for which there is nothing to set.
  sws_setColorspaceDetails(context_.get(), matrix, range, matrix, range, 0, 1 << 16, 1 << 16);
  key_ = key;
  return true;
}

AVFrame* PictureConverter::convert(const AVFrame& in, PicturePool& pool, int buffers) {
  const bool full = full_range(in) && !is_rgb(in.format);
  impossible_ = !out_ || !prepare({in.format, in.width, in.height, full}) ||
                !pool.fit({AV_PIX_FMT_YUV420P, in.width, in.height}, {64, 64, 64, 64}, buffers);
  if (impossible_) return nullptr;
  release();
  if (!pool.lease_into(*out_, false)) return nullptr;
  out_->format = AV_PIX_FMT_YUV420P;
  out_->width = in.width;
  out_->height = in.height;
  av_frame_copy_props(out_.get(), &in);
  out_->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (is_rgb(in.format)) out_->colorspace = AVCOL_SPC_SMPTE170M;  // what SWS_CS_DEFAULT makes of it
  sws_scale(context_.get(), in.data, in.linesize, 0, in.height, out_->data, out_->linesize);
  return out_.get();
}

}  // namespace vigia::camera
