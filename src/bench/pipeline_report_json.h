// The names of these reports' figures in JSON: one list, for writing and for reading.
#pragma once

#include <type_traits>

#include "bench/pipeline_report.h"
#include "bench/report_json.h"

namespace vigia::bench {

// Report: T or const T.
template <class Report, class T>
concept Any = std::is_same_v<std::remove_const_t<Report>, T>;

template <Any<StageFigures> Report, class Visit>
void each_field(Report& report, const Visit& visit) {
  visit("p50", report.p50);
  visit("p95", report.p95);
  visit("p99", report.p99);
  visit("max", report.max);
  visit("count", report.count);
  visit("a_frame", report.a_frame);
}

template <Any<OverloadRunFigures> Report, class Visit>
void each_field(Report& report, const Visit& visit) {
  visit("level", report.level);
  visit("input", report.input);
  visit("step", report.step);
  visit("changes", report.changes);
  visit("seconds_reduced", report.seconds_reduced);
}

template <Any<JobFigures> Report, class Visit>
void each_field(Report& report, const Visit& visit) {
  visit("stopped", report.stopped);
  visit("seconds", report.seconds);
  visit("detector", report.detector);
  visit("workers", report.workers);
  visit("frames_offered", report.frames_offered);
  visit("frames_decoded", report.frames_decoded);
  visit("frames_processed", report.frames_processed);
  visit("frames_dropped", report.frames_dropped);
  visit("frames_skipped", report.frames_skipped);
  visit("frames_overload_skipped", report.frames_overload_skipped);
  visit("frames_imotion_skipped", report.frames_imotion_skipped);
  visit("overload", report.overload);
  visit("cpu_seconds", report.cpu_seconds);
  visit("foreign_cpu_seconds", report.foreign_cpu_seconds);
  visit("latency_ms", report.latency_ms);
  visit("stages_ms", report.stages_ms);
  visit("faces_posted_measured", report.faces_posted_measured);
  visit("rss_peak_bytes", report.rss_peak_bytes);
  visit("hot_stall_p99_us", report.hot_stall_p99_us);
  visit("hot_stall_max_us", report.hot_stall_max_us);
  visit("faces_detected", report.faces_detected);
  visit("tracks_closed", report.tracks_closed);
  visit("faces_posted", report.faces_posted);
  visit("faces_pending", report.faces_pending);
  visit("faces_failed", report.faces_failed);
}

template <Any<BoundFigures> Report, class Visit>
void each_field(Report& report, const Visit& visit) {
  visit("seconds", report.seconds);
  visit("detector", report.detector);
  visit("threads", report.threads);
  visit("streams", report.streams);
  visit("frames", report.frames);
  visit("faces_detected", report.faces_detected);
  visit("cpu_seconds", report.cpu_seconds);
  visit("decode_ms", report.decode_ms);
  visit("prepare_ms", report.prepare_ms);
  visit("infer_ms", report.infer_ms);
}

using StageReports = decltype(JobFigures::stages_ms);

struct WriteField {
  Json& json;
  void operator()(const char* name, double value) const { json[name] = rounded(value); }
  void operator()(const char* name, const StageFigures& value) const {
    each_field(value, WriteField{json[name]});
  }
  void operator()(const char* name, const OverloadRunFigures& value) const {
    each_field(value, WriteField{json[name]});
  }
  void operator()(const char* name, const StageReports& values) const {
    Json& all = json[name] = Json::object();
    for (std::size_t i = 0; i < values.size(); ++i) {
      each_field(values[i], WriteField{all[std::string(pipeline::kStageNames[i])]});
    }
  }
  template <class Value>
  void operator()(const char* name, const Value& value) const {
    json[name] = value;
  }
};

struct ReadField {
  const Json& json;
  void operator()(const char* name, StageFigures& value) const {
    each_field(value, ReadField{json.at(name)});
  }
  void operator()(const char* name, OverloadRunFigures& value) const {
    each_field(value, ReadField{json.at(name)});
  }
  void operator()(const char* name, StageReports& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      each_field(values[i], ReadField{json.at(name).at(std::string(pipeline::kStageNames[i]))});
    }
  }
  template <class Value>
  void operator()(const char* name, Value& value) const {
    json.at(name).get_to(value);
  }
};

}  // namespace vigia::bench
