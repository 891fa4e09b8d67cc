// Follows FindFace's list of cameras while the program runs (delivery.findface.reload_interval): what is
// added, removed or changed there takes effect here, without a restart.
//
// With cameras in the settings only these are watched, and of those that have an id token and filters
// (external_detector_settings) are followed; the list adds and removes none.
//
// A list that cannot be fetched changes nothing; it is asked for again, at first (until the first one) after
// 1, 2, 4 ... 60 s, later after the interval, doubled up to a minute, and never before the server wants it
// (Retry-After). Removed is what two lists running miss:
// see findface/camera_changes.h. Another token or other filters do not touch the stream; another name or
// address ends it, and what was begun is handed on before the camera begins anew.
// Each change is one line in the log, each problem one until it changes. Nothing secret is told.
// Threads: run() on one thread; the others thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "findface/camera_changes.h"
#include "findface/findface_options.h"
#include "findface/server.h"
#include "fleet/cameras.h"
#include "pipeline/pipeline_options.h"
#include "status/camera_status.h"

namespace vigia::fleet {

// What it has to know of the settings.
struct FollowOptions {
  findface::FindfaceOptions findface;
  std::vector<pipeline::CameraSettings> cameras;  // of the settings; none: FindFace says which there are
  pipeline::CameraSettings defaults;              // for cameras that come from FindFace
};

class FollowFindface {
 public:
  // server, cameras and clock must outlive it.
  FollowFindface(FollowOptions options, findface::Server& server, Cameras& cameras, Clock& clock);

  // Until the stop; with reload_interval 0 until the first list is taken, without anything to follow at once.
  void run(const std::stop_token& stop);

  // False while more cameras may come.
  [[nodiscard]] bool list_is_complete() const noexcept { return list_is_complete_; }
  [[nodiscard]] status::CameraListStatus status() const noexcept { return {added_, removed_, changed_}; }

 private:
  bool look(const std::stop_token& stop);
  Result<findface::CameraList> fetch(const std::stop_token& stop);
  void say_failure(const std::string& text);
  void say_new_notes(const std::vector<std::string>& notes);

  void take_cameras(const findface::CameraList& list);
  void remove(const std::vector<findface::FindfaceCamera>& gone);
  void change(const findface::CameraChange& change);
  void add(const std::vector<findface::FindfaceCamera>& added);
  [[nodiscard]] pipeline::CameraSettings settings_of(const findface::FindfaceCamera& camera) const;
  void give_up(const findface::FindfaceCamera& camera, const std::string& why);

  void take_filters(const findface::CameraList& list);

  // Constant after construction.
  const FollowOptions options_;
  findface::Session& session_;
  findface::CameraTokens& tokens_;
  Cameras& cameras_;
  Clock& clock_;
  const bool takes_cameras_;  // from FindFace; else those of the settings
  const Nanoseconds interval_;

  // run()'s.
  findface::KnownCameras known_;
  bool is_first_ = true;
  std::string failure_said_;
  std::vector<std::string> notes_said_;  // of the last list
  std::set<std::int64_t> absence_said_;  // of cameras of the settings

  std::atomic<bool> list_is_complete_;
  std::atomic<std::uint64_t> added_{0}, removed_{0}, changed_{0};
};

}  // namespace vigia::fleet
