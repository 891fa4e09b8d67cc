#include "sinks/mqtt_courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>
#include <vector>

#include "base/log.h"
#include "delivery/camera_notice.h"
#include "delivery/shot_json.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;

constexpr Nanoseconds kAfterRefusal = 60s;  // somebody has to fix something first

// A client id of its own: two clients of the same id end each other's connections.
MqttOptions with_client_id(MqttOptions options) {
  std::random_device random;
  if (options.client_id.empty()) options.client_id = fmt::format("vigia{:08x}{:08x}", random(), random());
  return options;
}

MqttMessage status_message(const MqttOptions& options, std::string status) {
  return {status_topic(options), std::move(status), true};
}

DeliveryResult retry(std::string text, std::optional<Nanoseconds> after = std::nullopt) {
  return {.outcome = DeliveryResult::Outcome::retry, .after = after, .text = std::move(text)};
}

DeliveryResult not_published(const Error& why) {
  if (why.code == ErrorCode::timeout) return delivery::too_late(why.text);
  if (why.code == ErrorCode::refused) return retry(why.text, kAfterRefusal);
  DeliveryResult result = retry(why.text);
  result.tells_nothing = why.code == ErrorCode::cancelled;
  return result;
}

// keeps: the broker retains the image for later subscribers.
std::vector<MqttMessage> messages_of(const MqttOptions& options, const domain::Shot& shot, bool keeps) {
  std::vector<MqttMessage> messages;
  if (options.images && shot.jpeg && !shot.jpeg->bytes.empty()) {
    const auto* bytes = reinterpret_cast<const char*>(shot.jpeg->bytes.data());
    messages.push_back({image_topic(options, shot.camera), {bytes, shot.jpeg->bytes.size()}, keeps});
  }
  messages.push_back(
      {face_topic(options, shot.camera), delivery::dump_json(delivery::shot_json(shot)), false});
  return messages;
}

}  // namespace

namespace {

// A camera that is tried again and again is STARTING and INTERRUPTED in turn, for one reason: that is no
// news.
bool says_the_same(const delivery::ShownCamera& one, delivery::ShownCamera other) {
  if (!other.reason.empty()) other.state = one.state;
  return one == other;
}

}  // namespace

namespace {

MqttServer with_protocol(MqttServer server, bool old_protocol) {
  server.old_protocol = old_protocol;
  return server;
}

}  // namespace

MqttCourier::MqttCourier(MqttOptions options, std::string retained_file, Clock& clock, bool old_protocol)
    : options_(with_client_id(std::move(options))),
      is_first_run_(!std::filesystem::exists(retained_file)),
      link_(with_protocol(mqtt_server(options_), old_protocol), status_message(options_, "offline"),
            birth_topic(options_), std::move(retained_file), clock) {
  link_.keep(status_topic(options_), "online");
}

std::string MqttCourier::name() const {
  return "MQTT " + link_.url();
}

MqttCameraState& MqttCourier::known(const std::string& camera) {
  const auto [found, is_new] = cameras_.try_emplace(camera);
  if (is_new) {
    for (MqttMessage& message : discovery_messages(options_, camera)) {
      link_.keep(message.topic, std::move(message.payload));
    }
    if (retains_images()) {
      link_.claim(image_topic(options_, camera));
    } else if (is_first_run_) {
      link_.forget(image_topic(options_, camera));  // earlier versions always retained it
    }
  }
  return found->second;
}

void MqttCourier::camera_state(const std::string& camera, const delivery::ShownCamera& health) {
  link_.start();
  MutexLock lock(mutex_);
  MqttCameraState& state = known(camera);
  if (state.health && says_the_same(*state.health, health)) return;
  const bool is_other = !state.health || state.health->online != health.online;
  state.health = health;
  const MqttMessage told = state_message(options_, camera, state);
  link_.keep(told.topic, told.payload);
  if (!is_other) return;
  const MqttMessage available = availability_message(options_, camera, health.online);
  link_.keep(available.topic, available.payload);
}

