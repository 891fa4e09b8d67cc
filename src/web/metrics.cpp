#include "web/metrics.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <sstream>

#include "camera/camera_state.h"
#include "camera/condition.h"
#include "camera/idle_mode.h"
#include "domain/face_reason.h"

namespace vigia::web {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using status::CameraStatus;

using Labels = std::vector<ClientMetric::Label>;

double seconds_since_1970(UtcTime time) {
  return static_cast<double>(to_unix_us(time)) / 1e6;
}

// Collects families; each metric of a family is added in turn.
class Families {
 public:
  Families& begin(std::string name, MetricType type, std::string help) {
    families_.push_back({.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
    return *this;
  }
  Families& gauge(std::string name, std::string help) {
    return begin(std::move(name), MetricType::Gauge, std::move(help));
  }
  Families& counter(std::string name, std::string help) {
    return begin(std::move(name), MetricType::Counter, std::move(help));
  }
  Families& add(double value, Labels labels = {}) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    metric.gauge.value = metric.counter.value = value;
    return *this;
  }
  Families& add(std::uint64_t value, Labels labels = {}) {
    return add(static_cast<double>(value), std::move(labels));
  }
  Families& add(const Histogram::Distribution& all, Labels labels = {}) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    metric.histogram.sample_count = all.count;
    metric.histogram.sample_sum = all.sum_seconds;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
      metric.histogram.bucket.push_back({all.up_to.at(i), Histogram::kBounds.at(i)});
    }
    metric.histogram.bucket.push_back({all.count, std::numeric_limits<double>::infinity()});
    return *this;
  }
  std::vector<MetricFamily> take() {
    std::erase_if(families_, [](const MetricFamily& family) { return family.metric.empty(); });
    return std::move(families_);
  }

 private:
  std::vector<MetricFamily> families_;
};

void add_process(Families& to, const status::Snapshot& snapshot, UtcTime started) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  to.counter("process_cpu_seconds_total", "CPU time of all threads.").add(snapshot.cpu_seconds);
  to.gauge("process_resident_memory_bytes", "Resident memory.")
      .add(static_cast<double>(snapshot.memory.rss_bytes));
  to.gauge("process_open_fds", "Open descriptors.").add(static_cast<double>(snapshot.memory.open_fds));
  to.gauge("process_max_fds", "Descriptors that may be open.").add(static_cast<double>(files.rlim_cur));
  to.gauge("process_start_time_seconds", "When Vigia started, Unix time.").add(seconds_since_1970(started));
}

// The cameras that have rows, each name once: one that was removed may have come back.
std::vector<const CameraStatus*> cameras_of(const status::Snapshot& snapshot) {
  std::vector<const CameraStatus*> cameras;
  std::map<std::string, bool> seen;
  for (const CameraStatus& camera : snapshot.cameras) {
    if (seen.emplace(camera.name, true).second) cameras.push_back(&camera);
  }
  return cameras;
}

using Cameras = std::vector<const CameraStatus*>;

Labels of(const CameraStatus& camera) {
  return {{"camera", camera.name}};
}
Labels of(const CameraStatus& camera, std::string name, std::string_view value) {
  return {{"camera", camera.name}, {std::move(name), std::string(value)}};
}

