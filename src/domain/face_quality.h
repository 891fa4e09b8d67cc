// How good a face is for recognition, 0..1, with its parts: an open formula, see shot/grade.h.
#pragma once

namespace vigia::domain {

struct FaceQuality {
  float total = 0;  // the weighted mean of the parts
  float confidence = 0;
  float size = 0;
  float frontality = 0;
  float proportion = 0;
  float sharpness = 0;
};

}  // namespace vigia::domain
