// How good a face is for recognition, with its parts: an open formula, see shot/grade.h. Two numbers, as
// there are two questions: may this face be posted at all (total), and which of a person's faces is the best
// (rank).
#pragma once

#include <array>
#include <string_view>

namespace vigia::domain {

struct FaceQuality {
  float total = 0;  // 0..1: what filter_min_quality compares; 0.5: as likely usable as not
  float rank = 0;   // at least 0; larger is better: picks the best shot of a track
  // Each 0..1; 1 is perfect.
  float confidence = 0;  // the detector's score
  float size = 0;        // pixels between the eyes
  float frontality = 0;  // not turned to the left or right
  float level = 0;       // neither nodding nor looking up
  float proportion = 0;  // eyes, nose and mouth lie as a face has them
  float eyes = 0;        // the picture is darker at both eyes than between them
  float sharpness = 0;   // fine detail, of the face at a fixed size
  float exposure = 0;    // neither too dark, too bright, nor black and white only
  float inside = 0;      // not cut by the edge of the picture
};

// Their names in events and in files, in the order of both.
struct QualityPart {
  std::string_view name;
  float FaceQuality::*value;
};
inline constexpr std::array kQualityParts{
    QualityPart{"confidence", &FaceQuality::confidence}, QualityPart{"size", &FaceQuality::size},
    QualityPart{"frontality", &FaceQuality::frontality}, QualityPart{"level", &FaceQuality::level},
    QualityPart{"proportion", &FaceQuality::proportion}, QualityPart{"eyes", &FaceQuality::eyes},
    QualityPart{"sharpness", &FaceQuality::sharpness},   QualityPart{"exposure", &FaceQuality::exposure},
    QualityPart{"inside", &FaceQuality::inside}};

}  // namespace vigia::domain
