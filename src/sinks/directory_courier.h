// "directory:": faces as files, for those without FindFace and for trying Vigia out.
//
//   <dir>/<camera>/<YYYY-MM-DD>/<HHMMSS.mmm>_<track>.jpg     day and time of capture, in UTC
//   <dir>/events.jsonl                                       one JSON object a face, one a line
//
// Guarantees: image, line and the folders that name them are on disk (fsync) before the shot counts as
// delivered, also after a sync that failed. A shot that is delivered twice (a crash before the
// acknowledgement) has one image and one line; another shot that would take the same name gets _2, _3, ... A
// camera's name is made safe for a path; two names never share a folder. Files and new folders are for their
// owner only. A line that a crash cut short is ended, so that the next one can be read. Errors: directory
// missing, full or not writable -> retry, for ever; it may be the folder of one camera only (may_be_alone).
// Cost: three fsync a shot. Threads: thread-safe; lines are appended under a lock.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "delivery/courier.h"

namespace vigia::sinks {

class DirectoryCourier final : public delivery::Courier {
 public:
  // directory: created at the first delivery or probe if it is missing.
  explicit DirectoryCourier(std::filesystem::path directory);

  [[nodiscard]] std::string name() const override;
  delivery::DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  // Tests whether a file can be written in the directory, and removes it again.
  [[nodiscard]] std::optional<delivery::DeliveryResult> probe(const std::stop_token& stop) override;

 private:
  struct StoredImage {
    std::filesystem::path path;
    bool was_there = false;  // delivered before, perhaps without its line
  };
  Result<StoredImage> store_image(const domain::Shot& shot) REQUIRES(mutex_);
  Status append_line(const std::string& line) REQUIRES(mutex_);
  // For a line that is there: whether it was synced is not known.
  Status sync_lines() REQUIRES(mutex_);

  // Constant after construction.
  const std::filesystem::path directory_;

  Mutex mutex_;  // one delivery at a time: names are chosen and lines appended
};

// The camera's name as a folder's: letters, digits, '-', '_', '.', blanks and all beyond ASCII stay; the rest
// becomes '_', and a name that had to change (or is longer than 80 bytes) ends in a code of its own.
std::string folder_name(std::string_view camera);

}  // namespace vigia::sinks
