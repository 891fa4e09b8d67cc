#include "settings/spelling.h"

#include <algorithm>
#include <array>
#include <vector>

namespace vigia::settings {
namespace {

std::string normal(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    if (c == '-' || c == ' ') return '_';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// Damerau-Levenshtein, adjacent letters only: inserted, lost, changed and swapped letters.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

// "min_size" in "filter_min_size", whole words, or "warn" of "warning".
bool part_of(std::string_view part, std::string_view whole) {
  if (part.size() >= 3 && whole.starts_with(part)) return true;
  if (part.size() < 5 || part.size() >= whole.size()) return false;
  const std::size_t at = whole.find(part);
  if (at == std::string_view::npos) return false;
  const bool begins = at == 0 || whole[at - 1] == '_' || whole[at - 1] == '.';
  const std::size_t end = at + part.size();
  return begins && (end == whole.size() || whole[end] == '_');
}

constexpr std::array kOldNames = std::to_array<OldName>({
    // fkvideo_detector
    {"min_face_size", "filter_min_size", ""},
    {"max_face_size", "filter_max_size", ""},
    {"min_score", "filter_min_quality", "its scale is 0 to 1 now"},
    {"realtime", "overall_only", "inverted: realtime is overall_only: false"},
    {"rt_delay", "realtime_post_interval", "in seconds, no longer milliseconds"},
    {"realtime_dly", "realtime_post_interval", "in seconds, no longer milliseconds"},
    {"realtime_post_perm", "realtime_post_every_interval", ""},
    {"md_threshold", "imotion_threshold", ""},
    {"enable_hibernation", "hibernation", "off or on"},
    {"source_params", "ffmpeg_params", ""},
    {"start_ts", "start_stream_timestamp", ""},
    {"camid", "id", ""},
    {"camera_url", "url", ""},
    {"stream_url", "url", ""},
    {"source", "url", ""},
    {"max_persons", "",
     "the number of tracks has no limit of its own; memory.budget_bytes bounds what they hold"},
    {"npersons", "",
     "the number of tracks has no limit of its own; memory.budget_bytes bounds what they hold"},
    // cameras' own pages
    {"capture_threshold", "filter_min_quality", "its scale is 0 to 1 now"},
    {"quick_shot", "realtime_post_first_immediately", ""},
    {"max_capture_interval", "realtime_post_interval", "in seconds"},
    // the predecessor
    {"confidence_threshold", "detector.min_detection_score", ""},
    {"min_confidence", "detector.min_detection_score", ""},
    {"modelo_deteccao", "detector", ""},
    {"model_path", "detector.model", ""},
    {"inference_size", "detector.input", ""},
    {"detection_skip_frames", "detector_step", ""},
    {"iou_threshold", "", "how faces are joined to tracks follows from their motion and the frame rate"},
    {"track_overlap_threshold", "",
     "how faces are joined to tracks follows from their motion and the frame rate"},
    {"tracking", "defaults", ""},
    {"filter", "defaults", ""},
    {"performance", "detector", ""},
    {"max_age", "track_miss_interval", "in seconds, no longer frames"},
    {"max_frames", "track_max_duration_frames", ""},
    {"min_hits", "minimal_track_length", "in sightings"},
    {"min_bbox_width", "filter_min_size", ""},
    {"min_movement_percentage", "filter_min_movement", "in face widths over the whole track"},
    {"min_movement_pixels", "filter_min_movement", "in face widths over the whole track"},
    {"rtsp_max_retries", "", "a camera is tried for ever"},
    {"prefix", "delivery.findface.camera_prefix", ""},
    {"gc_interval_seconds", "memory.gc_interval", ""},
    {"queues", "memory.budget_bytes", "one budget in bytes"},
    {"frame_queue_max_size", "frame_buffer_size", "for each camera"},
    {"event_queue_max_size", "memory.budget_bytes", "one budget in bytes"},
    {"workers", "detector.workers", ""},
    {"display", "", "there is no window"},
});

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kSecrets{
    {{"user", "FINDFACE_USER"},
     {"username", "FINDFACE_USER"},
     {"login", "FINDFACE_USER"},
     {"findface_user", "FINDFACE_USER"},
     {"password", "FINDFACE_PASSWORD"},
     {"passwd", "FINDFACE_PASSWORD"},
     {"pass", "FINDFACE_PASSWORD"},
     {"pwd", "FINDFACE_PASSWORD"},
     {"findface_password", "FINDFACE_PASSWORD"},
     {"uuid", "FINDFACE_UUID"},
     {"findface_uuid", "FINDFACE_UUID"},
     {"findface_url", "FINDFACE_URL"},
     {"secret", "VIGIA_WEBHOOK_SECRET"},
     {"mqtt_user", "MQTT_USER"},
     {"mqtt_password", "MQTT_PASSWORD"}}};

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 64;
  if (word.empty() || word.size() > kLongest) return {};
  const std::string wanted = normal(word);
  const std::size_t allowed = std::min<std::size_t>(3, std::max<std::size_t>(1, wanted.size() / 3));
  std::string_view best;
  std::size_t best_distance = allowed + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kLongest) continue;
    const std::size_t d = distance(wanted, normal(candidate));
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  if (!best.empty()) return std::string(best);
  for (const std::string_view candidate : known) {
    if (part_of(wanted, normal(candidate))) return std::string(candidate);
  }
  return {};
}

const OldName* find_old_name(std::string_view word) {
  if (word.size() > 64) return nullptr;
  const std::string wanted = normal(word);
  const auto* found = std::find_if(kOldNames.begin(), kOldNames.end(),
                                   [&](const OldName& name) { return name.old == wanted; });
  return found == kOldNames.end() ? nullptr : found;
}

std::string_view secret_variable(std::string_view word, std::string_view where) {
  if (word.size() > 64) return {};
  const std::string wanted = normal(word);
  const bool mqtt = normal(where).find("mqtt") != std::string::npos;
  for (const auto& [name, variable] : kSecrets) {
    if (name != wanted) continue;
    if (mqtt && variable == "FINDFACE_USER") return "MQTT_USER";
    if (mqtt && variable == "FINDFACE_PASSWORD") return "MQTT_PASSWORD";
    return variable;
  }
  return {};
}

}  // namespace vigia::settings
