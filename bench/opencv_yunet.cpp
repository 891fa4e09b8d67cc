#include "opencv_yunet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace vigia::detect {
namespace {

constexpr std::array<int, 3> kStrides{8, 16, 32};
constexpr float kOverlapMost = 0.3F;

// One plane as floats at the picture's size.
cv::Mat enlarged(const domain::Plane& from, domain::Size plane, domain::Size picture) {
  // OpenCV only reads from it, but a Mat has no way to say so.
  const cv::Mat view(plane.height, plane.width, CV_8UC1, const_cast<std::uint8_t*>(from.data),
                     static_cast<std::size_t>(from.stride));
  cv::Mat floats;
  view.convertTo(floats, CV_32F);
  if (plane == picture) return floats;
  // Doubled, then cut: with odd sizes the last chroma value stands for one pixel only.
  cv::resize(floats, floats, {plane.width * 2, plane.height * 2}, 0, 0, cv::INTER_LINEAR);
  return floats(cv::Rect(0, 0, picture.width, picture.height));
}

}  // namespace

// The inverse of ITU-R BT.601-7 (2.5.1) and BT.709-6 (3.2).
cv::Mat to_bgr(const domain::Frame& frame) {
  const domain::Size half{(frame.size.width + 1) / 2, (frame.size.height + 1) / 2};
  const auto [kr, kb] = domain::color_weights(domain::color_matrix(frame));
  const double kg = 1 - kr - kb;
  const bool limited = frame.range == domain::ColorRange::limited;
  const double y = limited ? 255.0 / 219 : 1;
  const double c = limited ? 255.0 / 224 : 1;
  const double black = limited ? 16 * y : 0;
  const double blue = 2 * (1 - kb) * c;
  const double red = 2 * (1 - kr) * c;
  const double green_u = -blue * kb / kg;
  const double green_v = -red * kr / kg;
  const cv::Matx34d matrix(y, blue, 0, -black - 128 * blue,                          //
                           y, green_u, green_v, -black - 128 * (green_u + green_v),  //
                           y, 0, red, -black - 128 * red);
  std::vector<cv::Mat> yuv;
  for (std::size_t i = 0; i < 3; ++i) {
    yuv.push_back(enlarged(frame.planes.at(i), i == 0 ? frame.size : half, frame.size));
  }
  cv::Mat merged;
  cv::merge(yuv, merged);
  cv::transform(merged, merged, matrix);
  cv::Mat bgr;
  merged.convertTo(bgr, CV_8UC3);
  return bgr;
}

OpencvYunet::OpencvYunet(const std::filesystem::path& model, domain::Size input, float min_score)
    : net_(cv::dnn::readNetFromONNX(model.string())), input_(input), min_score_(min_score) {
  for (const char* kind : {"cls", "obj", "bbox"}) {
    for (const int stride : kStrides) outputs_.push_back(std::string(kind) + "_" + std::to_string(stride));
  }
}

std::vector<domain::Detection> OpencvYunet::find(const cv::Mat& bgr) {
  const double scale =
      std::min(static_cast<double>(input_.width) / bgr.cols, static_cast<double>(input_.height) / bgr.rows);
  const cv::Size content(std::clamp(cvRound(bgr.cols * scale), 1, input_.width),
                         std::clamp(cvRound(bgr.rows * scale), 1, input_.height));
  cv::Mat picture(input_.height, input_.width, CV_8UC3, cv::Scalar::all(0));
  cv::Mat part = picture(cv::Rect({}, content));
  cv::resize(bgr, part, content, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  net_.setInput(cv::dnn::blobFromImage(picture));
  std::vector<cv::Mat> heads;
  net_.forward(heads, outputs_);

  const std::vector<domain::Detection> candidates = decode(heads);
  std::vector<cv::Rect2d> boxes;
  std::vector<float> scores;
  for (const domain::Detection& face : candidates) {
    boxes.emplace_back(face.box.left, face.box.top, face.box.width, face.box.height);
    scores.push_back(face.score);
  }
  std::vector<int> kept;
  cv::dnn::NMSBoxes(boxes, scores, min_score_, kOverlapMost, kept);
  std::vector<domain::Detection> found;
  for (const int index : kept) {
    const cv::Rect2d& box = boxes[static_cast<std::size_t>(index)];
    const cv::Rect2d in_picture =
        cv::Rect2d(box.tl() / scale, box.br() / scale) & cv::Rect2d(0, 0, bgr.cols, bgr.rows);
    if (in_picture.width < 1 || in_picture.height < 1) continue;
    domain::Detection face = candidates[static_cast<std::size_t>(index)];
    face.box = {static_cast<float>(in_picture.x), static_cast<float>(in_picture.y),
                static_cast<float>(in_picture.width), static_cast<float>(in_picture.height)};
    found.push_back(face);
  }
  return found;
}

// In the input's pixels; many for each face.
std::vector<domain::Detection> OpencvYunet::decode(const std::vector<cv::Mat>& heads) const {
  std::vector<domain::Detection> found;
  for (std::size_t level = 0; level < kStrides.size(); ++level) {
    const int stride = kStrides.at(level);
    const auto size = static_cast<float>(stride);
    const int columns = input_.width / stride;
    const auto* face = heads[level].ptr<float>();
    const auto* object = heads[3 + level].ptr<float>();
    const auto* box = heads[6 + level].ptr<float>();
    for (int row = 0; row < input_.height / stride; ++row) {
      for (int column = 0; column < columns; ++column, ++face, ++object, box += 4) {
        const float score = std::sqrt(*face * *object);
        if (!(score >= min_score_)) continue;
        const float width = std::exp(box[2]) * size;
        const float height = std::exp(box[3]) * size;
        domain::Detection candidate;
        candidate.box = {(static_cast<float>(column) + box[0]) * size - width / 2,
                         (static_cast<float>(row) + box[1]) * size - height / 2, width, height};
        candidate.score = score;
        found.push_back(candidate);
      }
    }
  }
  return found;
}

}  // namespace vigia::detect