void add_states(Families& to, const Cameras& cameras) {
  using camera::CameraState;
  constexpr std::array kStates{CameraState::disabled,     CameraState::not_started, CameraState::starting,
                               CameraState::inprogress,   CameraState::interrupted, CameraState::completed,
                               CameraState::misconfigured};
  to.gauge("vigia_camera_state", "1 for the state that the camera is in.");
  for (const CameraStatus* camera : cameras) {
    for (const CameraState state : kStates) {
      to.add(camera->state == to_string(state) ? 1.0 : 0.0, of(*camera, "state", to_string(state)));
    }
    for (const std::string_view state :
         {std::string_view("DETECTOR_FAILS"), std::string_view(status::kRemoved)}) {
      to.add(camera->state == state ? 1.0 : 0.0, of(*camera, "state", state));
    }
  }
  to.gauge("vigia_camera_state_since_timestamp_seconds", "Since when it is so, Unix time.");
  for (const CameraStatus* camera : cameras) {
    if (camera->since != UtcTime()) to.add(seconds_since_1970(camera->since), of(*camera));
  }
  to.gauge("vigia_camera_health", "1 while the condition holds.");
  for (const CameraStatus* camera : cameras) {
    for (const camera::Condition condition : camera::kAllConditions) {
      const std::string_view name = to_string(condition);
      const bool holds =
          camera->reason == name ||
          std::ranges::any_of(camera->conditions, [&](const auto& one) { return one.name == name; });
      to.add(holds ? 1.0 : 0.0, of(*camera, "condition", name));
    }
  }
}

void add_frames(Families& to, const Cameras& cameras) {
  constexpr std::array kOutcomes{std::pair{"processed", &CameraStatus::frames_processed},
                                 std::pair{"dropped", &CameraStatus::frames_dropped},
                                 std::pair{"skipped", &CameraStatus::frames_skipped},
                                 std::pair{"overload_skipped", &CameraStatus::frames_overload_skipped},
                                 std::pair{"imotion_skipped", &CameraStatus::frames_imotion_skipped},
                                 std::pair{"probed", &CameraStatus::frames_probed},
                                 std::pair{"detector_error", &CameraStatus::detector_errors}};
  to.counter("vigia_camera_frames_total", "Decoded frames by what became of them.");
  for (const CameraStatus* camera : cameras) {
    for (const auto& [outcome, counter] : kOutcomes)
      to.add(camera->*counter, of(*camera, "outcome", outcome));
  }
  struct One {
    const char* name;
    const char* help;
    std::uint64_t CameraStatus::*counter;
  };
  constexpr std::array kCounters{
      One{"vigia_camera_damaged_frames_total", "Frames left out because they were broken.",
          &CameraStatus::frames_damaged},
      One{"vigia_camera_hibernated_frames_total", "Frames not decoded, because nobody was in view.",
          &CameraStatus::frames_hibernated},
      One{"vigia_camera_overload_undecoded_frames_total", "Frames not decoded for lack of time.",
          &CameraStatus::frames_overload_undecoded},
      One{"vigia_camera_decoding_soft_errors_total", "Damaged packets or pictures.",
          &CameraStatus::decoding_soft_errors},
      One{"vigia_camera_job_starts_total", "How often the source was opened.", &CameraStatus::job_starts},
      One{"vigia_camera_rtp_packets_lost_total", "Missing RTP numbers.", &CameraStatus::packets_lost},
      One{"vigia_camera_faces_detected_total", "Faces found in frames.", &CameraStatus::faces_detected}};
  for (const One& one : kCounters) {
    to.counter(one.name, one.help);
    for (const CameraStatus* camera : cameras) to.add(camera->*one.counter, of(*camera));
  }
}

// Only of cameras that may hibernate.
void add_hibernation(Families& to, const Cameras& cameras) {
  using camera::IdleMode;
  constexpr std::array kModes{IdleMode::learning, IdleMode::awake, IdleMode::restless,  IdleMode::asleep,
                              IdleMode::filled,   IdleMode::noisy, IdleMode::only_keys, IdleMode::no_picture};
  to.gauge("vigia_camera_hibernation_mode", "1 for what a camera that may hibernate does.");
  for (const CameraStatus* camera : cameras) {
    if (camera->idle.empty()) continue;
    for (const IdleMode mode : kModes) {
      to.add(camera->idle == to_string(mode) ? 1.0 : 0.0, of(*camera, "mode", to_string(mode)));
    }
  }
}

