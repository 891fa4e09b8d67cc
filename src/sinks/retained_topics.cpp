#include "sinks/retained_topics.h"

#include <mosquitto.h>

#include <sstream>
#include <utility>

#include "base/file.h"
#include "base/log.h"

namespace vigia::sinks {

void RetainedTopics::load() {
  if (file_.empty()) return;
  const Result<std::string> read = read_file(file_, 16_MiB);
  if (!read) return;
  std::istringstream lines(*read);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && mosquitto_pub_topic_check(line.c_str()) == MOSQ_ERR_SUCCESS) topics_.insert(line);
  }
}

void RetainedTopics::add(std::span<const std::string> topics) {
  const std::size_t before = topics_.size();
  topics_.insert(topics.begin(), topics.end());
  if (topics_.size() != before) store();
}

void RetainedTopics::remove(std::span<const std::string> topics) {
  std::size_t removed = 0;
  for (const std::string& topic : topics) removed += topics_.erase(topic);
  if (removed > 0) store();
}

void RetainedTopics::store() {
  if (file_.empty()) return;
  std::string text;
  for (const std::string& topic : topics_) text += topic + "\n";
  const Status written = write_file_atomically(file_, text, ReadableBy::owner);
  if (!written && !std::exchange(failure_said_, true)) {
    log::warn("{}; messages that an MQTT broker retains may stay there after a camera is gone",
              written.error().text);
  }
}

}  // namespace vigia::sinks
