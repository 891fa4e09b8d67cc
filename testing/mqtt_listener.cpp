#include "testing/mqtt_listener.h"

#include <mosquitto.h>

#include <algorithm>
#include <cstdlib>

namespace vigia::testing {

void MqttListener::Destroy::operator()(mosquitto* handle) const noexcept {
  mosquitto_disconnect(handle);
  mosquitto_loop_stop(handle, false);
  mosquitto_destroy(handle);
}

MqttListener::MqttListener(int port, const std::string& filter, const MqttLogin& login) : filter_(filter) {
  static const int initialised = mosquitto_lib_init();
  static_cast<void>(initialised);
  handle_.reset(mosquitto_new(nullptr, true, this));
  mosquitto* const handle = handle_.get();
  if (!login.user.empty()) mosquitto_username_pw_set(handle, login.user.c_str(), login.password.c_str());
  if (!login.ca_file.empty()) {
    mosquitto_tls_set(handle, login.ca_file.c_str(), nullptr, nullptr, nullptr, nullptr);
  }
  mosquitto_connect_callback_set(handle, [](mosquitto* client, void* self, int) {
    mosquitto_subscribe(client, nullptr, static_cast<MqttListener*>(self)->filter_.c_str(), 1);
  });
  mosquitto_subscribe_callback_set(handle, [](mosquitto*, void* self, int, int, const int*) {
    auto& listener = *static_cast<MqttListener*>(self);
    MutexLock lock(listener.mutex_);
    listener.subscribed_ = true;
    listener.came_.notify_all();
  });
  mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* message) {
    auto& listener = *static_cast<MqttListener*>(self);
    MqttReceived received{message->topic, {}, message->retain};
    if (message->payloadlen > 0) {
      received.payload.assign(static_cast<const char*>(message->payload),
                              static_cast<std::size_t>(message->payloadlen));
    }
    MutexLock lock(listener.mutex_);
    listener.received_.push_back(std::move(received));
    listener.came_.notify_all();
  });
  if (mosquitto_connect(handle, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) std::abort();
  if (mosquitto_loop_start(handle) != MOSQ_ERR_SUCCESS) std::abort();
  MutexLock lock(mutex_);
  while (!subscribed_) came_.wait(lock, {});
}

MqttListener::~MqttListener() = default;

void MqttListener::publish(const std::string& topic, const std::string& payload, bool retain) {
  mosquitto_publish(handle_.get(), nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(),
                    1, retain);
}

std::vector<MqttReceived> MqttListener::all() const {
  MutexLock lock(mutex_);
  return received_;
}

std::vector<MqttReceived> MqttListener::of(const std::string& topic) const {
  std::vector<MqttReceived> found = all();
  std::erase_if(found, [&](const MqttReceived& received) { return received.topic != topic; });
  return found;
}

void MqttListener::forget() {
  MutexLock lock(mutex_);
  received_.clear();
}

bool MqttListener::wait_until(const std::function<bool(const std::vector<MqttReceived>&)>& true_of,
                              std::chrono::seconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  MutexLock lock(mutex_);
  while (!true_of(received_)) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return false;
    came_.wait_for(lock, {}, left);
  }
  return true;
}

bool MqttListener::wait_for(const std::string& topic, std::size_t count) {
  return wait_until([&](const std::vector<MqttReceived>& received) {
    return static_cast<std::size_t>(std::count_if(received.begin(), received.end(), [&](const auto& one) {
             return one.topic == topic;
           })) >= count;
  });
}

}  // namespace vigia::testing
