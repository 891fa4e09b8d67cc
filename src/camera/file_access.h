// FFmpeg's input from a file that is read by a FileReader: what its own reading cannot do is to give up.
//
// Threads: owner thread only. Must outlive the context.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/file_reader.h"
#include "camera/interrupt.h"

namespace vigia::camera {

class FileAccess {
 public:
  FileAccess() = default;
  ~FileAccess();
  FileAccess(const FileAccess&) = delete;
  FileAccess& operator=(const FileAccess&) = delete;

  // Again: from the file's beginning; no context may use it then. interrupt: limits each call, and must
  // outlive it. Errors: as FileReader's, and no_memory.
  Status open(const std::string& path, Interrupt& interrupt);
  // To a context that is not yet open. REQUIRES: open().
  void attach(AVFormatContext& context) noexcept { context.pb = io_; }

 private:
  static int read(void* self, std::uint8_t* room, int size) noexcept;
  static std::int64_t seek(void* self, std::int64_t offset, int whence) noexcept;
  void free_io() noexcept;

  std::unique_ptr<FileReader> file_;
  Interrupt* interrupt_ = nullptr;
  AVIOContext* io_ = nullptr;
};

}  // namespace vigia::camera
