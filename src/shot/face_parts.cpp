#include "shot/face_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace vigia::shot {
namespace {

using domain::Box;
using domain::Landmarks;
using domain::Point;

constexpr float kNoseLength = 0.45F;  // as below, in distances between the eyes
constexpr float kNoseDown = 0.54F;    // of the way from the eyes to the mouth
constexpr float kNoseDownRange = 0.3F;
constexpr float kWorstFit = 0.4F;
constexpr float kFullMargin = 0.1F;  // of the box's width
constexpr int kOuterColumns = 6, kOuterRows = 7;
// In distances between the eyes: half the side of the measured squares, and how far down the bridge lies.
constexpr float kEyeSize = 0.14F, kBridgeSize = 0.12F, kBridgeDown = 0.05F;
constexpr float kNoise = 4;                               // luma: contrast that says nothing
constexpr float kNoDetail = 0.045F, kFullDetail = 0.16F;  // beside the contrast

// A frontal face, the means of the labelled ones: in distances between the eyes, from their midpoint.
constexpr std::array<Point, 5> kFrontal{{{-0.5F, 0}, {0.5F, 0}, {0, 0.54F}, {-0.415F, 1}, {0.415F, 1}}};

float clamp01(float value) {
  return value > 0 ? std::min(value, 1.0F) : 0.0F;  // 0 for NaN
}

Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
Point operator*(float factor, Point a) {
  return {factor * a.x, factor * a.y};
}
float dot(Point a, Point b) {
  return a.x * b.x + a.y * b.y;
}

// The face's own axes: along the eyes to the right, and down from there.
struct Axes {
  explicit Axes(const Landmarks& face)
      : eyes(0.5F * (face.right_eye + face.left_eye)),
        mouth(0.5F * (face.mouth_right + face.mouth_left)),
        eye_distance(distance(face.right_eye, face.left_eye)) {
    if (!(eye_distance > 0)) return;
    across = 1 / eye_distance * (face.left_eye - face.right_eye);
    down = {-across.y, across.x};
  }
  Point eyes, mouth;
  float eye_distance;
  Point across{1, 0}, down{0, 1};
};

// 0 up to `none`, 1 from `all` to `still`, 0 from `gone` on.
float trapezoid(float value, float none, float all, float still, float gone) {
  return clamp01(std::min((value - none) / (all - none), (gone - value) / (gone - still)));
}

}  // namespace

float frontality(const Landmarks& face) {
  const Axes axes(face);
  const float aside = std::abs(dot(face.nose - 0.5F * (axes.eyes + axes.mouth), axes.across));
  const float angle = std::atan2(aside, kNoseLength * axes.eye_distance);
  return axes.eye_distance > 0 ? clamp01(1 - angle * 2 / std::numbers::pi_v<float>) : 0;
}

float level(const Landmarks& face) {
  const Axes axes(face);
  const float height = dot(axes.mouth - axes.eyes, axes.down);
  if (!(height > 0)) return 0;  // upside down
  return clamp01(1 - std::abs(dot(face.nose - axes.eyes, axes.down) / height - kNoseDown) / kNoseDownRange);
}

float proportion(const Landmarks& face) {
  const std::array<Point, 5> points{face.right_eye, face.left_eye, face.nose, face.mouth_right,
                                    face.mouth_left};
  Point centre, model_centre;
  for (std::size_t i = 0; i < points.size(); ++i) {
    centre = centre + 0.2F * points[i];
    model_centre = model_centre + 0.2F * kFrontal[i];
  }
  // Least squares over translation, rotation and scale, in complex numbers: points = a * model.
  float along = 0, turned = 0, model = 0, all = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point p = points[i] - centre;
    const Point m = kFrontal[i] - model_centre;
    along += dot(m, p);
    turned += m.x * p.y - m.y * p.x;
    model += dot(m, m);
    all += dot(p, p);
  }
  const float explained = (along * along + turned * turned) / model;
  const float scale_squared = explained / model;
  if (!(scale_squared > 0)) return 0;
  const float error =
      std::sqrt(std::max(all - explained, 0.0F) / static_cast<float>(points.size()) / scale_squared);
  return clamp01(1 - error / kWorstFit);
}

