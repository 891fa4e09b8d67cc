// The weights of a YuNet face detector, read from the ONNX file that its authors publish. The file is made
// for 640x640; the weights work for any size.
//
// Two forms of network are known and distinguished by their layers: "yunet_n" has one more pair of
// convolutions before its heads, and more channels in its first layers, than "yunet_s" (published as
// face_detection_yunet_2023mar.onnx).
//
// "vigia_n", which is built in (built_in.h), has the form of yunet_n.
//
//   image -> first 3x3, stride 2 -> backbone -> features at strides 8, 16, 32
//         -> neck (each level takes the next coarser one, enlarged twice) -> shared (n only) -> heads
//
// Every connection and every shape is checked against this plan. A file that differs is refused.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/smallest_face.h"

namespace vigia::detect {

// YuNet's building block: a 1x1 convolution, then a 3x3 one within each channel, both with bias.
struct ConvPair {
  int in = 0;
  int out = 0;
  std::vector<float> point;  // [out][in]
  std::vector<float> point_bias;
  std::vector<float> depth;  // [out][3][3]
  std::vector<float> depth_bias;
  bool relu = true;  // at its end

  bool operator==(const ConvPair&) const = default;
};

enum class YunetVariant { s, n };

// Layout of one cell of a level's heads.
struct YunetHead {
  static constexpr int kFace = 0;  // cls, obj: logits, that is, before the sigmoid
  static constexpr int kObject = 1;
  static constexpr int kBox = 2;        // dx, dy, log width, log height
  static constexpr int kLandmarks = 6;  // five times x, y
  static constexpr int kChannels = 16;
};

inline constexpr int kYunetLevels = 3;
inline constexpr std::array<int, kYunetLevels> kYunetStrides{8, 16, 32};

struct YunetWeights {
  static constexpr int kFirstOut = 16;
  static constexpr int kBackbonePairs = 11;
  // Output channels of the backbone's pairs.
  static constexpr std::array<int, kBackbonePairs> kChannelsOfS{16, 16, 32, 32, 64, 64, 64, 64, 64, 64, 64};
  static constexpr std::array<int, kBackbonePairs> kChannelsOfN{16, 16, 64, 64, 64, 64, 64, 64, 64, 64, 64};
  // The pairs of the backbone that a 2x2 maximum follows, and those whose result the neck takes.
  static constexpr std::array<int, 4> kPooledAfter{0, 4, 6, 8};
  static constexpr std::array<int, kYunetLevels> kTakenAfter{6, 8, 10};

  YunetVariant variant = YunetVariant::s;
  bool is_vigia_n = false;   // of YuNet-n's form, but trained by this project: by its graph's name
  std::vector<float> first;  // [16][3][3][3]; blue, green, red
  std::vector<float> first_bias;
  std::array<ConvPair, kBackbonePairs> backbone;
  // By level: strides 8, 16, 32.
  std::array<ConvPair, kYunetLevels> neck;
  std::array<ConvPair, kYunetLevels> shared;  // of n only
  std::array<ConvPair, kYunetLevels> heads;   // the four heads side by side, see YunetHead

  [[nodiscard]] std::string name() const {
    if (is_vigia_n) return "vigia_n";
    return variant == YunetVariant::s ? "yunet_s" : "yunet_n";
  }
  // Pixels of the input at which most faces are found: see smallest_face.h.
  [[nodiscard]] int face_in_input() const { return is_vigia_n ? kFaceInInputOfVigiaN : kFaceInInput; }

  bool operator==(const YunetWeights&) const = default;
};

// Errors: not_found, io, invalid (the text names the file and says what is wrong and how to fix it).
Result<YunetWeights> read_yunet(const std::filesystem::path& path);
// The same from memory; the text begins with the reason.
Result<YunetWeights> parse_yunet(std::string_view content);

}  // namespace vigia::detect
