// How good a face is for recognition, with its parts: an open formula, see shot/grade.h. Two numbers, as there
// are two questions: may this face be posted at all (total), and which of a person's faces is the best (rank).
#pragma once

namespace vigia::domain {

struct FaceQuality {
  float total = 0;  // 0..1: what filter_min_quality compares
  float rank = 0;   // at least 0; larger is better: picks the best shot of a track
  float confidence = 0;
  float size = 0;
  float frontality = 0;
  float proportion = 0;
  float sharpness = 0;
};

}  // namespace vigia::domain
