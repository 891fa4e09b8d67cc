// The parts of a face's quality that follow from its landmarks and its picture, each 0..1.
// Threads: pure functions. Cost: those of landmarks some 20 ns, those of the patch about a microsecond.
#pragma once

#include "domain/detection.h"
#include "domain/geometry.h"
#include "shot/face_patch.h"

namespace vigia::shot {

// How far the head is turned to a side, 1 - angle / 90 degrees. Angle: the nose's distance from the middle
// line (midpoint of the eyes to midpoint of the mouth), along the eyes, is 0.45 tan(angle) of the eyes'
// distance: a nose stands out by 0.45 of that.
[[nodiscard]] float frontality(const domain::Landmarks& landmarks);

// 1 if the nose lies at 0.54 of the way down from the eyes to the mouth, 0 at 0.3 above or below that and
// beyond: nodding or looking up moves it by its length.
[[nodiscard]] float level(const domain::Landmarks& landmarks);

// 1 - r / 0.4, where r is the distance of the five landmarks from those of a frontal face that is moved,
// turned and scaled for the best fit (root mean square, in distances between the eyes).
[[nodiscard]] float proportion(const domain::Landmarks& landmarks);

// Figures measured on a patch in one pass: its brightness and contrast, and the strength of its finest
// detail.
struct PatchFigures {
  float deviation = 0;                          // standard deviation of luma
  float middle_mean = 0, middle_deviation = 0;  // without the outer fifth on each side
  float detail = 0;  // root mean square of neighbours' second difference, across or down: the weaker of both
};
[[nodiscard]] PatchFigures measure(const FacePatch& patch);

// How much darker the eyes are than the bridge of the nose between them, for the brighter eye: 0.5 if it is
// as bright, 1 if it is darker by the patch's deviation.
[[nodiscard]] float dark_eyes(const domain::Landmarks& landmarks, const FacePatch& patch,
                              const PatchFigures& figures);

// The finest detail relative to the contrast, on a logarithmic scale: 0 at 0.045, 1 from 0.16. Detail is
// taken across or down, whichever is weaker, since a movement blurs one of them. Small faces, which are
// enlarged to the patch, have little, and so have blurred ones of any size.
[[nodiscard]] float sharpness(const PatchFigures& figures);

// 1 if the middle of the face is neither dark nor white and has the contrast of skin and eyes. Less contrast
// means dark or washed out, more means black and white.
[[nodiscard]] float exposure(const PatchFigures& figures);

// The least distance between the box and an edge of the picture: 0 at the edge, 1 from 10 % of the box's
// width.
[[nodiscard]] float inside(const domain::Box& box, domain::Size picture);

}  // namespace vigia::shot
