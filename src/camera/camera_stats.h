// A camera's state and counters. Counters cover the whole run and only grow.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/clock.h"
#include "camera/camera_state.h"
#include "camera/condition.h"
#include "camera/decoder_kind.h"
#include "camera/idle_mode.h"

namespace vigia::camera {

// What is seen of a live source's signal.
struct Signal {
  bool is_live = false;          // the source that is open, or was last
  Nanoseconds key_interval{0};   // between the last two key frames, where there are others, too
  Nanoseconds since_key{0};      // since the last one
  Nanoseconds decoded_after{0};  // how long after its arrival the last frame was decoded
  Nanoseconds busy_for{0};       // for how long the camera's thread has not had to wait for data
  Nanoseconds still_for{0};      // for how long the picture has not changed: picture_probe.h
  float brightness = 0, contrast = 0;
};

// A copy, taken at one moment; fields are read one by one.
struct CameraStats {
  CameraState state = CameraState::not_started;
  std::optional<Condition> reason{};  // why no frames come; nothing while they do
  std::string message{};         // the last failure, redacted, or what is waited for; empty while frames come
  UtcTime since{};               // so it is: the state, or, over several tries, the reason
  StartStep step{};              // of STARTING
  Nanoseconds step_for{0};       // for how long it has been in it
  std::uint64_t job_starts = 0;  // times the source was opened, or tried to be
  std::uint64_t frames_decoded = 0;  // handed to the sink
  // Lost for lack of a buffer: the decoder was refused one, or too few were left for it (the frame was
  // decoded, then discarded), or a reference frame had been lost in this way.
  std::uint64_t frames_dropped_no_buffer = 0;
  std::uint64_t decoding_soft_errors = 0;  // broken packets and damaged frames
  // Not decoded or not shown: before the first clean start of a connection, and from a soft error to the
  // next.
  std::uint64_t frames_dropped_damaged = 0;
  std::uint64_t packets_lost = 0;  // RTP: numbers that were left out, on the way or by the camera itself
  // The connection was given up and made anew at once, without a back-off: see reopening.h.
  std::uint64_t reopened = 0;
  std::uint64_t stamps_corrected = 0;           // of live sources: frames whose time stamp was not believed
  DecoderKind decoder = DecoderKind::software;  // in use, or used last
  std::uint64_t hwaccel_fallbacks = 0;  // times that hardware failed, and the CPU went on instead of it
  std::uint64_t frames_hibernated = 0;  // not decoded, because nobody was in view: hibernation.h
  std::uint64_t frames_overload_undecoded = 0;  // not decoded for lack of time: no other picture needs them
  std::uint64_t frames_disposable = 0;          // that no other picture needs, decoded or not, while awake
  IdleMode idle = IdleMode::none;               // what it does, if it may hibernate
  bool may_sleep = false;  // nobody is in view, and its packets would tell if somebody came
  // The camera's clock less this machine's, by its RTCP sender reports; nothing: it sends none, or frames do
  // not come.
  std::optional<Nanoseconds> clock_skew{};
  Signal signal{};      // of a live source
  int frame_width = 0;  // of the newest frame; 0: none yet
  int frame_height = 0;
  // Packets come, and since then (steady clock) no picture that can be shown; nothing: pictures come, or not
  // even packets do.
  std::optional<SteadyTime> no_picture_since;
};

// The same, written by the camera's thread while others read.
struct CaptureCounters {
  std::atomic<CameraState> state{CameraState::not_started};
  std::atomic<StartStep> step{StartStep::turn};
  std::atomic<SteadyTime> step_since{};
  std::atomic<std::uint64_t> job_starts{0}, frames_decoded{0}, frames_dropped_no_buffer{0},
      decoding_soft_errors{0}, frames_dropped_damaged{0}, stamps_corrected{0}, packets_lost{0}, reopened{0},
      hwaccel_fallbacks{0}, frames_hibernated{0}, frames_overload_undecoded{0}, frames_disposable{0};
  std::atomic<bool> may_sleep{false};
  std::atomic<IdleMode> idle_mode{IdleMode::none};
  std::atomic<std::uint32_t> idle_told{0};  // the modes that the log has said, as bits
  std::atomic<DecoderKind> decoder{DecoderKind::software};
  std::atomic<int> frame_width{0}, frame_height{0};
  // Signal's.
  std::atomic<bool> is_live{false};
  std::atomic<Nanoseconds::rep> key_interval{0}, decoded_after{0}, busy_for{0}, still_for{0};
  std::atomic<SteadyTime> key_came{SteadyTime()};  // SteadyTime(): none has come
  std::atomic<float> brightness{0}, contrast{0};
  static constexpr Nanoseconds::rep kNoSkew = std::numeric_limits<Nanoseconds::rep>::min();
  std::atomic<Nanoseconds::rep> clock_skew{kNoSkew};
  std::atomic<std::int64_t> no_picture_since{0};  // steady nanoseconds; 0: see CameraStats
};

// Only the camera's thread writes, so no read-modify-write is needed.
inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t more = 1) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace vigia::camera
