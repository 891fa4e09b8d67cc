// The faults of a run: a fixed list, made before the run from its seed alone.
//
// The run is divided into rounds; a round begins with faults, and the rest of it is quiet, long enough for
// everything to recover: there memory, descriptors and threads of different times can be compared.
// Kinds are dealt like cards: none comes again before all have come.
//
//            round     targets a round                  a fault lasts   quiet at its end
//   calm     10 min    one camera or FindFace           5 to 120 s      400 s
//   normal   3 min     half of the cameras, FindFace    5 to 60 s       100 s
//   storm    16 s      all cameras, FindFace            2 to 6 s        8 s
//
// Threads: pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "soak/soak_options.h"

namespace vigia::soak {

enum class CameraFault {
  // of a camera
  kill,         // its connections break, new ones are refused
  freeze,       // no more bytes, from the middle of a packet; the connection stays
  resize,       // its connections break, and pictures have another size afterwards
  resize_live,  // pictures have another size from one to the next
  garbage,      // random bytes
  cut,          // of each picture only a part
  slow,         // a tenth of the rate
  // of FindFace
  down,    // its connections break, new ones are refused; it knows no token afterwards
  hang,    // takes every request and never answers
  errors,  // 500, 401, 503 and answers that make no sense
};
inline constexpr std::array kCameraFaults = {
    CameraFault::kill,    CameraFault::freeze, CameraFault::resize, CameraFault::resize_live,
    CameraFault::garbage, CameraFault::cut,    CameraFault::slow};
inline constexpr std::array kFindFaceFaults = {CameraFault::down, CameraFault::hang, CameraFault::errors};
std::string_view to_string(CameraFault kind) noexcept;

inline constexpr int kFindFace = -1;  // as a target

struct Fault {
  double at = 0;        // seconds since the start of the run
  double duration = 0;  // seconds
  int target = 0;       // a camera's index, or kFindFace
  CameraFault kind = CameraFault::kill;

  [[nodiscard]] double end() const noexcept { return at + duration; }
  bool operator==(const Fault&) const = default;
};

struct ScheduleOptions {
  FaultIntensity level = FaultIntensity::normal;
  double seconds = 0;
  int cameras = 1;
  bool findface = true;
  std::uint64_t seed = 1;
};

// Before the first fault everything starts.
inline constexpr double kCalmStart = 10;
double round_seconds(FaultIntensity level) noexcept;

// In the order of their times; those of one target never overlap. Only whole rounds: a run of less than
// kCalmStart and one round has none.
std::vector<Fault> make_schedule(const ScheduleOptions& options);

// How long growth is not judged yet: a quarter of the run, at least 15 s and at most half an hour; longer
// until each kind of the schedule has occurred once; at most a third of the run.
double warm_up_seconds(const std::vector<Fault>& schedule, double run_seconds);

}  // namespace vigia::soak
