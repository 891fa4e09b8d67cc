// Everything around the program under test: runs its cameras and its FindFace, and begins and ends the faults
// of the schedule in time. Threads: owner thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "soak/camera_server.h"
#include "soak/schedule.h"
#include "soak/soak_options.h"
#include "testing/fake_findface.h"

namespace vigia::soak {

class Rig {
 public:
  // Records the scenes or clips, which takes some seconds a scene. Errors: as record_clip(), record_scene().
  static Result<std::unique_ptr<Rig>> build(const SoakOptions& options);

  [[nodiscard]] std::vector<std::string> camera_urls() const;
  [[nodiscard]] std::string findface_url() const;  // empty: there is none
  [[nodiscard]] const std::vector<Fault>& schedule() const { return schedule_; }

  // Begins and ends the faults that are due; returns a line for each. Errors: io, this machine refused.
  Result<std::vector<std::string>> follow_schedule(double seconds);
  Status end_all_faults();

  [[nodiscard]] int cameras_up() const;
  [[nodiscard]] bool is_quiet(double seconds) const;  // see Observation::quiet
  [[nodiscard]] int faults_begun() const { return static_cast<int>(next_); }
  [[nodiscard]] const std::map<CameraFault, int>& faults_by_kind() const { return by_kind_; }
  [[nodiscard]] std::uint64_t posted() const;
  [[nodiscard]] std::vector<std::string> violations() const;  // requests that FindFace's description forbids

 private:
  Rig() = default;
  Status build_cameras(const SoakOptions& options);
  Status build_findface(std::size_t cameras);
  Status begin(const Fault& fault);
  Status end(const Fault& fault);
  void make_errors();

  std::vector<Fault> schedule_;
  std::size_t next_ = 0;  // of schedule_: the first that has not begun
  std::vector<Fault> going_on_;
  double last_end_ = 0;  // seconds
  std::map<CameraFault, int> by_kind_;
  std::vector<std::unique_ptr<CameraServer>> cameras_;
  std::unique_ptr<testing::FakeFindFace> findface_;
};

}  // namespace vigia::soak
