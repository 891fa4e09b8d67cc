// The cameras at work, and the counters of those that were: they come and go while workers work.
//
//   Cameras cameras(world, faces, tokens, Cameras::Known::by_id);
//   cameras.add(settings, filters, 250ms);   // begins by and by
//   cameras.remove(ids);                     // each: its stream ends, its open tracks are closed and handed
//                                            // on, its memory goes back to the collector
//
// Guarantees
// 1. No frame that was taken and no track is lost when a camera is removed or replaced, and what waits in the
//    outbox is delivered: the camera's token is kept as long.
// 2. Nobody waits for a removal but its caller: no lock is held while a thread is joined and a strand ends,
//    and other cameras, workers and housekeeping go on. It takes about as long as the stream takes to end:
//    0.1 s.
// 3. Of a removed camera nothing is held but its numbers (former_cameras.h).
// 4. A camera's numbers go on when it is replaced, also under another name, and when it comes back.
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
#include <vector>

#include "base/mutex.h"
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
  // By what the results of a camera's faces find its counters: FindFace's cameras by their number, since they
  // may be renamed while shots wait; those of the settings by their name.
  enum class Known { by_id, by_name };

  // faces: counts for these cameras from now on. tokens: with which their faces are posted. Both, and all of
  // the world, must outlive it.
  Cameras(pipeline::StrandWorld world, pipeline::FaceResults& faces, findface::CameraTokens& tokens,
          Known known)
      : world_(world), faces_(faces), tokens_(tokens), known_(known) {}

  // after: it begins so much later. Throws std::system_error when there is no thread to be had: the camera is
  // there then, and at its end.
  void add(const pipeline::CameraSettings& camera, const findface::DetectorFilters& filters,
           Nanoseconds after);
  // Of FindFace's camera of this id, which must be there, takes the place. Throws as add().
  void replace(std::int64_t id, const pipeline::CameraSettings& camera,
               const findface::DetectorFilters& filters);
  void remove(std::span<const std::int64_t> ids);
  // Of all cameras of that id: these filters beside their own.
  void apply_filters(std::int64_t id, const findface::DetectorFilters& filters);
  // Lets go of what removed cameras needed for their last shots, where these are delivered now.
  void settle();

  // Housekeeping's.
  void tick();
  void look(load::StrandLoad& seen);
  // There are others than there were, or their frames have other sizes: for whoever reckons with them.
  // Nothing: they are the same, or none.
  std::optional<load::Demand> changed_demand(const pipeline::CameraSettings& defaults);
  void mark_demand_changed() { demand_changed_ = true; }

  [[nodiscard]] bool all_drained() const;
  // Of each camera, removed ones after the others. seconds: since the start.
  [[nodiscard]] std::vector<status::CameraStatus> status(double seconds) const;
  // Of removed cameras that have no row any more, together.
  [[nodiscard]] std::optional<status::CameraStatus> former() const;

  void stop();   // all; their numbers stay
  void clear();  // pools and decoders are retired

 private:
  struct CameraEntry {
    std::unique_ptr<CameraUnit> unit;
    bool is_leaving = false;  // no tick any more
  };

  [[nodiscard]] std::unique_ptr<CameraUnit> make(const pipeline::CameraSettings& camera,
                                                 const findface::DetectorFilters& filters,
                                                 std::shared_ptr<pipeline::CameraCounters> counters,
                                                 const CameraHistory& history);
  template <class Wanted>
  std::vector<CameraUnit*> wind_up(Wanted wanted);
  // Demand::decodes of those that are here: before their frames are known, and as far as they are.
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

  int next_index_ = 0;  // of whoever adds and removes
  std::atomic<bool> demand_changed_{false};
  std::optional<double> told_decodes_;  // housekeeping's: Demand::decodes that was last reckoned with
  bool told_all_ = false;               // housekeeping's: the frames of all were known then

  // State below is protected by mutex_. Units are taken away only by whoever adds and removes.
  mutable Mutex mutex_;
  std::vector<CameraEntry> places_ GUARDED_BY(mutex_);
  RemovedCameras former_ GUARDED_BY(mutex_);
};

}  // namespace vigia::fleet
