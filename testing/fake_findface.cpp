#include "testing/fake_findface.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <set>

#include "base/clock.h"
#include "base/mutex.h"
#include "testing/event_check.h"
#include "testing/http_loop.h"
#include "testing/server_sockets.h"

namespace vigia::testing {
namespace {

using Json = nlohmann::json;
using httplib::Request;
using httplib::Response;

constexpr const char* kAddPath = "/events/faces/add/";
constexpr std::size_t kMidBody = 1000;  // bytes until reset_mid_body

void answer_error(Response& response, int status, std::string_view code, std::string_view desc,
                  std::string_view param = "") {
  Json body{{"traceback", ""}, {"code", code}, {"desc", desc}};
  if (!param.empty()) body["param"] = param;
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

Json camera_json(const FakeCamera& camera) {
  return {{"id", camera.id},
          {"group", camera.group},
          {"active", camera.active},
          {"name", camera.name},
          {"comment", camera.comment},
          {"url", nullptr},
          {"external_detector", camera.external_detector},
          {"external_detector_token", camera.token},
          {"external_detector_settings", Json::object()},
          {"created_date", "2024-06-20T04:27:12.705409Z"},
          {"modified_date", "2024-06-20T04:27:12.705432Z"},
          {"health_status", {{"enabled", true}}},
          {"screenshot", "http://127.0.0.1/none.jpg"}};
}

std::string next_page_text(CursorForm form, std::size_t offset) {
  // With characters that a query must escape.
  const std::string cursor = fmt::format("o={}&+/", offset);
  const std::string escaped = fmt::format("o%3D{}%26%2B%2F", offset);
  switch (form) {
    case CursorForm::plain:
      return cursor;
    case CursorForm::uri:
      return "https://127.0.0.1/cameras/?limit=200&page=" + escaped + "&x=1";
    case CursorForm::query:
      return "?page=" + escaped;
    case CursorForm::path:
      return "/cameras/?page=" + escaped;
    case CursorForm::repeating:
      return "o=0&+/";
  }
  return "";
}

std::size_t offset_of(const Request& request) {
  const std::string page = request.has_param("page") ? request.get_param_value("page") : "o=0&+/";
  std::size_t offset = 0;
  std::sscanf(page.c_str(), "o=%zu", &offset);
  return page == fmt::format("o={}&+/", offset) ? offset : static_cast<std::size_t>(-1);
}

}  // namespace

class FakeFindFace::Server {
 public:
  explicit Server(FakeFindFaceOptions options) : options_(std::move(options)) {
    const bool tls = !options_.cert_file.empty();
    http_ = tls ? std::make_unique<httplib::SSLServer>(options_.cert_file.c_str(), options_.key_file.c_str())
                : std::make_unique<httplib::Server>();
    loop_ = std::make_unique<HttpLoop>(*http_);
    add_group({});
  }

