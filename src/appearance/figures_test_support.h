// Paints people in plain colours, for this folder's tests.
#pragma once

#include <opencv2/imgproc.hpp>

#include "domain/detection.h"

namespace vigia::appearance {

struct Dress {
  cv::Scalar shirt, stripes, hair, skin;
  int stripe = 6;  // hundredths of the face's width
};
inline const Dress kRedAndBlond{{40, 40, 190}, {60, 60, 220}, {120, 190, 220}, {150, 170, 220}, 30};
inline const Dress kBlueAndDark{{150, 60, 30}, {230, 230, 230}, {30, 30, 40}, {110, 130, 180}, 12};

// Paints a person whose face is `width` pixels wide, at (left, top); returns what a detector would find.
inline domain::Detection paint(cv::Mat& bgr, const Dress& dress, float left, float top, float width) {
  constexpr int kBits = 4;  // positions in sixteenths of a pixel
  const float height = 1.25F * width;
  const auto at = [&](float x, float y) {
    return cv::Point(cvRound(16 * (left + x * width)), cvRound(16 * (top + y * height)));
  };
  const auto size = [&](float x, float y) {
    return cv::Size(cvRound(16 * x * width), cvRound(16 * y * height));
  };
  const auto oval = [&](cv::Point centre, cv::Size radii, const cv::Scalar& colour) {
    cv::ellipse(bgr, centre, radii, 0, 0, 360, colour, -1, cv::LINE_AA, kBits);
  };
  const auto block = [&](cv::Point from, cv::Point to, const cv::Scalar& colour) {
    const std::vector<cv::Point> corners{from, {to.x, from.y}, to, {from.x, to.y}};
    cv::fillConvexPoly(bgr, corners, colour, cv::LINE_AA, kBits);
  };
  block(at(-0.5F, 1.2F), at(1.5F, 4), dress.shirt);
  const float step = static_cast<float>(dress.stripe) / 100;
  for (float x = -0.5F; x + step < 1.5F; x += 2 * step) block(at(x, 1.2F), at(x + step, 4), dress.stripes);
  block(at(0.3F, 0.9F), at(0.7F, 1.25F), dress.skin);
  oval(at(0.5F, 0.4F), size(0.62F, 0.62F), dress.hair);
  oval(at(0.5F, 0.55F), size(0.45F, 0.48F), dress.skin);
  for (const float x : {0.3F, 0.7F}) oval(at(x, 0.42F), size(0.08F, 0.04F), {30, 30, 30});
  oval(at(0.5F, 0.6F), size(0.05F, 0.09F), dress.skin * 0.85);
  oval(at(0.5F, 0.8F), size(0.17F, 0.03F), {70, 70, 150});
  const auto place = [&](float x, float y) { return domain::Point{left + x * width, top + y * height}; };
  return {{left, top, width, height},
          0.9F,
          domain::Landmarks{place(0.3F, 0.42F), place(0.7F, 0.42F), place(0.5F, 0.63F), place(0.35F, 0.8F),
                            place(0.65F, 0.8F)}};
}

}  // namespace vigia::appearance
