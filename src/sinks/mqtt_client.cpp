#include "sinks/mqtt_client.h"

#include <fmt/format.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/crash_restart.h"
#include "base/log.h"
#include "base/url.h"

namespace vigia::sinks {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::milliseconds kStep{1000};
constexpr int kKeepAliveSeconds = 30;
constexpr int kQos = 1;
constexpr int kFirstRefusal = 128;  // MQTT 5: reasons from here on are refusals
// How often to poll while connecting: libmosquitto does not say then whether it waits for reading or writing.
constexpr std::chrono::milliseconds kConnectingStep{10};

void initialise_once() {
  static const int done = mosquitto_lib_init();
  static_cast<void>(done);
}

std::string text_of(int code, int error_number) {
  if (code == MOSQ_ERR_ERRNO) return std::strerror(error_number);
  std::string text = mosquitto_strerror(code);
  while (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string MqttServer::url() const {
  const bool six = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls ? "mqtts" : "mqtt", six ? "[" : "", host, six ? "]" : "", port);
}

MqttServer mqtt_server(const MqttOptions& options) {
  MqttServer server;
  const UrlParts parts = split_url(options.url);
  server.tls = parts.scheme == "mqtts";
  server.port = port_number(parts.port).value_or(server.tls ? 8883 : 1883);
  server.host = parts.host;
  server.ca_file = options.ca_file;
  server.client_id = options.client_id;
  server.user = options.user;
  server.password = options.password;
  return server;
}

void MqttClient::Destroy::operator()(mosquitto* handle) const noexcept {
  mosquitto_destroy(handle);
}

MqttClient::~MqttClient() = default;

Result<std::unique_ptr<MqttClient>> MqttClient::begin(const MqttServer& server,
                                                      const std::optional<MqttMessage>& will,
                                                      Events& events) {
  initialise_once();
  std::unique_ptr<MqttClient> client(new MqttClient(events));
  if (Status ready = client->set_up(server, will); !ready) return ready.error();
  errno = 0;
  const int code =
      mosquitto_connect_async(client->handle_.get(), server.host.c_str(), server.port, kKeepAliveSeconds);
  if (code > MOSQ_ERR_SUCCESS) return client->ending(code, errno);
  return client;
}

Status MqttClient::set_up(const MqttServer& server, const std::optional<MqttMessage>& will) {
  handle_.reset(mosquitto_new(server.client_id.c_str(), true, this));
  if (!handle_) return Error{ErrorCode::unavailable, fmt::format("no client: {}", std::strerror(errno))};
  mosquitto* const handle = handle_.get();
  old_protocol_ = server.old_protocol;
  int code = mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION,
                                  old_protocol_ ? MQTT_PROTOCOL_V311 : MQTT_PROTOCOL_V5);
  if (code == MOSQ_ERR_SUCCESS && !server.user.empty()) {
    code = mosquitto_username_pw_set(handle, server.user.c_str(), server.password.c_str());
  }
  if (code == MOSQ_ERR_SUCCESS && will) {
    code = mosquitto_will_set(handle, will->topic.c_str(), static_cast<int>(will->payload.size()),
                              will->payload.data(), kQos, will->retain);
  }
  if (code != MOSQ_ERR_SUCCESS) return ending(code, errno);
  set_callbacks();
  return server.tls ? set_up_tls(server) : ok_status();
}

Status MqttClient::set_up_tls(const MqttServer& server) {
  mosquitto* const handle = handle_.get();
  const int code = server.ca_file.empty() ? mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1)
                                          : mosquitto_tls_set(handle, server.ca_file.c_str(), nullptr,
                                                              nullptr, nullptr, nullptr);
  if (code == MOSQ_ERR_SUCCESS) return ok_status();
  return Error{
      ErrorCode::refused,
      fmt::format("the file of authorities cannot be used: {}; set delivery.mqtt.ca_file to a PEM file",
                  text_of(code, errno))};
}

void MqttClient::set_callbacks() {
  mosquitto* const handle = handle_.get();
  mosquitto_connect_v5_callback_set(handle,
                                    [](mosquitto*, void* self, int reason, int, const mosquitto_property*) {
                                      auto& client = *static_cast<MqttClient*>(self);
                                      client.refusal_ = reason;
                                      client.connected_ = reason == 0;
                                    });
  mosquitto_disconnect_v5_callback_set(handle,
                                       [](mosquitto*, void* self, int reason, const mosquitto_property*) {
                                         static_cast<MqttClient*>(self)->farewell_ = reason;
                                       });
  mosquitto_publish_v5_callback_set(
      handle, [](mosquitto*, void* self, int number, int reason, const mosquitto_property*) {
        const Status status = reason < kFirstRefusal
                                  ? ok_status()
                                  : Error{ErrorCode::refused, fmt::format("the broker refused it: {}",
                                                                          mosquitto_reason_string(reason))};
        static_cast<MqttClient*>(self)->events_.acknowledged(number, status,
                                                             reason == MQTT_RC_NO_MATCHING_SUBSCRIBERS);
      });
  mosquitto_message_callback_set(handle, [](mosquitto*, void* self, const mosquitto_message* message) {
    const auto* payload = static_cast<const char*>(message->payload);
    static_cast<MqttClient*>(self)->events_.received(
        message->topic, payload == nullptr
                            ? std::string_view{}
                            : std::string_view(payload, static_cast<std::size_t>(message->payloadlen)));
  });
  mosquitto_log_callback_set(handle, [](mosquitto*, void* self, int level, const char* text) {
    if (level == MOSQ_LOG_ERR) static_cast<MqttClient*>(self)->tls_error_ = text;
  });
}

