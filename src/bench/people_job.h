// Follows one film, or one file of faces, from its beginning to its end.
// Threads: thread-safe, each with a detector of its own.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "bench/follow_people.h"
#include "bench/people_figures.h"
#include "detect/detector.h"
#include "memory/memory_manager.h"
#include "settings/settings.h"

namespace vigia::bench {

struct PeopleJob {
  std::string name;
  std::string url;              // of a film or a scene; empty: faces without pictures
  std::filesystem::path truth;  // the file that says who is in it; a scene needs none
  double fps = 0;               // of faces without pictures
  domain::Size frame;
};

struct PeopleRow {
  std::string name;
  bool pictures = true;  // false: nothing was delivered, as there was nothing to deliver
  PeopleDelivered delivery;
  JoiningFigures joining;
  std::map<domain::Reason, int> not_posted;
  std::size_t frames = 0, detections = 0, tracks = 0;
  double seconds = 0;  // that it took
};

// What all jobs share. camera: the settings of each, except its name and url.
struct PeopleWorld {
  settings::CameraSettings camera;
  double sure = 0;  // min_detection_score: a detection below it that is in no track was not missed
  memory::MemoryManager& memory;
};

// Errors: a line for the user; cancelled: stopped.
Result<PeopleRow> run_people_job(const PeopleJob& job, const PeopleWorld& world, detect::Detector* detector,
                                 const std::stop_token& stop);

}  // namespace vigia::bench
