// The names of a report's figures in JSON: one list, for writing and for reading.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/report.h"

namespace vigia::bench {

using Json = nlohmann::ordered_json;

// Three decimals say enough.
inline double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

template <class Figures, class Visit>
void each_percentile(Figures& figures, const Visit& visit) {
  visit("p50", figures.p50);
  visit("p99", figures.p99);
  visit("p999", figures.p999);
  visit("max", figures.max);
  visit("count", figures.count);
}

template <class Report, class Visit>
void each_figure(Report& report, const Visit& visit) {
  visit("mode", report.mode);
  visit("ended", report.ended);
  visit("seconds", report.seconds);
  visit("frames_asked", report.frames_asked);
  visit("frames_done", report.frames_done);
  visit("frames_dropped", report.frames_dropped);
  visit("stall_us", report.stall_us);
  visit("own_us", report.own_us);
  visit("grow_us", report.grow_us);
  visit("touch_us", report.touch_us);
  visit("rss_peak_bytes", report.rss_peak_bytes);
  visit("passes", report.passes);
  visit("objects_collected", report.objects_collected);
  visit("collector_cpu_seconds", report.collector_cpu_seconds);
  visit("involuntary_switches", report.involuntary_switches);
  visit("minor_faults", report.minor_faults);
}

// Figures that only the destroy modes have.
template <class Report, class Visit>
void each_destroy_figure(Report& report, const Visit& visit) {
  visit("destroyed_bytes", report.destroyed_bytes);
  visit("malloc_us", report.malloc_us);
  visit("rss_before_bytes", report.rss_before_bytes);
  visit("rss_after_bytes", report.rss_after_bytes);
}

struct WriteFigure {
  Json& json;
  void operator()(const char* name, double value) const { json[name] = rounded(value); }
  void operator()(const char* name, const Percentiles& value) const {
    json[name] = Json::object();
    each_percentile(value, WriteFigure{json[name]});
  }
  template <class Value>
  void operator()(const char* name, const Value& value) const {
    json[name] = value;
  }
};

struct ReadFigure {
  const Json& json;
  void operator()(const char* name, Percentiles& value) const {
    each_percentile(value, ReadFigure{json.at(name)});
  }
  template <class Value>
  void operator()(const char* name, Value& value) const {
    json.at(name).get_to(value);
  }
};

}  // namespace vigia::bench
