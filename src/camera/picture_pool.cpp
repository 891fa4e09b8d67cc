#include "camera/picture_pool.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <utility>

namespace vigia::camera {
namespace {

constexpr std::ptrdiff_t kPlaneAlignment = 64;
// FFmpeg's vector code reads and writes a little past the end of a plane.
constexpr std::ptrdiff_t kPlanePadding = 64 + 16;

bool planes_in_memory(int format) {
  const AVPixFmtDescriptor* const about = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(format));
  return about != nullptr && (about->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0;
}

// Widens the rows until every plane's stride is aligned.
bool fill_strides(PictureShape shape, const std::array<int, 4>& alignments, std::array<int, 4>& strides) {
  for (int width = shape.width; width <= 4 * kLongestSide; width += width & ~(width - 1)) {
    if (av_image_fill_linesizes(strides.data(), static_cast<AVPixelFormat>(shape.format), width) < 0)
      return false;
    bool aligned = true;
    for (std::size_t i = 0; i < strides.size(); ++i) aligned &= strides[i] % std::max(1, alignments[i]) == 0;
    if (aligned) return true;
  }
  return false;
}

// A mark, and where it lies in its block: away from the block's edges, where filters of neighbours write, and
// in the first 16 pixels of its row, so that blocks of any size from 16 on are noticed.
constexpr std::array<std::uint8_t, 8> kMark = {0x00, 0xff, 0x01, 0xfe, 0x55, 0xaa, 0x00, 0xff};
constexpr std::ptrdiff_t kMarkColumns = 64, kMarkRows = 16;
constexpr std::ptrdiff_t kMarkColumn = 4, kMarkRow = 4;

// The first multiple of `step` plus `offset` that is not before `from`.
constexpr std::ptrdiff_t first_mark(std::ptrdiff_t from, std::ptrdiff_t step, std::ptrdiff_t offset) {
  return from <= offset ? offset : (from - offset + step - 1) / step * step + offset;
}

void give_back(void* slot, std::uint8_t*) noexcept {
  const memory::SharedLease last = memory::SharedLease::attach(slot);
}

}  // namespace

std::optional<PictureLayout> lay_out(PictureShape shape, const std::array<int, 4>& alignments) {
  if (shape.width <= 0 || shape.height <= 0 || !planes_in_memory(shape.format)) return std::nullopt;
  PictureLayout layout;
  if (!fill_strides(shape, alignments, layout.strides)) return std::nullopt;
  std::array<std::ptrdiff_t, 4> strides{};
  std::copy(layout.strides.begin(), layout.strides.end(), strides.begin());
  std::array<std::size_t, 4> sizes{};
  if (av_image_fill_plane_sizes(sizes.data(), static_cast<AVPixelFormat>(shape.format), shape.height,
                                strides.data()) < 0) {
    return std::nullopt;
  }
  std::ptrdiff_t at = 0;
  for (std::size_t i = 0; i < sizes.size() && sizes[i] > 0; ++i) {
    ++layout.planes;
    layout.offsets[i] = at;
    at += static_cast<std::ptrdiff_t>(sizes[i]) + kPlanePadding;
    at = (at + kPlaneAlignment - 1) / kPlaneAlignment * kPlaneAlignment;
  }
  layout.bytes = at;
  return layout;
}

bool PicturePool::fit(PictureShape shape, const std::array<int, 4>& alignments, int buffers) {
  if (pool_ && shape == shape_ && buffers <= wanted_) return true;
  const std::optional<PictureLayout> layout = lay_out(shape, alignments);
  if (!layout) return false;
  const Bytes quota = manager_.budget().owner_quota();
  const auto affordable = static_cast<int>(std::clamp<Bytes>(quota / layout->bytes, 1, buffers));
  pool_.emplace(manager_.make_pool({owner_, memory::Kind::frames, layout->bytes, affordable}));
  shape_ = shape;
  layout_ = *layout;
  wanted_ = buffers;
  return true;
}

bool PicturePool::lease_into(AVFrame& frame, bool read_only) noexcept {
  std::optional<memory::Lease> lease = pool_->try_acquire();
  if (!lease) return false;
  auto* const data = reinterpret_cast<std::uint8_t*>(lease->data());
  const auto bytes = static_cast<std::size_t>(lease->size());
  memory::SharedLease shared(std::move(*lease));
  void* const slot = shared.detach();
  AVBufferRef* const buffer =
      av_buffer_create(data, bytes, &give_back, slot, read_only ? AV_BUFFER_FLAG_READONLY : 0);
  if (buffer == nullptr) {
    give_back(slot, nullptr);
    return false;
  }
  frame.buf[0] = buffer;
  for (std::size_t i = 0; i < layout_.strides.size(); ++i) {
    frame.linesize[i] = layout_.strides[i];
    frame.data[i] = static_cast<int>(i) < layout_.planes ? data + layout_.offsets[i] : nullptr;
  }
  frame.extended_data = frame.data;
  return true;
}

void PicturePool::mark(AVFrame& frame) const noexcept {
  const std::ptrdiff_t bytes =
      av_image_get_linesize(static_cast<AVPixelFormat>(frame.format), frame.width, 0);
  constexpr auto kLength = static_cast<std::ptrdiff_t>(kMark.size());
  for (std::ptrdiff_t y = kMarkRow; y < frame.height; y += kMarkRows) {
    std::uint8_t* const row = frame.data[0] + y * frame.linesize[0];
    for (std::ptrdiff_t x = kMarkColumn; x + kLength <= bytes; x += kMarkColumns) {
      std::copy(kMark.begin(), kMark.end(), row + x);
    }
  }
}

// The buffer's first plane begins with the buffer; cropping moved frame.data[0] inside it.
bool PicturePool::is_painted(const AVFrame& frame) noexcept {
  const std::uint8_t* const begin = frame.buf[0]->data;
  const std::ptrdiff_t stride = frame.linesize[0], moved = frame.data[0] - begin;
  const std::ptrdiff_t bytes =
      av_image_get_linesize(static_cast<AVPixelFormat>(frame.format), frame.width, 0);
  const std::ptrdiff_t top = moved / stride, left = moved % stride;
  constexpr auto kLength = static_cast<std::ptrdiff_t>(kMark.size());
  for (std::ptrdiff_t y = first_mark(top, kMarkRows, kMarkRow); y < top + frame.height; y += kMarkRows) {
    const std::uint8_t* const row = begin + y * stride;
    for (std::ptrdiff_t x = first_mark(left, kMarkColumns, kMarkColumn); x + kLength <= left + bytes;
         x += kMarkColumns) {
      if (std::equal(kMark.begin(), kMark.end(), row + x)) return false;
    }
  }
  return true;
}

memory::SharedLease lease_of(const AVFrame& frame) {
  return memory::SharedLease::borrow(av_buffer_get_opaque(frame.buf[0]));
}

}  // namespace vigia::camera
