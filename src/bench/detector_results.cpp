#include "bench/detector_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/machine_json.h"
#include "bench/report_json.h"

namespace vigia::bench {
namespace {

// The same detector on one thread; the row itself where that was not measured.
const DetectorMeasurement& alone(const DetectorResults& results, const DetectorMeasurement& row) {
  const auto found = std::find_if(results.rows.begin(), results.rows.end(), [&row](const auto& other) {
    return other.detector == row.detector && other.threads == 1;
  });
  return found == results.rows.end() ? row : *found;
}

Json share_json(const Share& share) {
  return {{"mean", rounded(share.mean)}, {"p50", rounded(share.p50)}, {"p99", rounded(share.p99)}};
}

Json row_json(const DetectorMeasurement& row, const DetectorMeasurement& one) {
  return {{"detector", row.detector},
          {"threads", row.threads},
          {"seconds", rounded(row.seconds)},
          {"frames", row.frames},
          {"prepare_ms", share_json(row.prepare)},
          {"infer_ms", share_json(row.infer)},
          {"detect_ms", share_json(row.whole)},
          {"fps", rounded(row.fps())},
          {"bound_share", rounded(share_of_whole(row))},
          {"scaling", rounded(scaling(row, one))},
          {"cameras", rounded(cameras_fed(row))}};
}

}  // namespace

double share_of_whole(const DetectorMeasurement& row) {
  return row.whole.mean > 0 ? (row.prepare.mean + row.infer.mean) / row.whole.mean : 0;
}

double scaling(const DetectorMeasurement& row, const DetectorMeasurement& one) {
  return one.fps() > 0 ? row.fps() / (row.threads * one.fps()) : 0;
}

double cameras_fed(const DetectorMeasurement& row) {
  if (row.fps() <= 0) return 0;
  const double core_seconds = row.threads / row.fps() + kDecodeMs / 1e3;
  return row.threads / (core_seconds * kCameraFps);
}

std::string to_text(const DetectorResults& results) {
  const auto& frame = results.options.frame;
  std::string text = fmt::format("{}\nframes of {}x{}, milliseconds a frame\n\n", to_string(results.machine),
                                 frame.width, frame.height);
  text += fmt::format("{:<28} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8} {:>8}\n",
                      "detector", "threads", "prepare", "p99", "infer", "p99", "detect", "p99", "bound",
                      "fps", "scaling", "cameras");
  for (const DetectorMeasurement& row : results.rows) {
    fmt::format_to(
        std::back_inserter(text),
        "{:<28} {:>7} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>8.3f} {:>5.1f} % {:>7.1f} {:>6.1f} % "
        "{:>8.1f}\n",
        row.detector, row.threads, row.prepare.p50, row.prepare.p99, row.infer.p50, row.infer.p99,
        row.whole.p50, row.whole.p99, 100 * share_of_whole(row), row.fps(),
        100 * scaling(row, alone(results, row)), cameras_fed(row));
  }
  return text + fmt::format(
                    "medians; bound: prepare and infer alone, of detect; scaling: of that many times one "
                    "thread;\ncameras: at {:g} frames a second that the threads feed, with {:g} ms of "
                    "decoding a frame beside it\n",
                    kCameraFps, kDecodeMs);
}

std::string to_json(const DetectorResults& results) {
  const auto& options = results.options;
  Json json = {{"machine", machine_json(results.machine)},
               {"options",
                {{"model", options.model},
                 {"seconds", options.seconds},
                 {"frame", fmt::format("{}x{}", options.frame.width, options.frame.height)}}},
               {"detectors", Json::array()}};
  for (const DetectorMeasurement& row : results.rows) {
    json["detectors"].push_back(row_json(row, alone(results, row)));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vigia::bench
