// What the parts know of a camera's main stream, where faces are found on a smaller one (detect_url): the
// packets that are kept of it, and how often best shots came from it. Threads: `kept` and the counters are
// thread-safe; `offset`, `format` and `log` belong to the thread that takes close-ups.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "camera/kept_stream.h"
#include "closeup/stream_offset.h"

namespace vigia::closeup {

// Why a best shot was taken from the small stream instead.
enum class Fallback {
  away,         // the main stream is not connected
  gone,         // that moment is no longer kept, or never was: memory is short, or the ring too small
  late,         // it had not come by the time at which the shot could wait no longer
  other_view,   // the two streams show different views: cropped, another lens
  undecodable,  // its pictures of that moment cannot be decoded
  busy,         // too many shots were waiting
};
inline constexpr std::array<std::string_view, 6> kFallbackNames{"away",       "gone",        "late",
                                                                "other_view", "undecodable", "busy"};
constexpr std::string_view to_string(Fallback why) noexcept {
  return kFallbackNames.at(static_cast<std::size_t>(why));
}

struct MainStream {
  MainStream(memory::MemoryManager& memory, std::shared_ptr<memory::Account> account,
             camera::PacketRing::Limits limits)
      : kept(memory, std::move(account), limits) {}

  camera::KeptStream kept;

  // Pictures of best shots: from the main stream, and from the small one, by reason.
  std::atomic<std::uint64_t> taken{0};
  std::array<std::atomic<std::uint64_t>, kFallbackNames.size()> fallbacks{};
  // Of those taken: faces that were not found again in the larger picture, so their small boxes were scaled.
  std::atomic<std::uint64_t> not_found_again{0};
  std::atomic<std::uint64_t> pictures_decoded{0};  // for all of it

  StreamOffset offset;
  std::shared_ptr<const camera::StreamFormat> format;  // of the connection that the offset is of
  // Shots in a row for which the main stream showed another view; and, once there are many, when it is
  // searched again.
  int other_views = 0;
  SteadyTime look_again_at{};
  struct Log {
    std::optional<Fallback> last;  // of the last picture; nothing: taken, or none yet
    std::optional<SteadyTime> at;
  };
  Log log;
};

}  // namespace vigia::closeup
