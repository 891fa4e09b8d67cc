// Finds what is wrong in a state, worst first, and says it in one sentence: what, which, since when, what to
// do. Words are those of camera/condition.h; codes are listed in src/web/openapi.json.
//
// Some things are only known to have become worse (a counter that has grown): they count as wrong for an
// hour. Others have no time of their own in the state: they are remembered from when they were first seen.
// Cost: some microseconds a camera. Threads: owner thread only. Deterministic: no clock.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "status/snapshot.h"

namespace vigia::web {

enum class ProblemKind { disk, receiver, camera, memory, load, program };
std::string_view to_string(ProblemKind kind) noexcept;

struct StateProblem {
  bool is_error = false;  // false: a warning
  std::string code;
  ProblemKind kind = ProblemKind::program;
  std::string subject;  // of a camera or a receiver: its name
  std::optional<UtcTime> since;
  std::string text, advice;
};

struct CameraCounts {
  int total = 0;  // that should send video
  int online = 0, starting = 0, offline = 0;
};
CameraCounts count_cameras(const status::Snapshot& snapshot);

// The whole in one sentence. level: "ok", "starting", "warning" or "error".
struct Health {
  std::string level, code;
  ProblemKind kind = ProblemKind::program;
  std::string subject;
  std::optional<UtcTime> since;
  int others = 0;
  std::string text, advice;

  bool operator==(const Health&) const = default;
};
Health health_of(const std::vector<StateProblem>& problems, const CameraCounts& cameras);

class ProblemFinder {
 public:
  std::vector<StateProblem> find(const status::Snapshot& snapshot, UtcTime now);

 private:
  struct Growing {
    std::uint64_t before = 0;
    bool begun = false;
    std::optional<UtcTime> grown;
  };
  void add_program(const status::Snapshot& snapshot, UtcTime now);
  void add_receivers(const status::Snapshot& snapshot, UtcTime now);
  void add_camera(const status::CameraStatus& camera, UtcTime now);
  void add_conditions(const status::CameraStatus& camera, UtcTime now);
  void add_growing(Growing& counter, std::uint64_t value, UtcTime now, StateProblem problem);
  void remember_since(UtcTime now);

  Growing lost_, ledger_lost_, refused_;
  std::map<std::string, UtcTime> first_seen_;  // by code and subject, of those that are there now
  std::vector<StateProblem> found_;            // of the call at hand
};

}  // namespace vigia::web
