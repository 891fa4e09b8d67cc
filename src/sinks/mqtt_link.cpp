#include "sinks/mqtt_link.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "base/log.h"
#include "http/look_up.h"

namespace vigia::sinks {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr Nanoseconds kLookUpTimeout = 10s;
constexpr Nanoseconds kAcknowledgeTimeout = 30s;
constexpr Nanoseconds kFarewellTimeout = 2s;
constexpr Nanoseconds kFirstPause = 1s;
constexpr Nanoseconds kLongestPause = 30s;
constexpr Nanoseconds kPauseUntilMended = 60s;
// After the last new camera: by then all cameras of the settings, or of FindFace's list, are known.
constexpr Nanoseconds kAllAreKnownAfter = 60s;
// After a connection that lasted less than this the pauses go on growing.
constexpr Nanoseconds kLasted = 10s;
constexpr auto kStep = 1000ms;
constexpr int kBrokeOff = std::numeric_limits<int>::max();  // has no number: it could not be sent whole

}  // namespace

MqttLink::MqttLink(MqttServer server, MqttMessage will, std::string birth_topic, std::string retained_file,
                   Clock& clock)
    : will_(std::move(will)),
      birth_topic_(std::move(birth_topic)),
      url_(server.url()),
      clock_(clock),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      server_(std::move(server)),
      retained_(std::move(retained_file)) {}

MqttLink::~MqttLink() = default;

void MqttLink::start() {
  MutexLock lock(mutex_);
  if (std::exchange(started_, true)) return;
  thread_ = Worker("mqtt", [this](const std::stop_token& stop) { run(stop); });
}

void MqttLink::wake() const {
  const std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: it is awake
}

MqttLink::Published MqttLink::publish(std::vector<MqttMessage> messages, const std::stop_token& stop,
                                      SteadyTime deadline) {
  MutexLock lock(mutex_);
  const auto request = ask(std::move(messages), deadline);
  while (!request->outcome && changed_.wait(lock, stop)) continue;
  if (request->outcome) return *request->outcome;
  std::erase(waiting_, request);
  return request->outcome.emplace(Published{Error{ErrorCode::cancelled, "stopped"}});
}

Status MqttLink::wait_for_connection(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (phase_ == Phase::connecting) {
    if (!changed_.wait(lock, stop)) return Error{ErrorCode::cancelled, "stopped"};
  }
  return phase_ == Phase::connected ? ok_status() : Status(why_away_);
}

std::shared_ptr<MqttLink::Request> MqttLink::ask(std::vector<MqttMessage> messages, SteadyTime deadline) {
  auto request = std::make_shared<Request>();
  request->messages = std::move(messages);
  request->deadline = deadline;
  if (phase_ == Phase::away) {
    finish(*request, why_away_);
    return request;
  }
  waiting_.push_back(request);
  wake();
  return request;
}

void MqttLink::keep(const std::string& topic, std::string payload) {
  MutexLock lock(mutex_);
  const auto [there, is_new] = kept_.try_emplace(topic);
  if (!is_new && there->second.payload == payload) return;
  there->second = {.payload = std::move(payload)};
  if (is_new && started_) last_new_ = clock_.now();
  wake();
}

void MqttLink::claim(const std::string& topic) {
  MutexLock lock(mutex_);
  claimed_.insert(topic);
}

void MqttLink::forget(const std::string& topic) {
  MutexLock lock(mutex_);
  claimed_.erase(topic);
  kept_[topic] = {.payload = ""};
  wake();
}

void MqttLink::close(MqttMessage farewell) {
  {
    MutexLock lock(mutex_);
    leaving_ = true;
    kept_.erase(farewell.topic);
    if (started_ && phase_ == Phase::connected) {
      ask({std::move(farewell)});
      changed_.wait_for(lock, {}, kFarewellTimeout);  // no acknowledgement: it was sent all the same
    }
  }
  thread_.request_stop();
  thread_.join();
}

void MqttLink::run(const std::stop_token& stop) {
  const std::stop_callback stopped(stop, [this] { wake(); });
  retained_.load();
  while (!stop.stop_requested()) {
    {
      MutexLock lock(mutex_);
      phase_ = Phase::connecting;
    }
    connected_at_ = SteadyTime::max();
    const Error why = serve(stop);
    const bool had_connected = connected_at_ != SteadyTime::max();
    const bool may_be_back = had_connected && why.code == ErrorCode::unavailable;
    connection_over(why, may_be_back ? Phase::connecting : Phase::away);
    if (stop.stop_requested()) break;
    if (why.code == ErrorCode::invalid && !std::exchange(server_.old_protocol, true)) continue;
    if (had_connected || !outage_said_) log::warn("MQTT {}: not connected, tried again: {}", url_, why.text);
    outage_said_ = true;
    clock_.sleep_for(pause_after(why, had_connected), stop);
  }
  connection_over({ErrorCode::cancelled, "stopped"}, Phase::away);  // for good
}

