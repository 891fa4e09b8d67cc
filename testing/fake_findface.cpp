#include "testing/fake_findface.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/ssl.h>

#include <atomic>
#include <map>
#include <optional>

#include "base/mutex.h"
#include "testing/event_check.h"
#include "testing/fault_plan.h"
#include "testing/findface_rules.h"
#include "testing/http_loop.h"
#include "testing/server_sockets.h"

namespace vigia::testing {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kAddPath = "/events/faces/add/";
constexpr std::size_t kMidBody = 1000;  // bytes before a fault in the middle of a body

}  // namespace

class FakeFindFace::Server {
 public:
  FindFaceRules rules;
  FaultPlan faults;

  explicit Server(FakeFindFaceOptions options) : rules(options), options_(std::move(options)) {
    if (!options_.cert_file.empty()) {
      auto https =
          std::make_unique<httplib::SSLServer>(options_.cert_file.c_str(), options_.key_file.c_str());
      tls_ = https->is_valid() ? https->ssl_context() : nullptr;
      http_ = std::move(https);
    } else {
      http_ = std::make_unique<httplib::Server>();
    }
    loop_ = std::make_unique<HttpLoop>(*http_);
  }

  ~Server() { go_down(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status start() {
    if (!http_->is_valid()) return Error{ErrorCode::invalid, "the certificate or its key cannot be read"};
    if (tls_ != nullptr) {  // each connection shows the certificate: nothing is resumed
      SSL_CTX_set_num_tickets(tls_, 0);
      SSL_CTX_set_options(tls_, SSL_OP_NO_TICKET);
      SSL_CTX_set_session_cache_mode(tls_, SSL_SESS_CACHE_OFF);
    }
    http_->set_keep_alive_max_count(1000000);
    http_->set_tcp_nodelay(true);
    http_->new_task_queue = [] { return new httplib::ThreadPool(24); };  // the library takes it over
    add_routes();
    Status opened = loop_->open(options_.port);
    port_ = loop_->port();
    return opened;
  }

  void go_down() {
    faults.end_waits();
    loop_->close();
  }
  Status come_up() {
    faults.allow_waits();
    return loop_->open();
  }
  Status use_certificate(const std::string& cert_file, const std::string& key_file) {
    go_down();
    if (tls_ == nullptr || SSL_CTX_use_certificate_chain_file(tls_, cert_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      return Error{ErrorCode::invalid, "the certificate or its key cannot be read"};
    }
    return come_up();
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool tls() const { return tls_ != nullptr; }
  // path "": to any.
  [[nodiscard]] int requests(const std::string& path) const {
    MutexLock lock(mutex_);
    int count = 0;
    for (const auto& [asked, times] : requests_) count += path.empty() || asked == path ? times : 0;
    return count;
  }
  [[nodiscard]] bool saw_expect_header() const {
    MutexLock lock(mutex_);
    return saw_expect_;
  }

 private:
  void add_routes() {
    http_->set_pre_routing_handler(
        [this](const Request& request, Response& response) { return before(request, response); });
    http_->set_exception_handler(
        [this](const Request& request, Response& response, const std::exception_ptr&) {
          rules.violation(request.path + ": a request that cannot be read");
          response.status = 500;
        });
    http_->Post("/auth/login/", [this](const Request& q, Response& r) {
      faults.answer(q, r, port_, [&] { rules.log_in(q, r, port_); });
    });
    http_->Post("/auth/logout/", [this](const Request& q, Response& r) {
      faults.answer(q, r, port_, [&] { rules.log_out(q, r); });
    });
    http_->Get("/camera-groups/", [this](const Request& q, Response& r) {
      faults.answer(q, r, port_, [&] { rules.list_groups(q, r); });
    });
    http_->Get("/cameras/", [this](const Request& q, Response& r) {
      faults.answer(q, r, port_, [&] { rules.list_cameras(q, r); });
    });
    http_->Get("/events/faces/", [this](const Request& q, Response& r) {
      faults.answer(q, r, port_, [&] { rules.list_events(q, r); });
    });
    http_->Post(kAddPath, [this](const Request& q, Response& r, const httplib::ContentReader& body) {
      const std::optional<std::vector<FormPart>> parts = read_parts(q, body);
      if (parts) faults.answer(q, r, port_, [&] { rules.add_event(q, r, *parts); });
    });
  }

  // Called before the body is read. Counts the request and chooses its fault.
  httplib::Server::HandlerResponse before(const Request& request, Response& response) {
    {
      MutexLock lock(mutex_);
      ++requests_[request.path];
      saw_expect_ = saw_expect_ || request.has_header("Expect");
    }
    if (!faults.begin(request)) return httplib::Server::HandlerResponse::Unhandled;
    reset_connections(port_, request.remote_port);
    response.status = 500;
    return httplib::Server::HandlerResponse::Handled;
  }

  // Nothing: the connection is gone.
  std::optional<std::vector<FormPart>> read_parts(const Request& request,
                                                  const httplib::ContentReader& body) {
    const std::optional<Fault> fault = faults.of(request);
    const bool hangs = fault && fault->kind == Fault::Kind::hang_mid_body;
    const bool cut = hangs || (fault && fault->kind == Fault::Kind::reset_mid_body);
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
      if (hangs) faults.hang();
      reset_connections(port_, request.remote_port);
      return std::nullopt;
    }
    // A client that is killed, or a server that goes down, leaves half a body: this is not a violation.
    if (!whole && !connection_lives(port_, request.remote_port)) return std::nullopt;
    if (!whole || !request.is_multipart_form_data())
      rules.violation("an event that is not well-formed multipart/form-data");
    return parts;
  }

  // Constant after start().
  const FakeFindFaceOptions options_;
  std::unique_ptr<httplib::Server> http_;
  SSL_CTX* tls_ = nullptr;     // http_'s
  std::atomic<int> port_ = 0;  // handlers run before start() knows it

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::map<std::string, int> requests_ GUARDED_BY(mutex_);
  bool saw_expect_ GUARDED_BY(mutex_) = false;

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
  server_->rules.add_group(std::move(group));
}
void FakeFindFace::add_camera(FakeCamera camera) {
  server_->rules.add_camera(std::move(camera));
}
void FakeFindFace::remove_camera(std::int64_t id) {
  server_->rules.remove_camera(id);
}
void FakeFindFace::set_camera_token(std::int64_t id, std::string token) {
  server_->rules.set_camera_token(id, std::move(token));
}
void FakeFindFace::inject(const std::string& path, Fault fault, int times) {
  server_->faults.inject(path, std::move(fault), times);
}
void FakeFindFace::clear_faults() {
  server_->faults.clear();
}
void FakeFindFace::go_down() {
  server_->go_down();
}
Status FakeFindFace::come_up() {
  return server_->come_up();
}
Status FakeFindFace::use_certificate(const std::string& cert_file, const std::string& key_file) {
  return server_->use_certificate(cert_file, key_file);
}
std::size_t FakeFindFace::event_count() const {
  return server_->rules.event_count();
}
void FakeFindFace::forget_tokens() {
  server_->rules.forget_tokens();
}
void FakeFindFace::reset_idle_connections() {
  reset_connections(server_->port());
}
std::vector<FakeEvent> FakeFindFace::events() const {
  return server_->rules.events();
}
int FakeFindFace::requests(const std::string& path) const {
  return server_->requests(path);
}
int FakeFindFace::requests() const {
  return server_->requests("");
}
std::vector<std::string> FakeFindFace::violations() const {
  return server_->rules.violations();
}
bool FakeFindFace::saw_expect_header() const {
  return server_->saw_expect_header();
}

}  // namespace vigia::testing