// Only of cameras that have a detect_url.
void add_main_streams(Families& to, const Cameras& cameras) {
  Cameras with_one;
  std::ranges::copy_if(cameras, std::back_inserter(with_one),
                       [](const CameraStatus* camera) { return camera->main.has_value(); });
  to.gauge("vigia_camera_main_stream_up", "1 while the main stream of a camera with detect_url comes.");
  for (const CameraStatus* camera : with_one) {
    const bool comes = camera->main->state == to_string(camera::CameraState::inprogress);
    to.add(comes ? 1.0 : 0.0, of(*camera));
  }
  to.gauge("vigia_camera_main_stream_kept_bytes", "What is kept of it, encoded.");
  for (const CameraStatus* camera : with_one) {
    to.add(static_cast<double>(camera->main->kept_bytes), of(*camera));
  }
  to.counter("vigia_camera_main_stream_groups_given_up_total", "Groups of pictures too large to be kept.");
  for (const CameraStatus* camera : with_one) to.add(camera->main->groups_given_up, of(*camera));
  to.counter("vigia_camera_main_stream_decoded_pictures_total", "Pictures decoded for best shots.");
  for (const CameraStatus* camera : with_one) to.add(camera->main->pictures_decoded, of(*camera));
  to.counter("vigia_camera_main_stream_shots_total", "Pictures of best shots that came from it.");
  for (const CameraStatus* camera : with_one) to.add(camera->main->shots_taken, of(*camera));
  to.counter("vigia_camera_detect_stream_shots_total", "Those that did not come from it, by reason.");
  for (const CameraStatus* camera : with_one) {
    for (const auto& [reason, count] : camera->main->shots_from_detect_url) {
      to.add(count, of(*camera, "reason", reason));
    }
  }
}

void add_signals(Families& to, const Cameras& cameras) {
  to.gauge("vigia_camera_last_frame_timestamp_seconds", "When the last frame came, Unix time.");
  for (const CameraStatus* camera : cameras) {
    if (camera->last_frame != UtcTime()) to.add(seconds_since_1970(camera->last_frame), of(*camera));
  }
  to.gauge("vigia_camera_last_face_timestamp_seconds", "When a face was last found, Unix time.");
  for (const CameraStatus* camera : cameras) {
    if (camera->last_face != UtcTime()) to.add(seconds_since_1970(camera->last_face), of(*camera));
  }
  to.gauge("vigia_camera_key_frame_interval_seconds", "Between the last two key frames.");
  for (const CameraStatus* camera : cameras) {
    if (camera->is_online && camera->signal.key_interval > Nanoseconds::zero()) {
      to.add(to_seconds(camera->signal.key_interval), of(*camera));
    }
  }
  to.gauge("vigia_camera_clock_skew_seconds", "By how much the camera's clock is ahead.");
  for (const CameraStatus* camera : cameras) {
    if (camera->clock_skew) to.add(to_seconds(*camera->clock_skew), of(*camera));
  }
}

std::uint64_t not_posted_of(const CameraStatus& camera) {
  std::uint64_t all = 0;
  for (const auto& [reason, count] : camera.faces_not_posted) all += count;
  return all;
}

// tracks_closed less those with an end, which are on their way.
std::uint64_t pending_of(const CameraStatus& camera) {
  const std::uint64_t ended = camera.faces_posted + camera.faces_failed + not_posted_of(camera);
  return camera.tracks_closed > ended ? camera.tracks_closed - ended : 0;
}

void add_tracks(Families& to, const Cameras& cameras) {
  to.counter("vigia_camera_tracks_total", "Closed tracks by how they ended.");
  for (const CameraStatus* camera : cameras) {
    to.add(camera->faces_posted, of(*camera, "end", "posted"));
    to.add(camera->faces_failed, of(*camera, "end", "failed"));
    to.add(not_posted_of(*camera), of(*camera, "end", "not_posted"));
  }
  to.gauge("vigia_camera_tracks_pending", "Closed tracks whose shots wait.");
  for (const CameraStatus* camera : cameras) to.add(pending_of(*camera), of(*camera));
  to.counter("vigia_camera_tracks_closed_total", "People who have left the picture.");
  for (const CameraStatus* camera : cameras) to.add(camera->tracks_closed, of(*camera));
  to.counter("vigia_camera_tracks_not_posted_total", "Closed tracks that were not posted, by reason.");
  for (const CameraStatus* camera : cameras) {
    for (const domain::Reason reason : domain::kAllReasons) {
      const auto found = camera->faces_not_posted.find(std::string(to_string(reason)));
      const std::uint64_t count = found == camera->faces_not_posted.end() ? 0 : found->second;
      to.add(count, of(*camera, "reason", to_string(reason)));
    }
  }
}