Nanoseconds MqttLink::pause_after(const Error& why, bool had_connected) {
  if (why.code == ErrorCode::refused) return kPauseUntilMended;
  const bool good = had_connected && clock_.now() - connected_at_ >= kLasted;
  pause_ = good || pause_ == Nanoseconds::zero() ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  return pause_;
}

Error MqttLink::serve(const std::stop_token& stop) {
  if (const auto known = http::look_up(server_.host, kLookUpTimeout, stop); !known) return known.error();
  auto begun = MqttClient::begin(server_, will_, *this);
  if (!begun) return begun.error();
  MqttClient& client = **begun;
  if (Status connected = wait_until_connected(client, clock_, stop); !connected) return connected.error();
  connection_made(client);
  while (!stop.stop_requested()) {
    if (Status sent = send_what_waits(client); !sent) return sent.error();
    if (std::any_of(sent_.begin(), sent_.end(), [now = clock_.now()](const auto& sent) {
          return now - sent.second->sent_at > kAcknowledgeTimeout;
        })) {
      return {ErrorCode::unavailable, "no acknowledgement in 30 s"};
    }
    if (Status stepped = client.step(wake_.get(), kStep); !stepped) return stepped.error();
  }
  if (is_leaving()) client.disconnect();
  return {ErrorCode::cancelled, "stopped"};
}

bool MqttLink::is_leaving() {
  MutexLock lock(mutex_);
  return leaving_;
}

void MqttLink::connection_made(MqttClient& client) {
  log::info("MQTT {}: connected", url_);
  connected_at_ = clock_.now();
  outage_said_ = false;
  refusal_said_ = false;
  if (!birth_topic_.empty()) {
    if (Status listens = client.subscribe(birth_topic_); !listens)
      log::warn("MQTT {}: {}", url_, listens.error().text);
  }
  MutexLock lock(mutex_);
  phase_ = Phase::connected;
  changed_.notify_all();
  for (auto& [topic, kept] : kept_) kept.due = true;
}

Status MqttLink::send_what_waits(MqttClient& client) {
  std::uint64_t calls = 0;
  if (::read(wake_.get(), &calls, sizeof calls) < 0) calls = 0;  // not woken: the time was over
  forget_earlier();
  retained_.remove(std::exchange(deleted_, {}));
  if (Status sent = send_kept(client); !sent) return sent;
  std::deque<std::shared_ptr<Request>> requests;
  {
    MutexLock lock(mutex_);
    requests.swap(waiting_);
  }
  for (std::size_t at = 0; at < requests.size(); ++at) {
    if (Status sent = send_request(client, requests[at]); !sent) {
      sent_.emplace(kBrokeOff, requests[at]);
      MutexLock lock(mutex_);
      waiting_.insert(waiting_.begin(), requests.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                      requests.end());
      return sent;
    }
  }
  return ok_status();
}

void MqttLink::forget_earlier() {
  if (earlier_forgotten_) return;
  MutexLock lock(mutex_);
  if (!last_new_ || clock_.now() - *last_new_ < kAllAreKnownAfter) return;
  earlier_forgotten_ = true;
  for (const std::string& topic : retained_.topics()) {
    if (!claimed_.contains(topic)) kept_.try_emplace(topic);  // an empty payload deletes it
  }
}

void MqttLink::note_retained(const std::vector<MqttMessage>& messages) {
  std::vector<std::string> topics;
  for (const MqttMessage& message : messages) {
    if (message.retain && !message.payload.empty()) topics.push_back(message.topic);
  }
  retained_.add(topics);
}

Status MqttLink::send_kept(MqttClient& client) {
  std::vector<MqttMessage> due;
  {
    MutexLock lock(mutex_);
    for (auto& [topic, kept] : kept_) {
      if (std::exchange(kept.due, false)) due.push_back({topic, kept.payload, true});
    }
  }
  note_retained(due);
  for (const MqttMessage& message : due) {
    const Result<int> number = client.publish(message);
    if (number) {
      others_sent_[*number] = {message.topic, nullptr};
      MutexLock lock(mutex_);
      if (const auto kept = kept_.find(message.topic); kept != kept_.end()) kept->second.number = *number;
    } else if (number.error().code == ErrorCode::unavailable) {
      return number.error();
    } else {
      log::warn("MQTT {}: {} is not published: {}", url_, message.topic, number.error().text);
    }
  }
  return ok_status();
}

