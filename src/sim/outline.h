// Outlines of shapes, and how much of each pixel a shape covers. Pure arithmetic.
#pragma once

#include <span>
#include <vector>

#include "domain/geometry.h"
#include "sim/pixels.h"

namespace vigia::sim {

using domain::Point;
using Outline = std::vector<Point>;  // corners; the last is joined to the first

inline Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
inline Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
inline Point operator*(float factor, Point p) {
  return {factor * p.x, factor * p.y};
}

struct Radii {
  float x = 0, y = 0;
};

// Corners along an ellipse, and along a smooth curve through the points.
Outline ellipse_outline(Point centre, Radii radii, float degrees = 0);
Outline smooth_curve(const Outline& through, bool closed);

// The shape of a pen stroke along the points: outlines to be filled together, all with the same orientation.
std::vector<Outline> stroke_outlines(std::span<const Point> along, float thickness);

// For each pixel of the mask the exact area inside one of the outlines, which are given in pixels of the mask
// and may reach beyond it. Overlapping outlines must have the same orientation.
Mask filled(std::span<const Outline> outlines, int width, int height);

}  // namespace vigia::sim
