#include "camera/sim/brush.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace vigia::camera::sim {
namespace {

constexpr int kShift = 4;  // OpenCV draws at 1/16 of a pixel

void mix(cv::Mat& target, const cv::Mat& mask, const Paint& paint) {
  for (int y = 0; y < target.rows; ++y) {
    const auto* share = mask.ptr<std::uint8_t>(y);
    auto* pixels = target.ptr<cv::Vec3b>(y);
    for (int x = 0; x < target.cols; ++x) {
      const double a = share[x] * static_cast<double>(paint.opacity) / 255;
      for (int c = 0; c < 3; ++c) {
        pixels[x][c] = cv::saturate_cast<std::uint8_t>(pixels[x][c] * (1 - a) + paint.colour[c] * a);
      }
    }
  }
}

}  // namespace

void soften(cv::Mat& image, float sigma) {
  if (sigma <= 0.3F) return;
  // A wide blur is made on a smaller picture: nobody can tell, and it takes a tenth of the time.
  const int shrink = std::max(1, static_cast<int>(sigma / 2));
  if (shrink == 1 || image.cols < 2 * shrink || image.rows < 2 * shrink) {
    cv::GaussianBlur(image, image, {}, sigma);
    return;
  }
  cv::Mat small;
  cv::resize(image, small, {}, 1.0 / shrink, 1.0 / shrink, cv::INTER_AREA);
  cv::GaussianBlur(small, small, {}, sigma / static_cast<float>(shrink));
  cv::resize(small, image, image.size(), 0, 0, cv::INTER_LINEAR);
}

Brush::Brush(cv::Rect2f area, float scale, const cv::Scalar& ground)
    : area_(area),
      scale_(scale),
      colour_(cvRound(area.height * scale), cvRound(area.width * scale), CV_8UC3, ground),
      alpha_(colour_.size(), CV_8UC1, cv::Scalar(255)) {}

cv::Point Brush::to_fixed(cv::Point2f p, cv::Point corner) const {
  const float x = (p.x - area_.x) * scale_ - 0.5F - static_cast<float>(corner.x);
  const float y = (p.y - area_.y) * scale_ - 0.5F - static_cast<float>(corner.y);
  return {cvRound(x * (1 << kShift)), cvRound(y * (1 << kShift))};
}

cv::Rect Brush::pixels_around(const std::vector<cv::Point2f>& outline, float margin) const {
  float left = outline.front().x, top = outline.front().y, right = left, bottom = top;
  for (const cv::Point2f p : outline) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const auto pixel = [this](float at, float from) {
    return static_cast<int>(std::floor((at - from) * scale_));
  };
  const cv::Rect wanted(cv::Point(pixel(left - margin, area_.x) - 2, pixel(top - margin, area_.y) - 2),
                        cv::Point(pixel(right + margin, area_.x) + 3, pixel(bottom + margin, area_.y) + 3));
  return wanted & cv::Rect({}, colour_.size());
}

void Brush::apply(const std::vector<cv::Point2f>& outline, const Paint& paint, float thickness) {
  const cv::Rect roi = pixels_around(outline, 3 * paint.softness + thickness);
  if (roi.empty()) return;
  cv::Mat mask(roi.size(), CV_8UC1, cv::Scalar(0));
  std::vector<cv::Point> corners;
  corners.reserve(outline.size());
  for (const cv::Point2f p : outline) corners.push_back(to_fixed(p, roi.tl()));
  if (thickness > 0) {
    cv::polylines(mask, corners, false, 255, std::max(1, cvRound(thickness * scale_)), cv::LINE_AA, kShift);
  } else {
    cv::fillPoly(mask, std::vector{corners}, 255, cv::LINE_AA, kShift);
  }
  soften(mask, paint.softness * scale_);
  cv::Mat target = colour_(roi);
  mix(target, mask, paint);
}

void Brush::ellipse(cv::Point2f centre, cv::Size2f radii, const Paint& paint, float degrees) {
  apply(ellipse_outline(centre, radii, degrees), paint, 0);
}

void Brush::polygon(const std::vector<cv::Point2f>& corners, const Paint& paint) {
  apply(corners, paint, 0);
}

void Brush::stroke(const std::vector<cv::Point2f>& points, float thickness, const Paint& paint) {
  apply(points, paint, thickness);
}

void Brush::cut_out(const std::vector<std::vector<cv::Point2f>>& outlines, float softness) {
  alpha_ = cv::Scalar(0);
  for (const auto& outline : outlines) {
    std::vector<cv::Point> corners;
    corners.reserve(outline.size());
    for (const cv::Point2f p : outline) corners.push_back(to_fixed(p, {}));
    cv::fillPoly(alpha_, std::vector{corners}, 255, cv::LINE_AA, kShift);
  }
  soften(alpha_, softness * scale_);
}

std::vector<cv::Point2f> ellipse_outline(cv::Point2f centre, cv::Size2f radii, float degrees) {
  constexpr int kCorners = 48;
  const float turn = degrees * std::numbers::pi_v<float> / 180;
  std::vector<cv::Point2f> corners;
  for (int i = 0; i < kCorners; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kCorners;
    const float x = radii.width * std::cos(angle), y = radii.height * std::sin(angle);
    corners.emplace_back(centre.x + x * std::cos(turn) - y * std::sin(turn),
                         centre.y + x * std::sin(turn) + y * std::cos(turn));
  }
  return corners;
}

std::vector<cv::Point2f> smooth_curve(const std::vector<cv::Point2f>& through, bool closed) {
  constexpr int kParts = 8;
  const int count = static_cast<int>(through.size());
  const auto at = [&](int i) {
    return through[static_cast<std::size_t>(closed ? (i + count) % count : std::clamp(i, 0, count - 1))];
  };
  std::vector<cv::Point2f> curve;
  for (int i = 0; i < (closed ? count : count - 1); ++i) {
    const cv::Point2f a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
    for (int part = 0; part < kParts; ++part) {  // Catmull-Rom
      const float s = static_cast<float>(part) / kParts;
      curve.push_back(0.5F * (2 * b + s * (c - a) + s * s * (2 * a - 5 * b + 4 * c - d) +
                              s * s * s * (3 * b - a - 3 * c + d)));
    }
  }
  if (!closed) curve.push_back(through.back());
  return curve;
}

}  // namespace vigia::camera::sim
