#include "shot/jpeg_encoder.h"

#include <fmt/format.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <span>
#include <utility>

namespace vigia::shot {
namespace {

using domain::Frame;
using domain::Jpeg;
using domain::Size;
using domain::Thumbnail;

constexpr std::array kThumbnailQualities = {75, 50, 25};

// A frame that refers to the thumbnail's planes, to use the code for frames. Holds no buffer.
Frame frame_of(const Thumbnail& thumbnail) {
  const auto [width, height] = thumbnail.size;
  const std::uint8_t* const y = thumbnail.samples.data();
  const std::ptrdiff_t luma = std::ptrdiff_t{width} * height;
  Frame frame;
  frame.planes = {{{y, width}, {y + luma, width / 2}, {y + luma + luma / 4, width / 2}}};
  frame.range = thumbnail.range;
  frame.matrix = thumbnail.matrix;
  frame.size = thumbnail.size;
  return frame;
}

// Lets the collector destroy a JPEG.
struct RetirableJpeg final : memory::Retirable {
  explicit RetirableJpeg(Jpeg made)
      : Retirable(static_cast<Bytes>(made.bytes.size())), jpeg(std::move(made)) {}
  Jpeg jpeg;
};

Size scaled(Size size, double factor) {
  const auto shrink = [&](int side) { return std::max(1, static_cast<int>(side * factor)); };
  return {shrink(size.width), shrink(size.height)};
}

}  // namespace

void JpegEncoder::Destroy::operator()(void* compressor) const noexcept {
  tjDestroy(compressor);
}

JpegEncoder::JpegEncoder(memory::MemoryManager& memory, const JpegLimits& limits)
    : memory_(memory),
      limits_(limits),
      compressor_(tjInitCompress()),
      scratch_account_(memory.budget().open("vigia", memory::Kind::jpeg)) {}

Result<std::shared_ptr<const Jpeg>> JpegEncoder::encode(const Frame& frame, int quality,
                                                        const std::shared_ptr<memory::Account>& account) {
  if (frame.size.width <= 0 || frame.size.height <= 0 || frame.planes[0].data == nullptr) {
    return Error{ErrorCode::invalid, "jpeg: the frame is empty"};
  }
  if (!compressor_) return Error{ErrorCode::no_memory, "jpeg: libturbojpeg could not be started"};
  try {
    const Result<std::size_t> bytes = encode_within_limits(frame, quality);
    const auto scratch = planes_.scratch_bytes() + static_cast<Bytes>(output_.capacity());
    if (scratch != scratch_charge_.bytes()) {
      scratch_charge_.reset();
      scratch_charge_ = memory::Charge(scratch_account_, scratch);
    }
    if (!bytes) return bytes.error();
    return keep(*bytes, account);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::no_memory,
                 fmt::format("jpeg: no memory for a picture of {}x{}", frame.size.width, frame.size.height)};
  }
}

Result<std::vector<std::byte>> JpegEncoder::encode(const Thumbnail& thumbnail) {
  if (thumbnail.size == Size{}) return Error{ErrorCode::invalid, "jpeg: the thumbnail is empty"};
  if (!compressor_) return Error{ErrorCode::no_memory, "jpeg: libturbojpeg could not be started"};
  try {
    return encode_small(thumbnail);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::no_memory, "jpeg: no memory for a thumbnail"};
  }
}

Result<std::vector<std::byte>> JpegEncoder::encode_small(const Thumbnail& thumbnail) {
  const Frame frame = frame_of(thumbnail);
  planes_.prepare(frame);
  for (const int quality : kThumbnailQualities) {
    const Result<std::size_t> bytes = compress(quality);
    if (!bytes) return bytes.error();
    if (static_cast<Bytes>(*bytes) > kMostThumbnailBytes) continue;
    const auto encoded = std::as_bytes(std::span(output_)).first(*bytes);
    return std::vector<std::byte>(encoded.begin(), encoded.end());
  }
  return Error{ErrorCode::invalid, "jpeg: a thumbnail is too large at any quality"};
}

Result<std::size_t> JpegEncoder::encode_within_limits(const Frame& frame, int quality) {
  planes_.prepare(frame);
  const int side = std::max(frame.size.width, frame.size.height);
  double factor = std::min(1.0, static_cast<double>(limits_.side) / side);
  if (factor < 1) planes_.shrink(scaled(frame.size, factor));
  for (;;) {
    Result<std::size_t> bytes = compress(quality);
    if (!bytes || static_cast<Bytes>(*bytes) <= limits_.bytes) return bytes;
    if (planes_.size() == Size{1, 1}) return Error{ErrorCode::invalid, "jpeg: the size limit is too low"};
    // The size is roughly proportional to the area; aim a little lower, so that the second try is mostly the
    // last.
    factor *=
        std::min(0.9, 0.95 * std::sqrt(static_cast<double>(limits_.bytes) / static_cast<double>(*bytes)));
    planes_.shrink(scaled(frame.size, factor));
  }
}

Result<std::size_t> JpegEncoder::compress(int quality) {
  const Size size = planes_.size();
  const std::size_t at_most = tjBufSize(size.width, size.height, TJSAMP_420);
  if (output_.size() < at_most) output_.resize(at_most);
  unsigned char* output = output_.data();
  unsigned long bytes = output_.size();
  auto planes = planes_.data();
  const int failed = tjCompressFromYUVPlanes(
      compressor_.get(), planes.data(), size.width, planes_.strides().data(), size.height, TJSAMP_420,
      &output, &bytes, std::clamp(quality, 1, 100), TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
  if (failed != 0) {
    return Error{ErrorCode::io, fmt::format("jpeg: a picture of {}x{} could not be encoded: {}", size.width,
                                            size.height, tjGetErrorStr2(compressor_.get()))};
  }
  return std::size_t{bytes};
}

std::shared_ptr<const Jpeg> JpegEncoder::keep(std::size_t bytes,
                                              const std::shared_ptr<memory::Account>& account) {
  Jpeg jpeg;
  jpeg.bytes.resize(bytes);
  std::memcpy(jpeg.bytes.data(), output_.data(), bytes);
  jpeg.size = planes_.size();
  jpeg.charge = memory::Charge(account, static_cast<Bytes>(bytes));
  const auto shared = memory_.share(std::make_unique<RetirableJpeg>(std::move(jpeg)));
  return {shared, &shared->jpeg};
}

}  // namespace vigia::shot
