// The running cameras, and the counters of removed ones. Cameras can be added and removed while the workers
// run.
//
//   Cameras cameras(world, faces, tokens, Cameras::Known::by_id);
//   cameras.add(settings, filters, 250ms);   // begins after a quarter of a second
//   cameras.remove(ids);                     // each: its stream ends, its open tracks are closed and handed
//                                            // on, its memory goes back to the collector
//
// Guarantees
// 1. No frame that was taken and no track is lost when a camera is removed or replaced, and its shots in the
//    outbox are delivered: the camera's token is kept until then.
// 2. Only the caller waits for a removal: no lock is held while a thread is joined and a strand ends, and
//    other cameras, workers and housekeeping go on. It takes about as long as the stream takes to end: 0.1 s.
// 3. Only the numbers of a removed camera are kept (removed_cameras.h).
// 4. A camera's numbers continue when it is replaced, also under another name, and when it comes back.
//
// Threads: add(), replace(), remove(), settle(), stop() and clear() one thread at a time; the others
// thread-safe. The workers must run until stop() is over, and must have ended before clear().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_restart.h"
#include "base/mutex.h"
#include "camera/hardware_devices.h"
#include "camera/known_logins.h"
#include "camera/open_gate.h"
#include "findface/camera_tokens.h"
#include "findface/detector_filters.h"
#include "fleet/camera_unit.h"
#include "fleet/removed_cameras.h"
#include "load/load_ladder.h"
#include "load/overload.h"
#include "pipeline/face_results.h"
#include "status/camera_status.h"

namespace vigia::fleet {

class Cameras {
 public:
  // The key by which the results of a camera's faces find its counters: FindFace's cameras by their number,
  // since they may be renamed while shots wait; those of the settings by their name.
  enum class Known { by_id, by_name };

  // faces: counts results for these cameras from now on. tokens: used to post their faces. Both, and all of
  // the world, must outlive it.
  // crashes: before this start; a camera that had some waits before it begins (crash_hold.h).
  Cameras(pipeline::StrandWorld world, pipeline::FaceResults& faces, findface::CameraTokens& tokens,
          Known known, std::vector<Crash> crashes = {})
      : world_(world),
        faces_(faces),
        tokens_(tokens),
        known_(known),
        crashes_(std::move(crashes)),
        gate_(world.clock),
        hardware_(world.memory, world.clock),
        logins_(world.clock) {}

  // after: the delay before it begins. Throws std::system_error when no thread can be created: the camera
  // then exists, and is at its end.
  void add(const pipeline::CameraSettings& camera, const findface::DetectorFilters& filters,
           Nanoseconds after);
  // Replaces FindFace's camera of this id, which must exist. Throws as add().
  void replace(std::int64_t id, const pipeline::CameraSettings& camera,
               const findface::DetectorFilters& filters);
  void remove(std::span<const std::int64_t> ids);
  // Applies these filters to all cameras of that id, with their own.
  void apply_filters(std::int64_t id, const findface::DetectorFilters& filters);
  // Releases what removed cameras needed for their last shots, if these are delivered now.
  void settle();

  // Called by housekeeping.
  void tick();
  void look(load::StrandLoad& seen);
  // The demand, if the cameras or the sizes of their frames have changed since the last call. Nothing: they
  // are the same, or there are none.
  std::optional<load::Demand> changed_demand(const pipeline::CameraSettings& defaults);
  void mark_demand_changed() { demand_changed_ = true; }

  // For who looks at its pictures; null: there is no such camera. It may outlive the camera, and then shows
  // nothing more.
  [[nodiscard]] std::shared_ptr<pipeline::LiveView> live_view(std::string_view name) const;

  [[nodiscard]] bool all_drained() const;
  // One for each camera, removed ones last. seconds: since the start.
  [[nodiscard]] std::vector<status::CameraStatus> status(double seconds) const;
  // The sum of the removed cameras that no longer have a row.
  [[nodiscard]] std::optional<status::CameraStatus> former() const;

  void stop();   // all cameras; their numbers stay
  void clear();  // pools and decoders are retired

 private:
  struct CameraEntry {
    std::unique_ptr<CameraUnit> unit;
    bool is_leaving = false;  // gets no tick any more
  };

  [[nodiscard]] std::unique_ptr<CameraUnit> make(const pipeline::CameraSettings& camera,
                                                 const findface::DetectorFilters& filters,
                                                 std::shared_ptr<pipeline::CameraCounters> counters,
                                                 const CameraHistory& history);
  template <class Wanted>
  std::vector<CameraUnit*> wind_up(Wanted wanted);
  // Demand::decodes of the running cameras: as assumed before frames come, and by the frames that have come.
  struct Decodes {
    double assumed = 0, known = 0;
    bool all_known = true;
  };
  [[nodiscard]] Decodes decodes() const REQUIRES(mutex_);

  // Constant after construction.
  const pipeline::StrandWorld world_;
  pipeline::FaceResults& faces_;
  findface::CameraTokens& tokens_;
  const Known known_;
  const std::vector<Crash> crashes_;

  camera::OpenGate gate_;             // thread-safe
  camera::HardwareDevices hardware_;  // likewise
  camera::KnownLogins logins_;        // likewise
  int next_index_ = 0;                // used by the thread that adds and removes
  std::atomic<bool> demand_changed_{false};
  std::optional<double> told_decodes_;  // housekeeping's: Demand::decodes as last reported
  bool told_all_ = false;               // housekeeping's: the frames of all were known then

  // State below is protected by mutex_. Only the thread that adds and removes takes units away.
  mutable Mutex mutex_;
  std::vector<CameraEntry> places_ GUARDED_BY(mutex_);
  RemovedCameras former_ GUARDED_BY(mutex_);
};

}  // namespace vigia::fleet
