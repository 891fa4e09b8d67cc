// What can be wrong with a camera: one vocabulary for its state's reason, its counters, the log, the summary
// and everything that tells others. What a state is ("no video") and why ("refused") are two things: the same
// condition may hold while frames come (dark) or while none do (offline).
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace vigia::camera {

enum class Condition {
  offline,            // no connection, or nothing comes over it
  refused,            // it does not accept the login (401, 403)
  crashed,            // Vigia crashed at work for it, and waits before it tries again
  busy,               // it has no room for one more viewer (453, 503), or another program uses it
  no_key_frame,       // packets come, but none that a picture can begin with
  frozen,             // the same picture again and again
  dark,               // black, or covered
  damaged,            // too many broken frames
  clock_skew,         // its clock differs from this machine's, or runs at another speed
  sparse_key_frames,  // its key frames are so far apart that each loss costs seconds
  slow_decoder,       // this machine does not decode its frames as fast as they come
  no_faces,           // nobody, at an hour at which there usually is somebody
};

inline constexpr std::array kAllConditions{Condition::offline,      Condition::refused,
                                           Condition::crashed,      Condition::busy,
                                           Condition::no_key_frame, Condition::frozen,
                                           Condition::dark,         Condition::damaged,
                                           Condition::clock_skew,   Condition::sparse_key_frames,
                                           Condition::slow_decoder, Condition::no_faces};

// As it is written everywhere: in JSON, in metrics, in events.
constexpr std::string_view to_string(Condition condition) noexcept {
  constexpr std::array<std::string_view, kAllConditions.size()> kNames{
      "offline", "refused",    "crashed",           "busy",         "no_key_frame", "frozen", "dark",
      "damaged", "clock_skew", "sparse_key_frames", "slow_decoder", "no_faces"};
  return kNames.at(static_cast<std::size_t>(condition));
}

// What the operator can do about it, in one sentence's part.
constexpr std::string_view remedy(Condition condition) noexcept {
  constexpr std::array<std::string_view, kAllConditions.size()> kRemedies{
      "check its power, its network and the address in its url",
      "check its username and password, and what the account may see",
      "report the crash; until it is repaired, let the camera send another codec or size",
      "close another viewer, or let the camera accept more",
      "set its key frame interval to 1 to 4 s, and switch 'smart codec' (H.264+, H.265+) off",
      "restart the camera, and look whether its picture moves",
      "clean its lens, uncover it, or give it light",
      "lower its bit rate or its frame rate, and check the network between",
      "let the camera take its time from a server (NTP)",
      "set its key frame interval to 1 to 4 s, and switch 'smart codec' (H.264+, H.265+) off",
      "lower its resolution or its frame rate, or use its second stream",
      "look whether the camera still points at where people pass"};
  return kRemedies.at(static_cast<std::size_t>(condition));
}

}  // namespace vigia::camera
