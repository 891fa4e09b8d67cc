// Makes pictures of high dynamic range (HDR) look as the detector and a viewer expect: by a table on luma,
// and chroma scaled as luma is, which keeps hues.
//
//   light    PQ: ITU-R BT.2100 table 4, in cd/m2. HLG: table 5, on a display of 1000 cd/m2 (gamma 1.2).
//   curve    L (1 + L / w^2) / (1 + L), L = light / 203, w = 1000 / 203: Reinhard et al., Photographic Tone
//            Reproduction for Digital Images, SIGGRAPH 2002, equation 4. 203 cd/m2 is white paper in ITU-R
//            BT.2408; from 1000 cd/m2 on all is white.
//   signal   the result to the power of 1 / 2.4 (ITU-R BT.1886).
//
// The curve acts on 8-bit luma, not on linear colours, and the colours of BT.2020 stay: faces are neither
// black nor grey, and colours are not exact. Cost: 1080p 3 ms. Threads: owner thread only.
#pragma once

#include <array>
#include <cstdint>

#include "camera/av_handles.h"

namespace vigia::camera {

enum class Transfer { plain, pq, hlg };

// plain: not HDR, or not said.
Transfer transfer_of(const AVFrame& frame) noexcept;

class ToneMap {
 public:
  // Changes the picture in place. REQUIRES: i420, of this transfer and range; not plain.
  void apply(AVFrame& picture, Transfer transfer, bool full);

 private:
  void prepare(Transfer transfer, bool full);

  Transfer transfer_ = Transfer::plain;  // of the tables
  bool full_ = false;
  std::array<std::uint8_t, 256> luma_{};
  std::array<std::uint16_t, 256> gain_{};  // of chroma, by the luma before, in 256ths
};

}  // namespace vigia::camera
