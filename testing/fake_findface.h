// A FindFace Multi server for tests: real HTTP (or HTTPS) on loopback, in its own threads. It accepts only
// what the API's description allows: token and uuid rules, paging, lower-case booleans, each part of a posted
// event. It does not detect faces: every well-formed event is recorded.
//
//   auto server = FakeFindFace::start({});
//   (*server)->add_camera({.id = 7, .name = "gate", .comment = "rtsp://...", .token = "t7"});
//   (*server)->inject("/events/faces/add/", {.kind = Fault::Kind::answer, .status = 503}, 2);
//
// Threads: thread-safe. Its destructor resets all connections and waits for its threads.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace vigia::testing {

struct FakeGroup {
  std::int64_t id = 1;
  std::string name = "Default Camera Group";
  bool active = true;
};

struct FakeCamera {
  std::int64_t id = 0;
  std::int64_t group = 1;
  std::string name{};
  std::string comment{};  // the stream's URL
  std::string token{};
  std::string settings = "{}";  // external_detector_settings, JSON
  bool external_detector = true;
  bool active = true;
};

struct FakeEvent {
  std::int64_t id = 0;
  std::int64_t camera = 0;
  std::string timestamp;
  std::array<int, 4> roi{};  // left, top, right, bottom
  std::string jpeg;          // empty where keep_images is false
  std::size_t jpeg_bytes = 0;
};

struct Fault {
  enum class Kind {
    answer,             // status, body, headers instead of the real answer
    hang,               // reads the request, never answers
    hang_mid_body,      // stops reading in the middle of an event's body
    reset_before_body,  // the connection breaks after the request's head
    reset_mid_body,     // ... after some of its body
    reset_after_body,   // the request is executed, but the connection breaks instead of an answer
    reset_mid_headers,  // the request is executed, but the connection breaks inside the answer's head
    delay,              // the real answer, `delay` later
    slow,               // the real answer, a byte each `delay`
    garbage,            // bytes that are not HTTP; then the connection breaks
  };
  Kind kind = Kind::answer;
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers{};
  std::chrono::milliseconds delay{0};
};

// How next_page is written: as the list's own cursor, a URI, a query, a path, or always the same cursor.
enum class CursorForm { plain, uri, query, path, repeating };

struct FakeFindFaceOptions {
  int port = 0;  // 0: any
  std::string user = "admin", password = "admin";
  std::size_t page_size = 3;
  CursorForm cursor_form = CursorForm::plain;
  bool ignores_filters = false;  // like the public mock: active and camera_groups are ignored
  bool keep_images = true;
  std::chrono::seconds token_life{180 * 24 * 3600};
  std::string cert_file{}, key_file{};               // PEM: HTTPS with these
  std::function<void(const FakeEvent&)> on_event{};  // called on the server's threads
};

class FakeFindFace {
 public:
  static Result<std::unique_ptr<FakeFindFace>> start(FakeFindFaceOptions options);
  ~FakeFindFace();
  FakeFindFace(const FakeFindFace&) = delete;
  FakeFindFace& operator=(const FakeFindFace&) = delete;

  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:PORT"
  [[nodiscard]] int port() const;

  void add_group(FakeGroup group);
  void add_camera(FakeCamera camera);  // or changes the one of that id
  void remove_camera(std::int64_t id);
  void set_camera_token(std::int64_t id, std::string token);

  // The next `times` requests to this path get the fault (< 0: all). Faults of one path queue up; those of
  // the path "*" apply to requests whose own path has none.
  void inject(const std::string& path, Fault fault, int times = 1);
  void clear_faults();            // also current ones: hanging requests break off
  void forget_tokens();           // as after the server's restart: every token gets 401
  void reset_idle_connections();  // like a server that closes idle connections
  // Like a stopped program: connections break, new ones are refused. All data is kept. All three: one thread
  // at a time.
  void go_down();
  Status come_up();  // at the same port. Error: io
  // Goes down and comes up with another certificate. REQUIRES: it was started with one. Errors: invalid, io.
  Status use_certificate(const std::string& cert_file, const std::string& key_file);

  [[nodiscard]] std::vector<FakeEvent> events() const;
  [[nodiscard]] std::size_t event_count() const;
  // Number of requests, including those that got a fault.
  [[nodiscard]] int requests(const std::string& path) const;
  // Violations of the API description, one line each.
  [[nodiscard]] std::vector<std::string> violations() const;
  [[nodiscard]] int requests() const;  // to any path
  [[nodiscard]] bool saw_expect_header() const;

 private:
  class Server;
  explicit FakeFindFace(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace vigia::testing
