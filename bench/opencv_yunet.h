// YuNet as one would run it without Vigia: OpenCV's DNN part in f32, the picture as BGR, and the published
// formulas. The reference of quality_bench.cpp; shares no code with src/detect.
// Threads: owner thread only; OpenCV uses threads of its own.
#pragma once

#include <filesystem>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "domain/detection.h"
#include "domain/frame.h"

namespace vigia::detect {

// A frame's planes as a picture of 8-bit BGR. REQUIRES: i420, as our decoders and frame_maker.h give.
cv::Mat to_bgr(const domain::Frame& frame);

class OpencvYunet {
 public:
  // Throws cv::Exception when OpenCV cannot read the file.
  OpencvYunet(const std::filesystem::path& model, domain::Size input, float min_score);

  // In the picture's pixels, boxes cut to the picture, the surest first. No landmarks.
  std::vector<domain::Detection> find(const cv::Mat& bgr);

 private:
  [[nodiscard]] std::vector<domain::Detection> decode(const std::vector<cv::Mat>& heads) const;

  cv::dnn::Net net_;
  const domain::Size input_;
  const float min_score_;
  std::vector<std::string> outputs_;
};

}  // namespace vigia::detect