// Error: the connection is over. A message that the broker refuses only ends its own request.
Status MqttLink::send_request(MqttClient& client, const std::shared_ptr<Request>& request) {
  request->sent_at = clock_.now();
  if (request->sent_at >= request->deadline) {
    MutexLock lock(mutex_);
    finish(*request, Error{ErrorCode::timeout, "the time to send it was over before there was a connection"});
    return ok_status();
  }
  note_retained(request->messages);
  request->sent = true;
  request->left_out = 0;
  for (const MqttMessage& message : request->messages) {
    const bool last = &message == &request->messages.back();
    const Result<int> number = client.publish(message);
    if (number) {
      if (last) {
        sent_[*number] = request;
      } else {
        others_sent_[*number] = {message.topic, request};
      }
      continue;
    }
    if (number.error().code == ErrorCode::unavailable) return number.error();
    if (!std::exchange(refusal_said_, true)) {
      log::warn("MQTT {}: {} is not published: {}", url_, message.topic, number.error().text);
    }
    MutexLock lock(mutex_);
    if (last) {
      finish(*request, number.error());
    } else {
      ++request->left_out;
    }
  }
  return ok_status();
}

void MqttLink::connection_over(const Error& why, Phase then) {
  MutexLock lock(mutex_);
  phase_ = then;
  why_away_ = why;
  const SteadyTime now = clock_.now();
  std::deque<std::shared_ptr<Request>> again;
  for (const auto& [number, request] : sent_) {
    const bool is_first = request == sent_.begin()->second;
    if (is_first || then == Phase::away || now - request->sent_at > kAcknowledgeTimeout) {
      finish(*request, why);
    } else if (!request->outcome) {
      again.push_back(request);
    }
  }
  waiting_.insert(waiting_.begin(), again.begin(), again.end());
  if (then == Phase::away) {
    for (const auto& request : waiting_) finish(*request, why);
    waiting_.clear();
  }
  sent_.clear();
  others_sent_.clear();
  changed_.notify_all();
}

void MqttLink::finish(Request& request, Status status) {
  request.outcome = Published{std::move(status), request.left_out, request.sent, request.unheard};
  changed_.notify_all();
}

void MqttLink::acknowledged(int number, const Status& status, bool unheard) {
  if (const auto found = sent_.find(number); found != sent_.end()) {
    found->second->unheard = unheard;
    MutexLock lock(mutex_);
    finish(*found->second, status);
    sent_.erase(found);
    return;
  }
  const auto other = others_sent_.find(number);
  if (other == others_sent_.end()) return;
  if (!status && !std::exchange(refusal_said_, true)) {
    log::warn("MQTT {}: {}: {}", url_, other->second.topic, status.error().text);
  }
  {
    MutexLock lock(mutex_);
    if (!status && other->second.request) ++other->second.request->left_out;
    const std::string& topic = other->second.topic;
    const auto kept = kept_.find(topic);
    const bool is_its_own = kept != kept_.end() && kept->second.number == number && !kept->second.due;
    if (is_its_own && kept->second.payload.empty()) {
      if (status) deleted_.push_back(topic);
      kept_.erase(kept);
    }
  }
  others_sent_.erase(other);
}

void MqttLink::received(std::string_view topic, std::string_view payload) {
  if (topic != birth_topic_ || payload != "online") return;
  MutexLock lock(mutex_);
  for (auto& [kept_topic, kept] : kept_) kept.due = true;
  wake();
}

Status try_broker(const MqttServer& server, Clock& clock, const std::stop_token& stop) {
  class Deaf final : public MqttClient::Events {
    void acknowledged(int, const Status&, bool) override {}
    void received(std::string_view, std::string_view) override {}
  } deaf;
  if (const auto known = http::look_up(server.host, kLookUpTimeout, stop); !known) return known.error();
  MqttServer tried = server;
  while (true) {
    auto client = MqttClient::begin(tried, std::nullopt, deaf);
    if (!client) return client.error();
    const Status connected = wait_until_connected(**client, clock, stop);
    if (connected) (*client)->disconnect();
    if (connected || connected.error().code != ErrorCode::invalid || tried.old_protocol) return connected;
    tried.old_protocol = true;
  }
}

}  // namespace vigia::sinks
