// /api/v1/stream: tells each listener what has changed since it was last told. What has changed is worked out
// once for all of them; a listener is a few numbers and the text that it has not taken yet, so a slow one
// costs nothing: it is told the newest state when it is ready.
// Cost: while somebody listens, a snapshot each 250 ms and the JSON of what changed each second.
// Threads: owner thread only. The streams must not outlive it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/answers.h"
#include "web/current_state.h"
#include "web/events.h"
#include "web/message.h"

namespace vigia::web {

class Changes {
 public:
  static constexpr int kMostListeners = 32;
  static constexpr Nanoseconds kTick = std::chrono::milliseconds(250);
  static constexpr Nanoseconds kAlive = std::chrono::seconds(15);

  // viewers: of pictures, for Status. All must outlive it.
  Changes(CurrentState& figures, Events& events, Clock& clock, std::string version,
          std::function<int()> viewers);

  // nullptr: there are too many. last_event_id: as it was sent.
  std::unique_ptr<EndlessBody> open(const std::optional<std::string>& last_event_id);
  [[nodiscard]] int listeners() const { return listeners_; }
  // Looks for changes; call it each kTick while there are listeners.
  void tick(SteadyTime now);

 private:
  friend class Listener;
  struct Row {
    Json json;
    std::map<std::string, std::uint64_t> changed;  // field: the version in which it changed
  };
  void publish(SteadyTime now);
  void publish_cameras();
  [[nodiscard]] std::string signs() const;
  // Of what changed after that version; 0: all.
  [[nodiscard]] std::string cameras_since(std::uint64_t version) const;

  // Constant after construction.
  CurrentState& figures_;
  Events& events_;
  Clock& clock_;
  const std::string program_version_;
  const std::function<int()> viewers_;

  int listeners_ = 0;
  std::uint64_t version_ = 0;  // of all that is published
  std::optional<SteadyTime> published_, polled_;
  std::string signs_;  // what is told at once when it changes
  std::string status_, receivers_;
  std::uint64_t receivers_version_ = 0;
  std::vector<std::string> order_;                          // of the cameras
  std::map<std::string, Row> rows_;                         // by name
  std::deque<std::pair<std::uint64_t, std::string>> gone_;  // the newest 100 cameras without a row
  EventFeed feed_;
};

}  // namespace vigia::web
