// Converts a frame's planes for JPEG: planar 4:2:0, even sizes, full range, BT.601 (JFIF).
//
// A frame that already has this form is used as it is. Any other is written once into scratch memory that is
// kept from frame to frame: chroma is de-interleaved, luma and chroma are scaled to 0..255, other matrices
// are converted to BT.601, an odd last column or row is doubled. Without this, receivers would see
// limited-range video grey and flat, and HD skin in wrong colours. Sources: ITU-T H.273 (8.3), JFIF 1.02.
// Cost: about 0.5 ms for 720p, 1.4 ms for 1080p; nothing for a borrowed frame. Threads: owner thread only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "domain/frame.h"

namespace vigia::shot {

class JpegPlanes {
 public:
  // The frame must live as long as the planes are used.
  void prepare(const domain::Frame& frame);
  // Scales the prepared picture down; each pixel is the mean of those it covers. May be called again, and
  // always starts from the prepared picture. REQUIRES: 0 < size <= the prepared one.
  void shrink(domain::Size size);

  // Size of the picture; the planes' own sizes are rounded up to even.
  [[nodiscard]] domain::Size size() const noexcept { return size_; }
  [[nodiscard]] const std::array<const std::uint8_t*, 3>& data() const noexcept { return data_; }
  [[nodiscard]] const std::array<int, 3>& strides() const noexcept { return strides_; }
  [[nodiscard]] Bytes scratch_bytes() const noexcept;

 private:
  void lay_out(std::vector<std::uint8_t>& scratch, domain::Size size);
  void convert_rows(const domain::Frame& frame, int chroma_row);

  domain::Size size_, prepared_size_;
  domain::ColorMatrix matrix_ = domain::ColorMatrix::bt601;
  std::array<const std::uint8_t*, 3> data_{}, prepared_data_{};
  std::array<int, 3> strides_{}, prepared_strides_{};
  std::array<std::uint8_t*, 3> target_{};  // in scratch, while it is written
  std::vector<std::uint8_t> full_, small_;
  std::vector<std::uint8_t> chroma_row_;  // nv12 taken apart: one row of U, one of V
  std::vector<std::int16_t> luma_shift_;  // what one row of chroma adds to two rows of luma
};

}  // namespace vigia::shot
