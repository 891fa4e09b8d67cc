// The figures of a run: written to --summary as JSON (field names are a contract, see
// docs/architecture.md) and printed for people.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "memory/memory_manager.h"
#include "orchestrator/overload.h"
#include "orchestrator/stage_latency.h"
#include "outbox/breaker.h"
#include "outbox/outbox.h"

namespace vigia::orchestrator {

struct CameraSummary {
  std::string name;
  std::string state;
  std::string message;  // why it is in that state, where there is a why
  std::uint64_t frames_decoded = 0;
  std::uint64_t frames_processed = 0;
  std::uint64_t frames_dropped = 0;
  std::uint64_t frames_skipped = 0;
  std::uint64_t frames_overload_skipped = 0;
  std::uint64_t frames_imotion_skipped = 0;
  std::uint64_t detector_errors = 0;
  std::uint64_t frames_damaged = 0;
  double processing_fps = 0;
  std::uint64_t decoding_soft_errors = 0;
  std::uint64_t stamps_corrected = 0;
  std::uint64_t job_starts = 0;
  std::uint64_t faces_detected = 0;
  std::uint64_t tracks_closed = 0;
  std::uint64_t faces_posted = 0;
  std::uint64_t faces_failed = 0;
  std::map<std::string, std::uint64_t> faces_not_posted;  // by reason
  bool failed = false;                       // it could never start, or a single_pass file broke off
  std::optional<std::int64_t> people_shown;  // sim: cameras know how many people were clearly seen

  // The counters of another one on top of these.
  void add(const CameraSummary& other);
};

// What FindFace's list of cameras did, after the first.
struct CameraListFigures {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
};

// Of one receiver.
struct RouteSummary {
  std::string name;  // "findface"
  std::uint64_t pending = 0, delivered = 0, refused = 0, failed = 0;
  outbox::Breaker::Figures breaker;
};

struct Summary {
  double seconds = 0;
  std::string detector;
  int workers = 0;
  std::vector<CameraSummary> cameras;   // those that are there, then removed ones, state REMOVED
  std::optional<CameraSummary> former;  // removed ones that have no row any more, together
  CameraListFigures camera_list;
  OverloadFigures overload;
  Histogram::Percentiles latency_ms;
  std::array<Histogram::Percentiles, kStageNames.size()> stages_ms;
  double cpu_seconds = 0;           // of all threads of this process
  std::uint64_t faces_pending = 0;  // on the primary route
  outbox::OutboxFigures outbox;
  std::vector<RouteSummary> routes;  // the primary one first
  std::uint64_t ledger_lost = 0;     // entries that the ledger of tracks' ends could not keep
  memory::MemoryStats memory;

  // Something went wrong that the user must know of: a camera that could never start or a file that could
  // not be read to its end, a face that was lost.
  [[nodiscard]] bool failed() const;
  // A figure of all cameras together, also of those that were.
  [[nodiscard]] std::uint64_t total(std::uint64_t CameraSummary::*field) const;
};

enum class Detail { brief, stages };  // stages: also how long each stage took
std::string to_json(const Summary& summary, Detail detail = Detail::brief);
std::string to_text(const Summary& summary, Detail detail = Detail::brief);

}  // namespace vigia::orchestrator
