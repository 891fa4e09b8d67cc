// The settings for sending shots to any receiver. Keys: delivery.*
#pragma once

#include <string>

namespace vigia::delivery {

struct DeliveryOptions {
  std::string
      directory;  // where faces are stored as files; empty: nowhere, or ./faces if there is no other receiver
  int senders = 2;                            // shots sent at a time, to each receiver
  int resend_unanswered = 1;                  // how often a shot that was not answered is sent again
  double stop_timeout = 10.0;                 // seconds that a stop waits for unsent shots
  std::string replay_order = "newest_first";  // or oldest_first: of shots that waited, after an outage
  double replay_rate = 20;                    // shots a second to each receiver, of those; 0: no limit

  bool operator==(const DeliveryOptions&) const = default;
};

}  // namespace vigia::delivery
