// Watches all cameras: keeps a CameraHealth and the usual faces of each, logs what begins and ends, and tells
// a listener of it.
//
//   HealthWatch health(file, clock, [&](const std::string& camera, const HealthChange& change) { ... });
//   health.run(stop, [&] { return cameras.status(...); });     // the loop of a thread of its own
//   health.add_conditions(snapshot.cameras);                   // any thread
//
// offline, refused, busy and no_key_frame are logged by the camera itself, with its tries; here they only
// reach the listener and the snapshot. Cameras of the same name are told apart by their order.
//
// The usual faces are read at the start of run() and written after each hour and at its end. A file that
// cannot be read is one warning, and learning begins anew; one that cannot be written is one warning, and is
// tried again. Threads: run() once; add_conditions() is thread-safe. Nobody else waits for the disk: run()
// has its own thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "health/camera_health.h"
#include "health/usual_faces.h"
#include "health/usual_faces_file.h"
#include "status/camera_status.h"

namespace vigia::health {

class HealthWatch {
 public:
  static constexpr std::chrono::seconds kEvery{1};
  static constexpr std::size_t kMostLearned = 4096;

  using Listener = std::function<void(const std::string& camera, const HealthChange&)>;
  using Cameras = std::function<std::vector<status::CameraStatus>()>;

  // usual_file: empty: what is learned lasts for this run. clock and what the listener uses must outlive it.
  // The listener is called on run()'s thread and must not block.
  HealthWatch(std::filesystem::path usual_file, Clock& clock, Listener listener);

  void run(const std::stop_token& stop, const Cameras& cameras);
  // Fills in the conditions that hold.
  void add_conditions(std::vector<status::CameraStatus>& cameras) const;

  // One look at all cameras: what run() does each second.
  void look(const std::vector<status::CameraStatus>& cameras);

 private:
  using Key = std::pair<std::string, int>;  // name, and which of those of this name
  struct Watched {
    CameraHealth health;
    UsualFaces usual;
    std::uint64_t faces = 0;
    bool begun = false;
  };

  void look_at(const status::CameraStatus& camera, Watched& watched, Nanoseconds passed);
  void tell(const status::CameraStatus& camera, const HealthChange& change);
  void read_usual();
  void write_usual();

  // Constant after construction.
  const std::filesystem::path usual_file_;
  Clock& clock_;
  const Listener listener_;

  // Used by run()'s thread only.
  std::map<Key, Watched> watched_;
  LearnedHours learned_;  // of all cameras that the file knew
  std::optional<SteadyTime> looked_;
  int hour_ = -1;
  bool write_failed_ = false;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<Key, std::vector<status::ConditionStatus>> conditions_ GUARDED_BY(mutex_);
};

}  // namespace vigia::health
