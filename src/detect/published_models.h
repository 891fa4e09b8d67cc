// The published YuNet files that Vigia looks for and can download. Constants.
#pragma once

#include <array>
#include <string_view>

namespace vigia::detect {

struct PublishedModel {
  std::string_view letter;  // as people ask for it: 's' or 'n'
  std::string_view file;
  std::string_view url;
  std::string_view sha256;
};

// In the order in which a folder is searched. n is published without a version, so it is pinned by its hash;
// s by its commit too.
inline constexpr std::array<PublishedModel, 2> kPublished{
    {{"n", "yunet_n_640_640.onnx",
      "https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/master/onnx/yunet_n_640_640.onnx",
      "25a606a145a5b6d7271ae138fbd00eba91dad8b83222ae3f2c7ecd0f4a7b0e31"},
     {"s", "face_detection_yunet_2023mar.onnx",
      "https://media.githubusercontent.com/media/opencv/opencv_zoo/82b38c8f98e7b52aa171400f3e4c722352d0669f/"
      "models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
      "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"}}};

}  // namespace vigia::detect
