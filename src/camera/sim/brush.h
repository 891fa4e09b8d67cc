// Soft shapes on a small picture: what faces are painted with. Coordinates are in face widths, from an
// origin inside the picture; colours are blue, green, red, 0..255.
// Threads: one thread at a time. Cost: by the shape's area, 10 to 500 us. OpenCV's errors cannot arise:
// every rectangle is cut to the picture.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace vigia::camera::sim {

struct Paint {
  cv::Scalar colour;
  float opacity = 1;
  float softness = 0;  // sigma of the edge's blur, in face widths
};

class Brush {
 public:
  // area: what the picture shows; scale: pixels per face width.
  Brush(cv::Rect2f area, float scale, const cv::Scalar& ground);

  void ellipse(cv::Point2f centre, cv::Size2f radii, const Paint& paint, float degrees = 0);
  void polygon(const std::vector<cv::Point2f>& corners, const Paint& paint);
  void stroke(const std::vector<cv::Point2f>& points, float thickness, const Paint& paint);
  // Makes everything outside the polygons transparent, with a soft edge.
  void cut_out(const std::vector<std::vector<cv::Point2f>>& outlines, float softness);

  [[nodiscard]] cv::Mat& colour() { return colour_; }            // CV_8UC3
  [[nodiscard]] const cv::Mat& alpha() const { return alpha_; }  // CV_8UC1
  [[nodiscard]] cv::Rect2f area() const { return area_; }
  [[nodiscard]] float scale() const { return scale_; }

 private:
  [[nodiscard]] cv::Point to_fixed(cv::Point2f p, cv::Point corner) const;
  [[nodiscard]] cv::Rect pixels_around(const std::vector<cv::Point2f>& outline, float margin) const;
  void apply(const std::vector<cv::Point2f>& outline, const Paint& paint, float thickness);  // 0: filled

  cv::Rect2f area_;
  float scale_;
  cv::Mat colour_, alpha_;
};

// Blurs by sigma pixels; nothing below a third of one.
void soften(cv::Mat& picture, float sigma);

// Corners along an ellipse, and along a smooth curve through the points.
std::vector<cv::Point2f> ellipse_outline(cv::Point2f centre, cv::Size2f radii, float degrees = 0);
std::vector<cv::Point2f> smooth_curve(const std::vector<cv::Point2f>& through, bool closed);

}  // namespace vigia::camera::sim