void add_time(Families& to, const status::Snapshot& snapshot) {
  to.begin("vigia_frame_latency_seconds", MetricType::Histogram,
           "From a frame's last byte to the end of its tracking.")
      .add(snapshot.latency.whole);
  to.begin("vigia_stage_duration_seconds", MetricType::Histogram, "Time of a frame in each stage.");
  for (const status::StageStatus& stage : snapshot.latency.stages) {
    to.add(stage.distribution, {{"stage", std::string(stage.name)}});
  }
  to.begin("vigia_hot_stall_seconds", MetricType::Histogram,
           "Time that camera and worker threads spent inside the memory part, per call.")
      .add(snapshot.memory.hot_stall);
  to.gauge("vigia_overload_level", "Steps below the level of the start.")
      .add(static_cast<double>(snapshot.load.level));
  to.counter("vigia_overload_seconds_total", "Time below the level of the start.")
      .add(snapshot.load.seconds_reduced);
}

void add_memory(Families& to, const memory::MemoryStats& memory) {
  const auto number = [](auto value) { return static_cast<double>(value); };
  to.gauge("vigia_memory_budget_bytes", "Most that video may hold.").add(number(memory.budget_bytes));
  to.gauge("vigia_memory_in_use_bytes", "Of the budget.").add(number(memory.in_use_bytes));
  to.gauge("vigia_memory_limit_bytes", "All that the process may use.").add(number(memory.limit_bytes));
  to.gauge("vigia_memory_account_bytes", "Who holds how much of the budget.");
  for (const memory::Budget::Use& use : memory.owners) {
    to.add(number(use.bytes), {{"camera", use.owner}, {"kind", std::string(to_string(use.kind))}});
  }
  to.counter("vigia_memory_leases_refused_total", "Buffers asked for and not given.")
      .add(memory.leases_refused);
  to.counter("vigia_memory_collections_total", "Passes of the collector.").add(memory.gc_count);
  to.counter("vigia_memory_objects_collected_total", "Retired objects that the collector destroyed.")
      .add(memory.objects_collected);
  to.counter("vigia_memory_inline_frees_total", "Retired objects that their own thread destroyed.")
      .add(memory.inline_frees);
  to.gauge("vigia_memory_objects_pending", "Retired, not destroyed yet.").add(memory.objects_pending);
  to.gauge("vigia_growth_time_to_limit_seconds",
           "Until a figure that grows reaches its limit; +Inf: it does not grow.");
  for (const char* const what : {"memory", "descriptors", "threads"}) {
    const bool grows = memory.growth.alarm && memory.growth.alarm->what == what;
    to.add(grows ? memory.growth.alarm->seconds : std::numeric_limits<double>::infinity(), {{"what", what}});
  }
}