  ~Server() { go_down(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status start() {
    if (!http_->is_valid()) return Error{ErrorCode::invalid, "the certificate or its key cannot be read"};
    http_->set_keep_alive_max_count(1000000);
    http_->set_tcp_nodelay(true);
    http_->new_task_queue = [] { return new httplib::ThreadPool(24); };  // the library takes it over
    add_routes();
    Status opened = loop_->open(options_.port);
    port_ = loop_->port();
    return opened;
  }

  void go_down() {
    {
      MutexLock lock(mutex_);
      ++times_down_;
      waits_.request_stop();
    }
    loop_->close();
  }
  Status come_up() {
    {
      MutexLock lock(mutex_);
      waits_ = std::stop_source();
    }
    return loop_->open();
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool tls() const { return !options_.cert_file.empty(); }

  void add_group(FakeGroup group) {
    MutexLock lock(mutex_);
    groups_[group.id] = std::move(group);
  }
  void add_camera(FakeCamera camera) {
    MutexLock lock(mutex_);
    cameras_[camera.id] = std::move(camera);
  }
  void set_camera_token(std::int64_t id, std::string token) {
    MutexLock lock(mutex_);
    cameras_[id].token = std::move(token);
  }
  void inject(const std::string& path, Fault fault, int times) {
    MutexLock lock(mutex_);
    faults_[path].push_back({std::move(fault), times});
  }
  void clear_faults() {
    MutexLock lock(mutex_);
    faults_.clear();
    current_.clear();
    waits_.request_stop();  // who hangs, hangs no longer
    waits_ = std::stop_source();
  }
  void forget_tokens() {
    MutexLock lock(mutex_);
    token_of_uuid_.clear();
  }
  [[nodiscard]] std::vector<FakeEvent> events() const {
    MutexLock lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::size_t event_count() const {
    MutexLock lock(mutex_);
    return events_.size();
  }
  [[nodiscard]] int requests(const std::string& path) const {
    MutexLock lock(mutex_);
    const auto found = requests_.find(path);
    return found == requests_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::vector<std::string> violations() const {
    MutexLock lock(mutex_);
    return violations_;
  }
  [[nodiscard]] bool saw_expect_header() const {
    MutexLock lock(mutex_);
    return saw_expect_;
  }

 private:
  struct Planned {
    Fault fault;
    int times;
  };

  void add_routes() {
    http_->set_pre_routing_handler(
        [this](const Request& request, Response& response) { return before(request, response); });
    http_->set_exception_handler(
        [this](const Request& request, Response& response, const std::exception_ptr&) {
          violation(request.path + ": a request that cannot be read");
          response.status = 500;
        });
    http_->Post("/auth/login/",
                [this](const Request& q, Response& r) { answer(q, r, [&] { log_in(q, r); }); });
    http_->Post("/auth/logout/",
                [this](const Request& q, Response& r) { answer(q, r, [&] { log_out(q, r); }); });
    http_->Get("/camera-groups/",
               [this](const Request& q, Response& r) { answer(q, r, [&] { list_groups(q, r); }); });
    http_->Get("/cameras/",
               [this](const Request& q, Response& r) { answer(q, r, [&] { list_cameras(q, r); }); });
    http_->Get("/events/faces/",
               [this](const Request& q, Response& r) { answer(q, r, [&] { list_events(q, r); }); });
    http_->Post(kAddPath, [this](const Request& q, Response& r, const httplib::ContentReader& body) {
      const std::optional<std::vector<FormPart>> parts = read_parts(q, body);
      if (parts) answer(q, r, [&] { add_event(q, r, *parts); });
    });
  }

  // Before the body is read. Counts, and chooses the fault that this request meets.
  httplib::Server::HandlerResponse before(const Request& request, Response& response) {
    bool reset = false;
    {
      MutexLock lock(mutex_);
      ++requests_[request.path];
      saw_expect_ = saw_expect_ || request.has_header("Expect");
      current_.erase(request.remote_port);
      auto& planned = faults_[request.path];
      if (!planned.empty()) {
        const Fault fault = planned.front().fault;
        if (planned.front().times > 0 && --planned.front().times == 0) planned.pop_front();
        current_[request.remote_port] = fault;
        reset = fault.kind == Fault::Kind::reset_before_body;
      }
    }
    if (!reset) return httplib::Server::HandlerResponse::Unhandled;
    reset_connections(port_, request.remote_port);
    response.status = 500;
    return httplib::Server::HandlerResponse::Handled;
  }

  [[nodiscard]] std::optional<Fault> fault_of(const Request& request, std::stop_token* over = nullptr) const {
    MutexLock lock(mutex_);
    if (over != nullptr) *over = waits_.get_token();
    const auto found = current_.find(request.remote_port);
    return found == current_.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] int times_down() const {
    MutexLock lock(mutex_);
    return times_down_;
  }

  // The real answer, or what the fault makes of it.
  template <class Real>
  void answer(const Request& request, Response& response, Real real) {
    std::stop_token over;  // taken with the fault, so that no fault outlives the end of all
    const std::optional<Fault> fault = fault_of(request, &over);
    if (!fault) return real();
    switch (fault->kind) {
      case Fault::Kind::answer:
        response.status = fault->status;
        response.set_content(fault->body, fault->content_type);
        for (const auto& [name, value] : fault->headers) response.set_header(name, value);
        return;
      case Fault::Kind::delay:
        system_clock().sleep_for(fault->delay, over);
        return real();
      case Fault::Kind::hang:
        system_clock().sleep_for(std::chrono::hours(1), over);
        break;
      case Fault::Kind::reset_after_body:
        real();
        break;
      case Fault::Kind::reset_mid_body:
      case Fault::Kind::reset_before_body:
        break;
    }
    reset_connections(port_, request.remote_port);
  }

  // Nothing: the connection is gone.
  std::optional<std::vector<FormPart>> read_parts(const Request& request,
                                                  const httplib::ContentReader& body) {
    const std::optional<Fault> fault = fault_of(request);
    const bool cut = fault && fault->kind == Fault::Kind::reset_mid_body;
    const int times_down_before = times_down();
    std::vector<FormPart> parts;
    std::size_t read = 0;
    const auto begin = [&parts](const httplib::MultipartFormData& part) {
      parts.push_back({part.name, part.filename, part.content_type, ""});
      return true;
    };
    const auto more = [&](const char* data, std::size_t size) {
      read += size;
      if (cut && read > kMidBody) return false;
      if (!parts.empty()) parts.back().content.append(data, size);
      return true;
    };
    const bool whole = request.is_multipart_form_data() ? body(begin, more) : body(more);
    if (cut) {
      reset_connections(port_, request.remote_port);
      return std::nullopt;
    }
    if (!whole && times_down() != times_down_before) return std::nullopt;
    if (!whole || !request.is_multipart_form_data())
      violation("an event that is not well-formed multipart/form-data");
    return parts;
  }

  void log_in(const Request& request, Response& response) {
    const std::string expected =
        httplib::make_basic_authentication_header(options_.user, options_.password).second;
    if (request.get_header_value("Authorization") != expected) {
      return answer_error(response, 401, "UNAUTHORIZED", "Invalid username/password.");
    }
    const Json body = Json::parse(request.body, nullptr, false);
    const bool has_uuid = body.is_object() && body.contains("uuid") && body["uuid"].is_string() &&
                          !body["uuid"].get<std::string>().empty() &&
                          body["uuid"].get<std::string>().size() <= 256;
    if (!has_uuid) return answer_error(response, 400, "BAD_PARAM", "This field is required.", "uuid");
    const std::string expires = format_utc(system_clock().utc_now() + options_.token_life);
    MutexLock lock(mutex_);
    // One token a uuid: the one before ends here.
    const std::string token = fmt::format("session-token-{}-{}", port_, ++logins_);
    token_of_uuid_[body["uuid"].get<std::string>()] = token;
    response.set_content(
        Json{{"user", {{"id", 1}}}, {"token", token}, {"token_expiration_datetime", expires}}.dump(),
        "application/json");
  }

  bool authorised(const Request& request, Response& response) {
    const std::string given = request.get_header_value("Authorization");
    if (given.empty()) {
      answer_error(response, 401, "UNAUTHORIZED", "Authentication credentials were not provided.");
      return false;
    }
    MutexLock lock(mutex_);
    for (const auto& [uuid, token] : token_of_uuid_) {
      if (given == "Token " + token) return true;
    }
    answer_error(response, 401, "UNAUTHORIZED", "Invalid token.");
    return false;
  }

  void log_out(const Request& request, Response& response) {
    if (!authorised(request, response)) return;
    const std::string given = request.get_header_value("Authorization");
    MutexLock lock(mutex_);
    std::erase_if(token_of_uuid_, [&](const auto& entry) { return given == "Token " + entry.second; });
    response.status = 204;
  }

  void list_groups(const Request& request, Response& response) {
    if (!authorised(request, response)) return;
    Json results = Json::array();
    MutexLock lock(mutex_);
    for (const auto& [id, group] : groups_) {
      results.push_back({{"id", id}, {"name", group.name}, {"active", group.active}, {"comment", ""}});
    }
    response.set_content(Json{{"results", results}}.dump(), "application/json");
  }

  bool selected(const FakeCamera& camera, const Request& request) const {
    // Booleans are compared with "true": "True" selects nothing.
    const auto matches = [&](const char* name, bool value) {
      return !request.has_param(name) || (request.get_param_value(name) == "true") == value;
    };
    if (request.has_param("external_detector") && request.get_param_value("external_detector") == "True")
      return false;
    if (!matches("external_detector", camera.external_detector)) return false;
    if (options_.ignores_filters) return true;
    const auto one_of = [&](const char* name, std::int64_t value) {
      bool found = !request.has_param(name);
      for (std::size_t i = 0; i < request.get_param_value_count(name); ++i) {
        found = found || request.get_param_value(name, i) == std::to_string(value);
      }
      return found;
    };
    return matches("active", camera.active) && one_of("camera_groups", camera.group) &&
           one_of("id_in", camera.id);
  }

  void list_cameras(const Request& request, Response& response) {
    if (!authorised(request, response)) return;
    const std::size_t offset = offset_of(request);
    if (offset == static_cast<std::size_t>(-1)) {
      violation("/cameras/: a page cursor that was never given: " + request.get_param_value("page"));
      return answer_error(response, 400, "BAD_PARAM", "Invalid cursor.", "page");
    }
    Json results = Json::array();
    Json next;
    std::size_t number = 0;
    MutexLock lock(mutex_);
    for (const auto& [id, camera] : cameras_) {
      if (!selected(camera, request) || number++ < offset) continue;
      if (results.size() == options_.page_size) {
        next = next_page_text(options_.cursor_form, offset + options_.page_size);
        break;
      }
      results.push_back(camera_json(camera));
    }
    response.set_content(Json{{"next_page", next}, {"prev_page", nullptr}, {"results", results}}.dump(),
                         "application/json");
  }

  void add_event(const Request& request, Response& response, const std::vector<FormPart>& parts) {
    if (!authorised(request, response)) return;
    EventAnswer result = check_event(parts, [this](std::int64_t id) -> std::optional<FakeCamera> {
      MutexLock lock(mutex_);
      const auto found = cameras_.find(id);
      return found == cameras_.end() ? std::nullopt : std::optional(found->second);
    });
    if (result.violation) violation(fmt::format("{}: {}: {}", kAddPath, result.param, result.desc));
    if (!result.event) return answer_error(response, result.status, result.code, result.desc, result.param);
    FakeEvent event = std::move(*result.event);
    if (!options_.keep_images) event.jpeg.clear();
    {
      MutexLock lock(mutex_);
      event.id = static_cast<std::int64_t>(events_.size()) + 1;
      events_.push_back(event);
    }
    if (options_.on_event) options_.on_event(event);
    response.set_content(Json{{"events", {std::to_string(event.id)}}, {"errors", Json::array()}}.dump(),
                         "application/json");
  }

  void list_events(const Request& request, Response& response) {
    if (!authorised(request, response)) return;
    Json results = Json::array();
    MutexLock lock(mutex_);
    for (const FakeEvent& event : events_) {
      if (request.has_param("cameras") && request.get_param_value("cameras") != std::to_string(event.camera))
        continue;
      results.push_back(
          {{"id", std::to_string(event.id)}, {"camera", event.camera}, {"created_date", event.timestamp}});
    }
    response.set_content(Json{{"next_page", nullptr}, {"count", results.size()}, {"results", results}}.dump(),
                         "application/json");
  }

  void violation(std::string text) {
    MutexLock lock(mutex_);
    violations_.push_back(std::move(text));
  }

  // Constant after start().
  const FakeFindFaceOptions options_;
  std::unique_ptr<httplib::Server> http_;
  int port_ = 0;

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::int64_t, FakeGroup> groups_ GUARDED_BY(mutex_);
  std::map<std::int64_t, FakeCamera> cameras_ GUARDED_BY(mutex_);
  std::map<std::string, std::string> token_of_uuid_ GUARDED_BY(mutex_);
  std::map<std::string, std::deque<Planned>> faults_ GUARDED_BY(mutex_);
  std::map<int, Fault> current_ GUARDED_BY(mutex_);  // by the client's port: the fault of the request in hand
  std::map<std::string, int> requests_ GUARDED_BY(mutex_);
  std::vector<FakeEvent> events_ GUARDED_BY(mutex_);
  std::vector<std::string> violations_ GUARDED_BY(mutex_);
  int logins_ GUARDED_BY(mutex_) = 0;
  bool saw_expect_ GUARDED_BY(mutex_) = false;
  int times_down_ GUARDED_BY(mutex_) = 0;
  std::stop_source waits_ GUARDED_BY(mutex_);  // of requests that hang or are late

  std::unique_ptr<HttpLoop> loop_;  // last: its threads use the rest
};

Result<std::unique_ptr<FakeFindFace>> FakeFindFace::start(FakeFindFaceOptions options) {
  auto server = std::make_unique<Server>(std::move(options));
  if (Status started = server->start(); !started) return started.error();
  return std::unique_ptr<FakeFindFace>(new FakeFindFace(std::move(server)));  // NOLINT: private constructor
}

FakeFindFace::FakeFindFace(std::unique_ptr<Server> server) : server_(std::move(server)) {}
FakeFindFace::~FakeFindFace() = default;

std::string FakeFindFace::url() const {
  return fmt::format("{}://127.0.0.1:{}", server_->tls() ? "https" : "http", server_->port());
}
int FakeFindFace::port() const {
  return server_->port();
}
void FakeFindFace::add_group(FakeGroup group) {
  server_->add_group(std::move(group));
}
void FakeFindFace::add_camera(FakeCamera camera) {
  server_->add_camera(std::move(camera));
}
void FakeFindFace::set_camera_token(std::int64_t id, std::string token) {
  server_->set_camera_token(id, std::move(token));
}
void FakeFindFace::inject(const std::string& path, Fault fault, int times) {
  server_->inject(path, std::move(fault), times);
}
void FakeFindFace::clear_faults() {
  server_->clear_faults();
}
void FakeFindFace::go_down() {
  server_->go_down();
}
Status FakeFindFace::come_up() {
  return server_->come_up();
}
std::size_t FakeFindFace::event_count() const {
  return server_->event_count();
}
void FakeFindFace::forget_tokens() {
  server_->forget_tokens();
}
void FakeFindFace::reset_idle_connections() {
  reset_connections(server_->port());
}
std::vector<FakeEvent> FakeFindFace::events() const {
  return server_->events();
}
int FakeFindFace::requests(const std::string& path) const {
  return server_->requests(path);
}
std::vector<std::string> FakeFindFace::violations() const {
  return server_->violations();
}
bool FakeFindFace::saw_expect_header() const {
  return server_->saw_expect_header();
}

}  // namespace vigia::testing
