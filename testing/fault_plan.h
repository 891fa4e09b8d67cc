// Which requests of a FakeFindFace meet which fault, and what a fault makes of an answer.
// Threads: thread-safe.
#pragma once

#include <httplib.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "testing/fake_findface.h"

namespace vigia::testing {

class FaultPlan {
 public:
  void inject(const std::string& path, Fault fault, int times);
  // No faults any more; who hangs, hangs no longer.
  void clear();
  // While the server is down nobody may hang.
  void end_waits();
  void allow_waits();

  // At the request's head: chooses the fault that it meets, and keeps it for answer(). True: the connection
  // is to break at once.
  bool begin(const httplib::Request& request);
  // The fault of the request in hand.
  [[nodiscard]] std::optional<Fault> of(const httplib::Request& request) const;

  // Waits until the fault is over.
  void hang() const;
  // real: makes the real answer. server_port: whose connections are broken.
  void answer(const httplib::Request& request, httplib::Response& response, int server_port,
              const std::function<void()>& real) const;

 private:
  struct Planned {
    Fault fault;
    int times;
  };

  [[nodiscard]] std::stop_token over() const;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::string, std::deque<Planned>> faults_ GUARDED_BY(mutex_);
  std::map<int, Fault> current_ GUARDED_BY(mutex_);  // by the client's port: the fault of the request in hand
  std::stop_source waits_ GUARDED_BY(mutex_);        // of requests that hang or are late
};

}  // namespace vigia::testing