void add_delivery(Families& to, const status::Snapshot& snapshot, Bytes outbox_limit) {
  to.counter("vigia_delivery_shots_total", "Shots by receiver and outcome.");
  for (const status::RouteStatus& route : snapshot.routes) {
    for (const auto& [outcome, count] :
         {std::pair{"delivered", route.delivered}, std::pair{"refused", route.refused},
          std::pair{"failed", route.failed}}) {
      to.add(count, {{"route", route.name}, {"outcome", outcome}});
    }
  }
  to.counter("vigia_outbox_given_up_total", "Shots that the outbox gave up itself.")
      .add(snapshot.outbox.expired, {{"why", "expired"}})
      .add(snapshot.outbox.shed, {{"why", "shed"}})
      .add(snapshot.outbox.lost, {{"why", "lost"}});
  to.gauge("vigia_outbox_pending_shots", "Shots that wait for a receiver.");
  for (const auto& route : snapshot.outbox.routes)
    to.add(static_cast<double>(route.pending), {{"route", route.name}});
  to.gauge("vigia_outbox_oldest_age_seconds", "How long the oldest of them has waited.");
  for (const auto& route : snapshot.outbox.routes) to.add(to_seconds(route.oldest), {{"route", route.name}});
  to.gauge("vigia_outbox_bytes", "Images of the shots that wait.")
      .add(static_cast<double>(snapshot.outbox.bytes));
  to.gauge("vigia_outbox_limit_bytes", "outbox.max_bytes; 0: no limit.")
      .add(static_cast<double>(outbox_limit));
  to.gauge("vigia_outbox_in_memory_shots", "Shots that the disk refuses.")
      .add(static_cast<double>(snapshot.outbox.in_memory));
  to.gauge("vigia_route_breaker_open", "1 while a receiver takes no faces.");
  for (const status::RouteStatus& route : snapshot.routes) {
    to.add(route.breaker.state == status::BreakerState::closed ? 0.0 : 1.0, {{"route", route.name}});
  }
}

void add_log(Families& to, const log::LogCounts& log) {
  to.counter("vigia_log_lines_total", "Lines of the log by level, also those that were folded or left out.");
  for (std::size_t i = 0; i < log.lines.size(); ++i) {
    to.add(log.lines.at(i), {{"level", std::string(log::kLevelNames.at(i))}});
  }
  to.counter("vigia_log_folded_total", "Lines told by a line that counts them, since they repeat.")
      .add(log.folded);
  to.counter("vigia_log_left_out_total", "Lines for which there was no room, or that could not be written.")
      .add(log.left_out);
}

void add_server(Families& to, const ServerCounters& server) {
  to.counter("vigia_http_requests_total", "Answers by path of the API and status.");
  for (const auto& [key, count] : server.requests) {
    to.add(count, {{"handler", key.first}, {"code", std::to_string(key.second)}});
  }
  to.gauge("vigia_http_connections", "Open connections.").add(static_cast<double>(server.connections));
  to.counter("vigia_http_refused_total", "Requests and connections beyond the limits.").add(server.refused);
  to.gauge("vigia_live_viewers", "Who looks at pictures.").add(static_cast<double>(server.viewers));
}

}  // namespace

std::vector<MetricFamily> Metrics::Collect() const {
  const Moment& moment = figures_.now();
  const status::Snapshot& snapshot = moment.snapshot;
  Families to;
  const std::size_t blank = std::min(world_.version.find(' '), world_.version.size());
  std::string revision = world_.version.substr(std::min(blank + 1, world_.version.size()));
  std::erase_if(revision, [](char c) { return c == '(' || c == ')'; });
  to.gauge("vigia_build_info", "Version, revision and detector as labels.")
      .add(1.0, {{"version", world_.version.substr(0, blank)},
                 {"revision", revision},
                 {"detector", snapshot.load.detector_at_start}});
  add_process(to, snapshot, figures_.started());
  const Cameras cameras = cameras_of(snapshot);
  add_states(to, cameras);
  add_frames(to, cameras);
  add_hibernation(to, cameras);
  add_main_streams(to, cameras);
  add_signals(to, cameras);
  add_tracks(to, cameras);
  add_time(to, snapshot);
  add_memory(to, snapshot.memory);
  add_delivery(to, snapshot, world_.outbox_limit);
  add_log(to, snapshot.log);
  add_server(to, server_);
  return to.take();
}

std::string Metrics::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Collect());
  return std::move(out).str();
}

}  // namespace vigia::web
