// The data and the answers of a FindFace Multi server, by the API's description: logins and tokens, groups,
// cameras and their pages, events. It does not handle faults and connections.
// Threads: thread-safe.
#pragma once

#include <httplib.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "testing/event_check.h"
#include "testing/fake_findface.h"

namespace vigia::testing {

class FindFaceRules {
 public:
  explicit FindFaceRules(const FakeFindFaceOptions& options) : options_(options) { add_group({}); }

  void add_group(FakeGroup group);
  void add_camera(FakeCamera camera);
  void remove_camera(std::int64_t id);
  void set_camera_token(std::int64_t id, std::string token);
  void forget_tokens();
  [[nodiscard]] std::vector<FakeEvent> events() const;
  [[nodiscard]] std::size_t event_count() const;
  [[nodiscard]] std::vector<std::string> violations() const;
  void violation(std::string text);

  // server_port: a part of the tokens that it gives.
  void log_in(const httplib::Request& request, httplib::Response& response, int server_port);
  void log_out(const httplib::Request& request, httplib::Response& response);
  void list_groups(const httplib::Request& request, httplib::Response& response);
  void list_cameras(const httplib::Request& request, httplib::Response& response);
  void add_event(const httplib::Request& request, httplib::Response& response,
                 const std::vector<FormPart>& parts);
  void list_events(const httplib::Request& request, httplib::Response& response);

 private:
  bool authorised(const httplib::Request& request, httplib::Response& response);
  [[nodiscard]] bool selected(const FakeCamera& camera, const httplib::Request& request) const;

  // Constant after construction.
  const FakeFindFaceOptions options_;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::int64_t, FakeGroup> groups_ GUARDED_BY(mutex_);
  std::map<std::int64_t, FakeCamera> cameras_ GUARDED_BY(mutex_);
  std::map<std::string, std::string> token_of_uuid_ GUARDED_BY(mutex_);
  std::vector<FakeEvent> events_ GUARDED_BY(mutex_);
  std::vector<std::string> violations_ GUARDED_BY(mutex_);
  int logins_ GUARDED_BY(mutex_) = 0;
};

}  // namespace vigia::testing