Status MqttClient::step(int wake, std::chrono::milliseconds at_most) {
  std::optional<CrashSubject> subject;
  if (!old_protocol_) subject.emplace(kMqtt5Subject);
  mosquitto* const handle = handle_.get();
  const int socket = mosquitto_socket(handle);
  if (socket < 0) return ending(MOSQ_ERR_CONN_LOST, 0);
  const bool writes = connected_ && mosquitto_want_write(handle);
  std::array<pollfd, 2> watched{pollfd{socket, static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0},
                                pollfd{wake, POLLIN, 0}};  // one below 0 is passed over
  const auto timeout = connected_ ? at_most : std::min(at_most, kConnectingStep);
  ::poll(watched.data(), watched.size(), static_cast<int>(timeout.count()));
  int code = MOSQ_ERR_SUCCESS;
  errno = 0;
  if (!connected_ || watched[0].revents != 0) code = mosquitto_loop_read(handle, 1);
  if (code == MOSQ_ERR_SUCCESS && mosquitto_socket(handle) >= 0) code = mosquitto_loop_write(handle, 1);
  if (code == MOSQ_ERR_SUCCESS && mosquitto_socket(handle) >= 0) code = mosquitto_loop_misc(handle);
  const int error_number = errno;
  if (code == MOSQ_ERR_SUCCESS && mosquitto_socket(handle) >= 0) return ok_status();
  connected_ = false;
  return ending(code == MOSQ_ERR_SUCCESS ? static_cast<int>(MOSQ_ERR_CONN_LOST) : code, error_number);
}

Error MqttClient::tls_ending(int code, int error_number) const {
  const std::string said = tls_error_.empty() ? text_of(code, error_number) : redact(tls_error_);
  if (said.find("certificate") == std::string::npos && said.find("host name") == std::string::npos) {
    return {ErrorCode::unavailable,
            fmt::format("TLS with the broker failed: {}; does it speak TLS at that port? Without it, "
                        "delivery.mqtt.url begins with mqtt://",
                        said)};
  }
  return {ErrorCode::refused,
          fmt::format("the broker's certificate is not accepted: {}; set delivery.mqtt.ca_file to the PEM "
                      "file of the authority that signed it (of a self-signed one: the certificate itself)",
                      said)};
}

Error MqttClient::ending(int code, int error_number) const {
  switch (refusal_) {
    case 0:
      break;
    case 1:
    case MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION:
      return {ErrorCode::invalid, "the broker does not speak this version of MQTT"};
    case 4:
    case 5:
    case MQTT_RC_BAD_USERNAME_OR_PASSWORD:
    case MQTT_RC_NOT_AUTHORIZED:
      return {ErrorCode::refused,
              "the broker does not accept the user or the password; set MQTT_USER and MQTT_PASSWORD to those "
              "that it knows, in the environment or in the secrets file"};
    case 2:
    case MQTT_RC_CLIENTID_NOT_VALID:
      return {ErrorCode::refused,
              "the broker does not accept the client id; set delivery.mqtt.client_id to one that it does"};
    default:
      return {ErrorCode::unavailable,
              fmt::format("the broker did not accept the connection: {}",
                          refusal_ < kFirstRefusal ? mosquitto_connack_string(refusal_)
                                                   : mosquitto_reason_string(refusal_))};
  }
  if (farewell_ == MQTT_RC_SESSION_TAKEN_OVER) {
    return {ErrorCode::refused,
            "another client came with the same client id; set delivery.mqtt.client_id to one of its own"};
  }
  if (farewell_ >= kFirstRefusal) {
    return {ErrorCode::unavailable,
            fmt::format("the broker ended the connection: {}", mosquitto_reason_string(farewell_))};
  }
  if (code == MOSQ_ERR_TLS || code == MOSQ_ERR_TLS_HANDSHAKE) return tls_ending(code, error_number);
  return {ErrorCode::unavailable, text_of(code, error_number)};
}

Result<int> MqttClient::publish(const MqttMessage& message) {
  int number = 0;
  errno = 0;
  const int code = mosquitto_publish_v5(handle_.get(), &number, message.topic.c_str(),
                                        static_cast<int>(message.payload.size()), message.payload.data(),
                                        kQos, message.retain, nullptr);
  switch (code) {
    case MOSQ_ERR_SUCCESS:
      return number;
    case MOSQ_ERR_OVERSIZE_PACKET:
    case MOSQ_ERR_PAYLOAD_SIZE:
      return Error{ErrorCode::refused,
                   fmt::format("{} bytes are more than the broker takes", message.payload.size())};
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8:
      return Error{ErrorCode::refused, fmt::format("'{}' is no topic", message.topic)};
    default:
      return Error{ErrorCode::unavailable, text_of(code, errno)};
  }
}

Status MqttClient::subscribe(const std::string& filter) {
  const int code = mosquitto_subscribe(handle_.get(), nullptr, filter.c_str(), kQos);
  if (code == MOSQ_ERR_SUCCESS) return ok_status();
  return Error{ErrorCode::unavailable, text_of(code, errno)};
}

void MqttClient::disconnect() {
  connected_ = false;
  mosquitto_disconnect(handle_.get());  // written at once: this is the only thread
}

Status wait_until_connected(MqttClient& client, Clock& clock, const std::stop_token& stop) {
  const SteadyTime deadline = clock.now() + kConnectTimeout;
  while (!client.connected()) {
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "stopped"};
    if (clock.now() >= deadline) return Error{ErrorCode::unavailable, "no answer in 10 s"};
    if (Status stepped = client.step(-1, kStep); !stepped) return stepped;
  }
  return ok_status();
}

}  // namespace vigia::sinks
