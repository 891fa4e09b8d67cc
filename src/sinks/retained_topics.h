// Records, in a file beside the outbox, the topics of which a broker may still hold a message of ours. So the
// next run can delete those that it does not publish itself (cameras that were removed or renamed, images,
// discovery that was switched off). A topic is in the file before its message is published. If the file
// cannot be written, that is logged once, and nothing else depends on it.
// Threads: one thread at a time. Cost: each change writes the whole file and syncs it.
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

  // Reads what an earlier run left. A missing file counts as empty, and invalid lines are left out.
  void load();
  // The topics are in the file when it returns, unless the file cannot be written.
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