float inside(const Box& box, domain::Size picture) {
  const float margin =
      std::min(std::min(box.left, box.top), std::min(static_cast<float>(picture.width) - box.right(),
                                                     static_cast<float>(picture.height) - box.bottom()));
  return clamp01(margin / (kFullMargin * box.width));
}

PatchFigures measure(const FacePatch& patch) {
  // One sum per column, not one for all, so that the additions do not depend on each other.
  std::array<float, kPatchWidth> sum{}, squares{}, middle_sum{}, middle_squares{}, across{}, down{};
  for (int y = 0; y < kPatchHeight; ++y) {
    const std::span<const float, kPatchWidth> row = patch.row(y);
    const bool middle = y >= kOuterRows && y < kPatchHeight - kOuterRows;
    for (std::size_t x = 0; x < kPatchWidth; ++x) {
      sum[x] += row[x];
      squares[x] += row[x] * row[x];
      middle_sum[x] += middle ? row[x] : 0;
      middle_squares[x] += middle ? row[x] * row[x] : 0;
    }
    if (y == 0 || y == kPatchHeight - 1) continue;
    const std::span<const float, kPatchWidth> above = patch.row(y - 1), below = patch.row(y + 1);
    for (std::size_t x = 1; x < kPatchWidth - 1; ++x) {
      const float beside = row[x - 1] + row[x + 1] - 2 * row[x];
      const float upright = above[x] + below[x] - 2 * row[x];
      across[x] += beside * beside;
      down[x] += upright * upright;
    }
  }
  const auto total = [](const auto& columns, int aside) {
    return std::accumulate(columns.begin() + aside, columns.end() - aside, 0.0F);
  };
  const auto deviation = [](float mean, float mean_square) {
    return std::sqrt(std::max(mean_square - mean * mean, 0.0F));
  };
  constexpr float kAll = kPatchWidth * kPatchHeight;
  constexpr float kMiddle = (kPatchWidth - 2 * kOuterColumns) * (kPatchHeight - 2 * kOuterRows);
  constexpr float kInner = (kPatchWidth - 2) * (kPatchHeight - 2);
  PatchFigures figures;
  figures.deviation = deviation(total(sum, 0) / kAll, total(squares, 0) / kAll);
  figures.middle_mean = total(middle_sum, kOuterColumns) / kMiddle;
  figures.middle_deviation = deviation(figures.middle_mean, total(middle_squares, kOuterColumns) / kMiddle);
  figures.detail = std::sqrt(std::min(total(across, 0), total(down, 0)) / kInner);
  return figures;
}

float dark_eyes(const Landmarks& face, const FacePatch& patch, const PatchFigures& figures) {
  const Axes axes(face);
  const float size = axes.eye_distance;
  const float eye = std::max(patch.mean_around(face.right_eye, kEyeSize * size),
                             patch.mean_around(face.left_eye, kEyeSize * size));
  const Point between = axes.eyes + kBridgeDown * size * axes.down;
  const float bridge = patch.mean_around(between, kBridgeSize * size);
  return clamp01(0.5F + 0.5F * (bridge - eye) / (figures.deviation + kNoise));
}

float sharpness(const PatchFigures& figures) {
  const float detail = figures.detail / (figures.deviation + kNoise);
  return clamp01(std::log(std::max(detail, kNoDetail) / kNoDetail) / std::log(kFullDetail / kNoDetail));
}

float exposure(const PatchFigures& figures) {
  return std::min(trapezoid(figures.middle_mean, 10, 60, 200, 250),
                  trapezoid(figures.middle_deviation, 3, 12, 30, 70));
}

}  // namespace vigia::shot
