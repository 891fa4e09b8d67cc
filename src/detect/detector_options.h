// What the user sets for finding faces. Keys: detector.*
#pragma once

#include <string>

#include "domain/geometry.h"

namespace vigia::detect {

struct DetectorOptions {
  std::string model = "auto";        // a YuNet .onnx file; auto: looks in the known places; cascade: OpenCV's
  domain::Size input{0, 0};          // what the model sees, multiples of 32; 0x0 (auto): by cameras and cores
  double min_detection_score = 0.6;  // 0..1
  int workers = 0;                   // threads that find faces; 0: one per core

  bool operator==(const DetectorOptions&) const = default;
};

}  // namespace vigia::detect
