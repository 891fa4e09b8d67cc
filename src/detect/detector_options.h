// What the user sets for finding faces. Keys: detector.*
#pragma once

#include <string>

#include "domain/geometry.h"

namespace vigia::detect {

struct DetectorOptions {
  std::string model = "auto";        // a YuNet .onnx file; auto: looks in the known places; vigia_n: built in
  domain::Size input{0, 0};          // the model's input, multiples of 32; 0x0 (auto): by cameras and cores
  double min_detection_score = 0.6;  // 0..1
  std::string precision = "auto";    // f32, bf16; auto: bf16 where the CPU has it
  std::string on_overload = "reduce";  // reduce: smaller input, then every Nth frame; drop: frames only
  int workers = 0;                     // threads that find faces; 0: one per core

  bool operator==(const DetectorOptions&) const = default;
};

}  // namespace vigia::detect
