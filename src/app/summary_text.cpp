// The summary for people; summary_json.cpp has it for programs.
#include "app/summary.h"

#include <fmt/format.h>

namespace vigia::app {
namespace {

using namespace status;

// Receivers that take no faces now, shots that were given up, and shots of the other receivers; empty if all
// is well.
std::string routes_text(const Snapshot& summary) {
  std::string text;
  const OutboxStatus& outbox = summary.outbox;
  if (outbox.shed + outbox.expired + outbox.lost > 0) {
    text += fmt::format("outbox     {} expired, {} shed (no room), {} lost\n", outbox.expired, outbox.shed,
                        outbox.lost);
  }
  for (std::size_t i = 1; i < summary.routes.size(); ++i) {
    const RouteStatus& of = summary.routes[i];
    text += fmt::format("{:<10} {} delivered, {} pending, {} refused, {} failed\n", of.name, of.delivered,
                        of.pending, of.refused, of.failed);
  }
  for (const RouteStatus& route : summary.routes) {
    if (route.unheard > 0) {
      text += fmt::format("{:<10} nobody has subscribed to {} of the faces delivered\n", route.name,
                          route.unheard);
    }
    if (route.clock_corrected + route.clock_unset > 0) {
      text +=
          fmt::format("{:<10} time of capture corrected of {} faces, wrong of {}: the clock was not set\n",
                      route.name, route.clock_corrected, route.clock_unset);
    }
    for (const CameraWait& wait : route.waits) {
      text += fmt::format("{:<10} has taken no faces of camera {} for {:.0f} s: {}\n", route.name,
                          wait.camera, wait.seconds, wait.why);
    }
    if (route.breaker.state == BreakerState::closed) continue;
    text += fmt::format("{:<10} has taken no faces for {:.0f} s, {} failures: {}\n", route.name,
                        route.breaker.seconds, route.breaker.failures, route.breaker.why);
  }
  return text;
}

std::string stages_text(const Snapshot& summary) {
  std::string text =
      fmt::format("{:<10} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "stage, ms", "p50", "p95", "p99", "max", "times");
  for (const auto& [name, ms, distribution] : summary.latency.stages) {
    text += fmt::format("{:<10} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f} {:>9}\n", name, ms.p50, ms.p95, ms.p99,
                        ms.max, ms.count);
  }
  return text;
}

// How many frames could not be searched; empty if there are none.
std::string detector_text(const Snapshot& summary) {
  const auto errors = summary.total(&CameraStatus::detector_errors);
  return errors == 0 ? "" : fmt::format("detector   failed on {} frames, which were not searched\n", errors);
}

// What overload left out so that the rest was in time; empty if nothing was left out.
std::string overload_text(const Snapshot& summary) {
  const LoadStatus& overload = summary.load;
  std::string text;
  if (overload.changes > 0) {
    text +=
        fmt::format("overload   {} changes, {:.1f} s reduced; now {}{}: {}\n", overload.changes,
                    overload.seconds_reduced, overload.input,
                    overload.step > 1 ? fmt::format(", one frame in {}", overload.step) : "", overload.why);
  }
  const auto by_overload = summary.total(&CameraStatus::frames_overload_skipped);
  const auto by_motion = summary.total(&CameraStatus::frames_imotion_skipped);
  if (by_overload + by_motion > 0) {
    text += fmt::format("skipped    {} frames by overload, {} without motion\n", by_overload, by_motion);
  }
  return text;
}

std::string camera_list_text(const Snapshot& summary) {
  const auto& [added, removed, changed] = summary.camera_list;
  if (added + removed + changed == 0) return "";
  return fmt::format("list       {} cameras added, {} removed, {} changed by FindFace\n", added, removed,
                     changed);
}

std::string reasons_text(const CameraStatus& camera) {
  std::string text;
  for (const auto& [reason, count] : camera.faces_not_posted) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, reason);
  }
  return text.empty() ? "-" : text;
}

// Why it is so and since when; empty if all is well.
std::string message_text(const CameraStatus& camera) {
  if (camera.message.empty()) return "";
  if (camera.reason.empty()) return fmt::format("  {}\n", camera.message);
  return fmt::format("  {} since {:.19}Z: {}\n", camera.reason, format_utc(camera.since), camera.message);
}

// Where best shots came from, where there are two streams; else empty.
std::string main_stream_text(const CameraStatus& camera) {
  if (!camera.main) return "";
  const MainStreamStatus& main = *camera.main;
  std::string others;
  for (const auto& [reason, count] : main.shots_from_detect_url)
    others += fmt::format(", {} {}", count, reason);
  std::string text =
      fmt::format("  main stream {}x{} {}: {} shots; from detect_url: {}\n", main.width, main.height,
                  main.state, main.shots_taken, others.empty() ? "none" : others.substr(2));
  if (!main.message.empty()) text += fmt::format("  {}\n", main.message);
  return text;
}

// What a camera that may hibernate does, and what it saved; empty: it may not, and saved nothing.
std::string idle_text(const CameraStatus& camera) {
  const std::string saved = camera.undecoded() > 0 ? fmt::format("{:.0f} % of its pictures were not decoded",
                                                                 100 * camera.undecoded())
                                                   : "";
  if (camera.idle_words.empty()) return saved.empty() ? "" : fmt::format("  {}\n", saved);
  return fmt::format("  {}{}{}\n", camera.idle_words, saved.empty() ? "" : "; ", saved);
}

}  // namespace

std::string to_text(const Snapshot& summary, Detail detail) {
  std::string text = fmt::format("\n{:<16} {:<12} {:>8} {:>8} {:>6} {:>7} {:>7}  {}\n", "camera", "state",
                                 "frames", "dropped", "fps", "tracks", "posted", "not posted");
  for (const CameraStatus& camera : summary.cameras) {
    text += fmt::format("{:<16} {:<12} {:>8} {:>8} {:>6.1f} {:>7} {:>7}  {}\n", camera.name, camera.state,
                        camera.frames_processed, camera.frames_dropped, camera.processing_fps,
                        camera.tracks_closed, camera.faces_posted, reasons_text(camera));
    text += message_text(camera);
    text += main_stream_text(camera);
    text += idle_text(camera);
  }
  const auto& latency = summary.latency.whole_ms;
  const auto& stall = summary.memory.hot_stall_us;
  text += fmt::format("\n{:.1f} s with {}, {} workers\n", summary.seconds, summary.load.detector,
                      summary.workers);
  if (summary.crashes > 0) {
    text +=
        fmt::format("crashes    {} in the day before this start, after which Vigia started itself again\n",
                    summary.crashes);
  }
  text += camera_list_text(summary);
  text += overload_text(summary);
  text += detector_text(summary);
  if (detail == Detail::stages) text += stages_text(summary);
  text += fmt::format("latency    p50 {:.1f} ms, p95 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms\n", latency.p50,
                      latency.p95, latency.p99, latency.max);
  text += fmt::format("faces      {} posted, {} pending on disk, {} failed\n",
                      summary.total(&CameraStatus::faces_posted), summary.faces_pending(),
                      summary.total(&CameraStatus::faces_failed));
  text += routes_text(summary);
  if (summary.ledger_lost > 0) {
    text += fmt::format("ledger     {} entries lost: 'vigia events' does not know of them\n",
                        summary.ledger_lost);
  }
  text += fmt::format("memory     {} at most; {} collections of {} objects; longest stall {:.3f} ms\n",
                      format_bytes(summary.memory.rss_peak_bytes), summary.memory.gc_count,
                      summary.memory.objects_collected, stall.max / 1000);
  return text;
}

}  // namespace vigia::app
