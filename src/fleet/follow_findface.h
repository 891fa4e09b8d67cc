// Follows FindFace's list of cameras while the program runs (delivery.findface.reload_interval): applies
// added, removed and changed cameras without a restart.
//
// If the settings have cameras, only these run; the tokens and filters (external_detector_settings) of those
// with an id follow the list, which adds and removes no camera.
//
// A list that cannot be fetched changes nothing. It is fetched again: until the first one arrives after
// 1, 2, 4 ... 60 s, later after the interval, doubled up to a minute, and never before the server wants it
// (Retry-After). A camera counts as removed when two lists in a row lack it: see findface/camera_changes.h.
// A new token or new filters do not touch the stream; a new name or address ends it, and its frames and
// tracks are handed on before the camera begins anew.
// Each change is logged in one line, each problem once until it changes. No secret is logged.
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

// The settings that it needs.
struct FollowOptions {
  findface::FindfaceOptions findface;
  std::vector<pipeline::CameraSettings> cameras;  // of the settings; empty: cameras come from FindFace
  pipeline::CameraSettings defaults;              // for cameras that come from FindFace
};

class FollowFindface {
 public:
  // server, cameras and clock must outlive it.
  FollowFindface(FollowOptions options, findface::Server& server, Cameras& cameras, Clock& clock);

  // Runs until the stop. Returns at once if there is nothing to follow; with reload_interval 0, after the
  // first list.
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
  [[nodiscard]] pipeline::CameraSettings settings_of(const findface::FindfaceCamera& camera);
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

  // Used by run() only.
  findface::KnownCameras known_;
  bool is_first_ = true;
  std::string failure_said_;
  std::vector<std::string> notes_said_;   // logged, of the last list
  std::set<std::int64_t> absence_said_;   // logged, of cameras of the settings
  std::set<std::string_view> idle_said_;  // logged: keys of defaults without effect on live cameras

  std::atomic<bool> list_is_complete_;
  std::atomic<std::uint64_t> added_{0}, removed_{0}, changed_{0};
};

}  // namespace vigia::fleet
