// What the user sets for choosing and encoding best shots. Keys: cameras[].*, defaults.*
#pragma once

#include "domain/zone.h"

namespace vigia::shot {

struct ShotOptions {
  int filter_min_size = 60;          // pixels, the shorter side of the face; smaller ones are not posted
  int filter_max_size = 8192;        // pixels, the longer side of the face; larger ones are not posted
  double filter_min_quality = 0.5;   // 0..1: near 0 blurred or turned away, near 1 sharp and frontal
  double filter_min_movement = 0.1;  // face widths over the whole track; keeps posters out; 0: off
  domain::Zone roi;                  // post only faces inside; empty: everywhere
  int jpeg_quality = 95;             // 1..100, of the full frame
  double max_event_age = 0;          // seconds; a shot not delivered by then expires; 0: never

  bool operator==(const ShotOptions&) const = default;
};

}  // namespace vigia::shot
