// Keeps a connection to an MQTT broker: reconnects when it breaks, publishes messages, and keeps the broker's
// retained messages up to date.
//
//   MqttLink link(server, will, "homeassistant/status", clock);
//   link.start();
//   link.keep("vigia/status", "online");                        // retained; again after each new connection
//   const auto published = link.publish({image, event}, stop);  // ok: the broker has acknowledged the last
//
// Guarantees
// 1. publish() is ok only if the broker acknowledged the last of the messages (QoS 1). If no acknowledgement
//    comes in 30 s, or the connection breaks and cannot be made again, it fails as a whole: try again. A
//    broker may end the connection because of one message. It acknowledges them in order, so the first that
//    it did not acknowledge fails, and what was sent after it is sent again on the next connection.
// 2. The last payload given to keep() is published, retained, once for each connection and once for each
//    change. Of several changes while the broker is away only the last is sent: one payload per topic is
//    held.
// 3. An outage of the broker is logged once, with the reason.
// 4. A minute after the last new topic, it deletes at the broker those retained messages of an earlier
//    run that this run neither keeps nor claims (retained_topics.h).
// A stop ends it at once, even while a name server does not answer. It reconnects after 1 s, doubled up to
// 30 s; after a minute if somebody has to fix something first (password, certificate).
//
// Threads: thread-safe. It owns one thread ("mqtt"), the only one that uses the connection, started by
// start() and joined by close() or the destructor. publish() waits on the caller's thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/worker.h"
#include "sinks/mqtt_client.h"
#include "sinks/retained_topics.h"

namespace vigia::sinks {

class MqttLink final : private MqttClient::Events {
 public:
  struct Published {
    // unavailable: try again; refused: somebody has to fix something first; cancelled: by the stop; timeout:
    // there was no connection by the deadline, and nothing was sent.
    Status status;
    std::size_t left_out = 0;  // messages before the last that the broker does not take
    bool sent = false;         // on a connection: a failure may concern these messages only
    bool unheard = false;      // of ok: nobody has subscribed to the last
  };

  // birth_topic: the message "online" there makes it publish all kept payloads again; "": does not subscribe.
  // retained_file: see retained_topics.h. clock: must outlive it.
  MqttLink(MqttServer server, MqttMessage will, std::string birth_topic, std::string retained_file,
           Clock& clock);
  ~MqttLink();  // without a farewell: the broker publishes the will
  MqttLink(const MqttLink&) = delete;
  MqttLink& operator=(const MqttLink&) = delete;

  void start();  // a second call has no effect
  // Publishes the messages in this order. Waits for a connection that is being made, which takes up to 20 s;
  // if there is none by the deadline nothing is sent. REQUIRES: start()
  Published publish(std::vector<MqttMessage> messages, const std::stop_token& stop,
                    SteadyTime deadline = SteadyTime::max());
  // ok: there is a connection that the broker has accepted. Waits for one that is being made, which takes up
  // to 20 s. Error: why there is none, as of publish(). REQUIRES: start()
  Status wait_for_connection(const std::stop_token& stop);
  void keep(const std::string& topic, std::string payload);
  // publish() will replace the retained message of this topic, so an earlier run's is not deleted.
  void claim(const std::string& topic);
  // Deletes the broker's retained message of the topic, also one that was published a moment ago.
  void forget(const std::string& topic);
  // Publishes the farewell in place of the payload kept at its topic, waits for it at most 2 s, disconnects
  // and joins.
  void close(MqttMessage farewell);

  [[nodiscard]] std::string url() const { return url_; }

 private:
  struct Request {
    std::vector<MqttMessage> messages;
    SteadyTime deadline = SteadyTime::max();
    std::optional<Published> outcome;
    std::size_t left_out = 0;
    bool sent = false;
    bool unheard = false;
    SteadyTime sent_at;
  };
  // A message whose acknowledgement ends no request: the request that it is of, or null: a kept one.
  struct Other {
    std::string topic;
    std::shared_ptr<Request> request;
  };
  struct Kept {
    std::string payload;
    bool due = true;
    int number = 0;  // of the message that has it, as publish() numbers them
  };
  // connecting: also in the pause before that, if there was a connection a moment ago.
  enum class Phase { connecting, connected, away };

  std::shared_ptr<Request> ask(std::vector<MqttMessage> messages, SteadyTime deadline = SteadyTime::max())
      REQUIRES(mutex_);
  void run(const std::stop_token& stop);
  // Connects, and serves until the connection is over.
  Error serve(const std::stop_token& stop);
  bool is_leaving();
  void connection_made(MqttClient& client);
  Status send_what_waits(MqttClient& client);
  Status send_kept(MqttClient& client);
  void forget_earlier();
  void note_retained(const std::vector<MqttMessage>& messages);
  Status send_request(MqttClient& client, const std::shared_ptr<Request>& request);
  void connection_over(const Error& why, Phase then);
  [[nodiscard]] Nanoseconds pause_after(const Error& why, bool had_connected);
  void finish(Request& request, Status status) REQUIRES(mutex_);
  void wake() const;

  void acknowledged(int number, const Status& status, bool unheard) override;
  void received(std::string_view topic, std::string_view payload) override;

  // Constant after construction.
  const MqttMessage will_;
  const std::string birth_topic_;
  const std::string url_;
  Clock& clock_;
  const Fd wake_;  // an eventfd: there is something to publish, or to end

  // Used by the thread only.
  MqttServer server_;
  std::map<int, std::shared_ptr<Request>> sent_;  // by the number of their last message
  std::map<int, Other> others_sent_;
  RetainedTopics retained_;
  std::vector<std::string> deleted_;  // at the broker, but still in retained_
  bool earlier_forgotten_ = false;
  bool refusal_said_ = false;
  bool outage_said_ = false;
  Nanoseconds pause_{0};
  SteadyTime connected_at_;

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar changed_;
  Phase phase_ GUARDED_BY(mutex_) = Phase::connecting;
  Error why_away_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Request>> waiting_ GUARDED_BY(mutex_);
  std::map<std::string, Kept> kept_ GUARDED_BY(mutex_);
  std::set<std::string> claimed_ GUARDED_BY(mutex_);
  std::optional<SteadyTime> last_new_ GUARDED_BY(mutex_);  // when a topic was last kept for the first time
  bool started_ GUARDED_BY(mutex_) = false;
  bool leaving_ GUARDED_BY(mutex_) = false;  // by close(): the will is not to be published

  Worker thread_;  // the last: ends before the rest
};

// Connects and logs in once, and disconnects. ok: the broker accepts us.
Status try_broker(const MqttServer& server, Clock& clock, const std::stop_token& stop);

}  // namespace vigia::sinks
