// The topics of which a broker may still keep a message of ours, in a file beside the outbox: so that the
// next run can clear what it does not publish itself (cameras that were removed or renamed, images, discovery
// that was switched off). A topic is in the file before its message is published. A file that cannot be
// written is logged once, and nothing else depends on it. Threads: one thread at a time. Cost: a change
// writes the file.
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>

namespace vigia::sinks {

class RetainedTopics {
 public:
  // file: "" keeps them in memory only.
  explicit RetainedTopics(std::filesystem::path file) : file_(std::move(file)) {}

  // Reads what an earlier run left. A file that is missing or makes no sense is an empty one.
  void load();
  // The topics are in the file when it returns, if that is possible.
  void add(std::span<const std::string> topics);
  void remove(std::span<const std::string> topics);

  [[nodiscard]] const std::set<std::string>& topics() const noexcept { return topics_; }

 private:
  void store();

  const std::filesystem::path file_;
  std::set<std::string> topics_;
  bool failure_said_ = false;
};

}  // namespace vigia::sinks
