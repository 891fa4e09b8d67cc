// For this folder's tests: the published models, photographs with marked faces, OpenCV's own inference.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/dnn.hpp>
#include <span>
#include <string>
#include <vector>

#include "detect/precision.h"
#include "detect/yunet_weights.h"
#include "domain/boxes.h"
#include "domain/geometry.h"
#include "testing/data.h"

namespace vigia::detect {

using testing::data_folder;

inline constexpr std::array<const char*, 2> kPublishedModels{"face_detection_yunet_2023mar.onnx",
                                                             "yunet_n_640_640.onnx"};
inline std::filesystem::path model_file(const std::string& name) {
  return data_folder() / "models" / name;
}

// The precisions that this CPU has, or that oneDNN is limited to.
inline std::vector<Precision> precisions_here() {
  if (cpu_has_bf16()) return {Precision::f32, Precision::bf16};
  return {Precision::f32};
}

inline std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// OpenCV DNN's outputs for the same file and the same input, laid out like the network's heads, but with cls
// and obj after their sigmoid. The file's own size is 640x640; OpenCV takes others too.
inline std::array<std::vector<float>, kYunetLevels> opencv_heads(const std::filesystem::path& model,
                                                                 std::span<const float> planes,
                                                                 domain::Size size) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(model.string());
  const std::array<int, 4> shape{1, 3, size.height, size.width};
  net.setInput(cv::Mat(4, shape.data(), CV_32F, const_cast<float*>(planes.data())));
  std::vector<std::string> names;
  for (const char* kind : {"cls", "obj", "bbox", "kps"}) {
    for (const int stride : kYunetStrides) names.push_back(std::string(kind) + "_" + std::to_string(stride));
  }
  std::vector<cv::Mat> outputs;
  net.forward(outputs, names);
  std::array<std::vector<float>, kYunetLevels> heads;
  for (std::size_t level = 0; level < kYunetLevels; ++level) {
    const auto cells = static_cast<std::size_t>(size.width / kYunetStrides[level]) *
                       static_cast<std::size_t>(size.height / kYunetStrides[level]);
    for (std::size_t cell = 0; cell < cells; ++cell) {
      for (std::size_t kind = 0; kind < 4; ++kind) {
        const cv::Mat& output = outputs[kind * kYunetLevels + level];
        const std::size_t channels = output.total() / cells;
        const float* from = output.ptr<float>() + cell * channels;
        heads[level].insert(heads[level].end(), from, from + channels);
      }
    }
  }
  return heads;
}

}  // namespace vigia::detect
