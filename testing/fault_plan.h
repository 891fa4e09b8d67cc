// Decides which requests to a FakeFindFace get which fault, and changes the answers accordingly.
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
  // Removes all faults; hanging requests go on.
  void clear();
  // Ends all waits: while the server is down no request may hang.
  void end_waits();
  void allow_waits();

  // Called at the request's head: chooses its fault, and keeps it for answer(). True: break the connection at
  // once.
  bool begin(const httplib::Request& request);
  // The fault of the current request.
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
