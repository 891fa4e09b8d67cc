// How thoroughly faces are searched for now, and why: see load/overload.h. Values.
#pragma once

#include <cstdint>
#include <string>

namespace vigia::status {

struct LoadStatus {
  bool reduces = false;           // on_overload: reduce
  int level = 0;                  // steps down from the level of the start; below 0: auto went beyond it
  std::string detector;           // at present: "yunet_n 640x384 bf16"
  std::string detector_at_start;  // the same of the start
  std::string input;              // at present: "640x384"
  int step = 1;                   // at present: every Nth frame is searched
  std::string decoding = "all";   // at present; or "references", "idle_key_frames": load/README.md
  std::uint64_t changes = 0;      // of the level
  double seconds_reduced = 0;
  std::string why;  // of the last change; empty: there was none
};

}  // namespace vigia::status