void MqttCourier::camera_gone(const std::string& camera) {
  MutexLock lock(mutex_);
  if (cameras_.erase(camera) == 0) return;
  for (const MqttMessage& message : discovery_messages(options_, camera)) link_.forget(message.topic);
  link_.forget(state_message(options_, camera, {}).topic);
  link_.forget(availability_message(options_, camera, false).topic);
  if (retains_images()) link_.forget(image_topic(options_, camera));
}

DeliveryResult MqttCourier::deliver(const domain::Shot& shot, const std::stop_token& stop) {
  link_.start();
  const bool was_known = is_known(shot.camera);
  const MqttLink::Published published =
      link_.publish(messages_of(options_, shot, was_known && retains_images()), stop, shot.deadline);
  // The camera was removed meanwhile: its image may have reached the broker after the message that deletes
  // it.
  if (was_known && retains_images() && !is_known(shot.camera)) {
    link_.forget(image_topic(options_, shot.camera));
  }
  if (!published.status) {
    DeliveryResult failed = not_published(published.status.error());
    const ErrorCode code = published.status.error().code;
    failed.may_be_alone = published.sent && (code == ErrorCode::refused || code == ErrorCode::unavailable);
    return failed;
  }
  images_left_out_ += published.left_out;
  count(shot);
  if (published.unheard && unheard_++ == 0) {
    log::warn("{}: accepts faces, but nobody has subscribed to {}; the summary counts such faces as unheard",
              name(), face_topic(options_, shot.camera));
  }
  return {.outcome = DeliveryResult::Outcome::delivered,
          .after = std::nullopt,
          .text = published.left_out > 0 ? "acknowledged, without its image" : "acknowledged"};
}

DeliveryResult MqttCourier::tell(const delivery::CameraNotice& notice, const std::stop_token& stop) {
  link_.start();
  const MqttLink::Published published = link_.publish(
      {{condition_topic(options_, notice.camera), delivery::dump_json(delivery::notice_json(notice)), false}},
      stop);
  if (!published.status) return not_published(published.status.error());
  return {.outcome = DeliveryResult::Outcome::delivered, .after = std::nullopt, .text = "acknowledged"};
}

std::optional<DeliveryResult> MqttCourier::probe(const std::stop_token& stop) {
  link_.start();
  const Status up = link_.wait_for_connection(stop);
  return up ? std::nullopt : std::optional(not_published(up.error()));
}

bool MqttCourier::is_known(const std::string& camera) {
  MutexLock lock(mutex_);
  return cameras_.contains(camera);
}

void MqttCourier::count(const domain::Shot& shot) {
  MutexLock lock(mutex_);
  const auto found = cameras_.find(shot.camera);
  if (found == cameras_.end()) return;
  MqttCameraState& state = found->second;
  ++state.faces;
  const UtcTime time = told_time(shot);
  state.last_face = std::max(state.last_face.value_or(time), time);
  MqttMessage message = state_message(options_, shot.camera, state);
  link_.keep(message.topic, std::move(message.payload));
}

void MqttCourier::finish() {
  link_.close(status_message(options_, "offline"));
  if (const std::uint64_t left_out = images_left_out_; left_out > 0) {
    log::warn("{}: {} images are not published: too large for the broker, or refused by it", name(),
              left_out);
  }
}

Result<std::string> try_mqtt(const MqttOptions& options, Clock& clock, const std::stop_token& stop) {
  // With another client id: a running Vigia may use the configured one.
  MqttOptions tried = options;
  tried.client_id.clear();
  const MqttServer server = mqtt_server(with_client_id(std::move(tried)));
  const Status connected = try_broker(server, clock, stop);
  if (!connected)
    return Error{connected.error().code, fmt::format("{}: {}", server.url(), connected.error().text)};
  return fmt::format("login at {}{}", server.url(), server.user.empty() ? ", without a user" : "");
}

}  // namespace vigia::sinks
