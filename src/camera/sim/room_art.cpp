#include "camera/sim/room_art.h"

#include <opencv2/imgproc.hpp>

#include "camera/sim/brush.h"
#include "camera/sim/dice.h"
#include "camera/sim/yuv.h"

namespace vigia::camera::sim {
namespace {

using Corners = std::vector<cv::Point2f>;

Corners rectangle(float left, float top, float right, float bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

// One unit is the picture's height here.
void paint_walls(Brush& brush, float width, Dice& dice) {
  const cv::Scalar wall(dice.between(150, 185), dice.between(160, 185), dice.between(160, 190));
  const cv::Scalar floor(dice.between(80, 100), dice.between(95, 112), dice.between(108, 125));
  brush.polygon(rectangle(-1, -1, width + 1, 2), {wall});
  brush.polygon(rectangle(-1, -0.3F, width + 1, 0.1F), {wall * 0.8, 0.8F, 0.12F});
  brush.ellipse({width * 0.3F, 0.25F}, {width * 0.3F, 0.3F}, {wall * 1.13, 0.8F, 0.15F});
  brush.polygon(rectangle(-1, 0.72F, width + 1, 2), {floor});
  brush.polygon(rectangle(-1, 0.7F, width + 1, 0.725F), {wall * 0.75, 1, 0.004F});
  brush.polygon(rectangle(-1, 0.9F, width + 1, 2), {floor * 1.2, 0.7F, 0.08F});
}

// Few things with soft contrasts: what looks like two dark spots over a third is a face to a cascade.
void paint_things(Brush& brush, float width, Dice& dice) {
  const float door = width * dice.between(0.08, 0.14);
  const cv::Scalar wood(dice.between(112, 128), dice.between(132, 148), dice.between(150, 168));
  brush.polygon(rectangle(door - 0.015F, 0.105F, door + 0.315F, 0.72F), {wood * 1.12, 1, 0.003F});
  brush.polygon(rectangle(door, 0.12F, door + 0.3F, 0.72F), {wood, 1, 0.003F});
  brush.polygon(rectangle(door + 0.045F, 0.17F, door + 0.255F, 0.67F), {wood * 0.93, 1, 0.006F});

  const float window = width * dice.between(0.68, 0.76);
  brush.polygon(rectangle(window, 0.06F, window + 0.36F, 0.36F), {cv::Scalar(205, 205, 200), 1, 0.004F});
  brush.polygon(rectangle(window + 0.015F, 0.075F, window + 0.345F, 0.345F),
                {cv::Scalar(226, 214, 196), 1, 0.004F});
}

void paint_pillar(Brush& brush, const Scene& scene) {
  const float unit = 1.0F / static_cast<float>(scene.options().size.height);
  const domain::Box box = scene.pillar();
  const float left = box.left * unit, right = box.right() * unit, width = right - left;
  brush.polygon(rectangle(left, -0.1F, right, 1.1F), {cv::Scalar(124, 128, 132)});
  brush.polygon(rectangle(left + width * 0.2F, -0.1F, left + width * 0.45F, 1.1F),
                {cv::Scalar(168, 170, 174), 0.9F, width * 0.1F});
  brush.polygon(rectangle(left + width * 0.75F, -0.1F, right, 1.1F),
                {cv::Scalar(100, 104, 108), 0.9F, width * 0.08F});
}

void add_texture(cv::Mat& image, Dice& dice) {
  cv::Mat fine(image.size(), CV_8UC1), coarse(image.rows / 6 + 1, image.cols / 6 + 1, CV_8UC1), spread;
  for (cv::Mat* mat : {&fine, &coarse}) {
    for (int y = 0; y < mat->rows; ++y) {
      for (int x = 0; x < mat->cols; ++x)
        mat->at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(dice.below(8));
    }
  }
  cv::resize(coarse, spread, image.size(), 0, 0, cv::INTER_CUBIC);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      const int change = (fine.at<std::uint8_t>(y, x) + spread.at<std::uint8_t>(y, x)) / 2 - 3;
      auto& pixel = image.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<std::uint8_t>(pixel[c] + change);
    }
  }
}

I420Image to_i420(const cv::Mat& bgr) {
  I420Image image({bgr.cols, bgr.rows});
  for (int y = 0; y < bgr.rows; ++y) {
    for (int x = 0; x < bgr.cols; ++x) {
      const auto& pixel = bgr.at<cv::Vec3b>(y, x);
      const cv::Vec3b yuv = to_yuv(pixel[0], pixel[1], pixel[2]);
      const auto row = static_cast<std::size_t>(y), column = static_cast<std::size_t>(x);
      const auto width = static_cast<std::size_t>(bgr.cols);
      image.y[row * width + column] = yuv[0];
      const std::size_t chroma = row / 2 * (width / 2) + column / 2;
      image.u[chroma] = yuv[1];
      image.v[chroma] = yuv[2];
    }
  }
  return image;
}

}  // namespace

I420Image paint_room(const Scene& scene) {
  const auto [width, height] = scene.options().size;
  const float wide = static_cast<float>(width) / static_cast<float>(height);
  Dice dice{scene.options().seed, 0x500a};
  Brush brush({0, 0, wide, 1}, static_cast<float>(height), {});
  paint_walls(brush, wide, dice);
  paint_things(brush, wide, dice);
  paint_pillar(brush, scene);
  add_texture(brush.colour(), dice);
  return to_i420(brush.colour());
}

}  // namespace vigia::camera::sim
