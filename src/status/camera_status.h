// One camera, and the list that cameras come from. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"

namespace vigia::status {

// The state of a camera that FindFace's list no longer has.
inline constexpr const char* kRemoved = "REMOVED";

// What is seen of a live camera's signal while its video comes.
struct SignalStatus {
  bool is_live = false;          // frames come as time passes; the rest is empty where they do not
  Nanoseconds key_interval{0};   // between the last two key frames
  Nanoseconds since_key{0};      // since the last one
  Nanoseconds decoded_after{0};  // how long after its arrival the last frame was decoded
  Nanoseconds busy_for{0};       // for how long the camera's thread has not had to wait for data
  Nanoseconds still_for{0};      // for how long no point of the picture has changed
  double brightness = 0;         // of the picture, 0 black to 1 white
  double contrast = 0;           // standard deviation of its brightness
};

// A condition that holds: camera/condition.h.
struct ConditionStatus {
  std::string name;
  std::string text;    // with its figures: "its clock is 35.0 s behind this machine's"
  std::string remedy;  // what the operator can do
  Nanoseconds held{0};
};

// The stream that best shots come from, where faces are found in another one (detect_url).
struct MainStreamStatus {
  std::string state;    // camera/camera_state.h
  std::string reason;   // as CameraStatus::reason
  std::string message;  // likewise
  UtcTime since{};
  int width = 0, height = 0;  // 0: not known yet
  std::int64_t kept_bytes = 0;
  Nanoseconds kept{0};                      // from the first packet that is kept to the last
  std::uint64_t groups_given_up = 0;        // groups of pictures that alone were too large to be kept
  std::uint64_t shots_taken = 0;            // pictures of best shots that came from it
  std::uint64_t shots_not_found_again = 0;  // of these: the face was told by its place alone
  std::map<std::string, std::uint64_t> shots_from_detect_url;  // those that did not, by reason
  std::uint64_t pictures_decoded = 0;                          // for the shots
  std::uint64_t packets = 0;                                   // that came; one is a picture
};

struct CameraStatus {
  std::string name;
  std::string state;  // camera/camera_state.h; REMOVED: FindFace removed it; or DETECTOR_FAILS
  std::string
      reason;  // why no video comes, camera/condition.h: "refused"; empty: it does, or that is not known
  std::string message;  // the reason in words, and what can be done
  UtcTime since{};      // it is so; 1970: not known
  std::uint64_t frames_decoded = 0;
  std::uint64_t frames_processed = 0;
  std::uint64_t frames_dropped = 0;
  std::uint64_t frames_skipped = 0;
  std::uint64_t frames_overload_skipped = 0;
  std::uint64_t frames_imotion_skipped = 0;
  std::uint64_t frames_probed = 0;              // of an idle camera: is anybody there?
  std::uint64_t frames_hibernated = 0;          // not decoded, because nobody was in view
  std::uint64_t frames_overload_undecoded = 0;  // not decoded for lack of time
  std::uint64_t detector_errors = 0;
  std::uint64_t frames_damaged = 0;
  double processing_fps = 0;
  std::uint64_t decoding_soft_errors = 0;
  std::uint64_t packets_lost = 0;
  std::uint64_t reopened = 0;
  std::uint64_t stamps_corrected = 0;
  std::uint64_t hwaccel_fallbacks = 0;
  std::uint64_t job_starts = 0;
  std::uint64_t faces_detected = 0;
  std::uint64_t tracks_closed = 0;
  std::uint64_t faces_posted = 0;
  std::uint64_t faces_failed = 0;
  std::map<std::string, std::uint64_t> faces_not_posted;  // by reason
  // Of a camera that may hibernate: what it does, and why: camera/idle_mode.h. Empty: it may not.
  std::string idle{}, idle_words{};
  std::string decoder{};                  // where its video is, or was last, decoded: camera/decoder_kind.h
  bool is_online = false;                 // video comes
  int frame_width = 0, frame_height = 0;  // of its picture; 0: no frame has come yet
  UtcTime last_frame{}, last_face{};      // when one last came, or was found; 1970: none was
  std::string rot{}, roi{};               // as settings write them; roi: in force now
  int filter_min_size = 0, filter_max_size = 0;  // in force now, pixels
  double filter_min_quality = 0;                 // likewise
  // Its clock less this machine's, by its RTCP sender reports; nothing: it sends none, or no video comes.
  std::optional<Nanoseconds> clock_skew{};
  SignalStatus signal{};
  std::vector<ConditionStatus> conditions{};  // those that hold now
  Nanoseconds stream_time{0};                 // how far its video has come, since it was opened
  std::optional<MainStreamStatus> main{};     // nothing: there is one stream
  bool failed = false;  // it could never start, a single_pass file broke off, or the detector fails on it

  // The share of its pictures that was not decoded.
  [[nodiscard]] double undecoded() const {
    const std::uint64_t left_out = frames_hibernated + frames_overload_undecoded;
    const std::uint64_t all = left_out + frames_decoded;
    return all == 0 ? 0 : static_cast<double>(left_out) / static_cast<double>(all);
  }

  // Adds the counters of another camera to these.
  void add(const CameraStatus& other);
};

// A line that names the cameras that send no video, with reason and since when; empty: there are none. Those
// that are switched off, removed or at their end are left out.
std::string without_video(std::span<const CameraStatus> cameras);

// Changes by FindFace's list of cameras, after the first one.
struct CameraListStatus {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
};

}  // namespace vigia::status
