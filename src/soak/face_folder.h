// The folder for faces if there is no FindFace: counts them, and removes old pictures, which would fill the
// disk in a night. Threads: owner thread only.
#pragma once

#include <cstdint>
#include <filesystem>

namespace vigia::soak {

class FaceFolder {
 public:
  explicit FaceFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Lines of events.jsonl so far; reads only what is new.
  std::uint64_t count();
  // Removes pictures that are older than a minute: their writer is done with them.
  void remove_old_pictures() const;

 private:
  const std::filesystem::path folder_;
  std::streamoff read_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace vigia::soak
