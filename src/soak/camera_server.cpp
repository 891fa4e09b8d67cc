#include "soak/camera_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dice.h"

namespace vigia::soak {
namespace {

using namespace std::chrono_literals;

constexpr int kMostViewers = 16;
constexpr auto kLook = 50ms;  // how often a waiting viewer's connection is looked at
constexpr int kSlowness = 10;
constexpr auto kWatched = 2s;

}  // namespace

// One connection: called again and again by its thread, a packet at a time.
class CameraServer::Viewer {
 public:
  Viewer(CameraServer& camera, std::unique_ptr<TsStream> stream, State state)
      : camera_(camera),
        stream_(std::move(stream)),
        state_(state),
        dice_({camera.show_.seed, static_cast<std::uint64_t>(camera.viewers_.load())}) {}
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // False: the connection is to be closed.
  bool step(httplib::DataSink& sink) {
    if (!wait_until(stream_->due()) || !follow(sink)) return false;
    Result<std::string> bytes = stream_->next();
    if (!bytes) return false;
    if (!state_.fault) return send(sink, *bytes, true);
    switch (*state_.fault) {
      case CameraFault::freeze:
        return freeze(sink, *bytes);
      case CameraFault::garbage:
        std::generate(bytes->begin(), bytes->end(), [this] { return static_cast<char>(dice_.next()); });
        return send(sink, *bytes, false);
      case CameraFault::cut:
        bytes->resize(static_cast<std::size_t>(dice_.below(static_cast<int>(bytes->size()))));
        return send(sink, *bytes, false);
      case CameraFault::slow:
        return send_slowly(sink, *bytes);
      default:
        return send(sink, *bytes, true);
    }
  }

 private:
  static bool send(httplib::DataSink& sink, std::string_view bytes) {
    return bytes.empty() || sink.write(bytes.data(), bytes.size());
  }
  bool send(httplib::DataSink& sink, std::string_view bytes, bool sound) {
    if (!send(sink, bytes)) return false;
    if (sound) camera_.last_picture_ = camera_.now().count();
    return true;
  }

  // False: the state has changed, and the packet is due later.
  bool wait_until(Nanoseconds due) {
    while (true) {
      const Nanoseconds left = due - camera_.now();
      if (left <= 0ns || changed()) return !gone();
      camera_.wait(std::min<Nanoseconds>(left, kLook), state_);
    }
  }
  [[nodiscard]] bool changed() const {
    const State now = camera_.state();
    return now.fault != state_.fault || now.era != state_.era || now.closing;
  }
  [[nodiscard]] bool gone() const {
    const State now = camera_.state();
    return now.era != state_.era || now.closing;
  }
  // Reacts to a new state.
  bool follow(httplib::DataSink& sink) {
    const State now = camera_.state();
    if (now.era != state_.era || now.closing || !sink.is_writable()) return false;
    const auto& loop = camera_.loop_for(now.fault);
    if (&stream_->loop() != loop.get() && !stream_->change_to(loop)) return false;
    state_ = now;
    return wait_until(stream_->due());
  }

  // Sends half of a packet, then nothing until the fault is over or the other side has gone.
  bool freeze(httplib::DataSink& sink, const std::string& bytes) {
    if (!send(sink, std::string_view(bytes).substr(0, bytes.size() / 2))) return false;
    while (!changed()) {
      if (!sink.is_writable()) return false;
      camera_.wait(kLook, state_);
    }
    stream_->skip_to(camera_.now());
    return !gone();
  }

  bool send_slowly(httplib::DataSink& sink, const std::string& bytes) {
    const Nanoseconds step = std::clamp<Nanoseconds>(stream_->due() - camera_.now(), 10ms, 1s);
    const std::size_t piece = bytes.size() / kSlowness + 1;
    for (std::size_t sent = 0; sent < bytes.size() && !changed(); sent += piece) {
      if (!send(sink, std::string_view(bytes).substr(sent, piece))) return false;
      camera_.wait(step, state_);
    }
    if (changed()) stream_->skip_to(camera_.now());
    return !gone();
  }

  CameraServer& camera_;
  std::unique_ptr<TsStream> stream_;
  State state_;
  Dice dice_;
};

CameraServer::CameraServer(CameraShow show) : show_(std::move(show)), switched_on_(system_clock().now()) {}

CameraServer::~CameraServer() {
  {
    MutexLock lock(mutex_);
    state_.closing = true;
  }
  changed_.notify_all();
  loop_.close();
}

Result<std::unique_ptr<CameraServer>> CameraServer::start(CameraShow show) {
  std::unique_ptr<CameraServer> camera(new CameraServer(std::move(show)));  // NOLINT: private constructor
  camera->http_.set_tcp_nodelay(true);
  camera->http_.set_keep_alive_max_count(1);
  camera->http_.new_task_queue = [] { return new httplib::ThreadPool(kMostViewers); };  // the library's now
  camera->add_route();
  if (Status opened = camera->loop_.open(); !opened) return opened.error();
  return camera;
}

void CameraServer::add_route() {
  http_.Get("/cam", [this](const httplib::Request&, httplib::Response& response) {
    ++viewers_;
    const State at_start = state();
    auto stream = TsStream::start(loop_for(at_start.fault), now());
    if (!stream) {
      response.status = 500;
      return;
    }
    auto viewer = std::make_shared<Viewer>(*this, *std::move(stream), at_start);
    response.set_content_provider(
        "video/mp2t", [viewer](std::size_t, httplib::DataSink& sink) { return viewer->step(sink); });
  });
}

std::string CameraServer::url() const {
  return fmt::format("http://127.0.0.1:{}/cam", loop_.port());
}

Status CameraServer::begin(CameraFault kind) {
  change(kind, kind == CameraFault::kill || kind == CameraFault::resize);
  if (kind == CameraFault::kill) loop_.close();
  return ok_status();
}

Status CameraServer::end() {
  const std::optional<CameraFault> was = state().fault;
  change(std::nullopt, was == CameraFault::resize);
  return loop_.open();
}

void CameraServer::change(std::optional<CameraFault> fault, bool new_era) {
  {
    MutexLock lock(mutex_);
    state_.fault = fault;
    if (new_era) ++state_.era;
  }
  changed_.notify_all();
}

CameraServer::State CameraServer::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void CameraServer::wait(Nanoseconds at_most, const State& seen) const {
  MutexLock lock(mutex_);
  if (state_.fault != seen.fault || state_.era != seen.era || state_.closing) return;
  static_cast<void>(changed_.wait_for(lock, {}, at_most));
}

Nanoseconds CameraServer::now() const {
  return system_clock().now() - switched_on_ + show_.offset;
}

const std::shared_ptr<const Loop>& CameraServer::loop_for(std::optional<CameraFault> fault) const {
  const bool resized = fault == CameraFault::resize || fault == CameraFault::resize_live;
  return resized ? show_.other : show_.main;
}

bool CameraServer::is_watched() const {
  return now().count() - last_picture_ < Nanoseconds(kWatched).count();
}

}  // namespace vigia::soak
