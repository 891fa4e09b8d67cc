// Reads a file for somebody who may not wait: on a dead network folder each call to the system hangs until
// the network is back, cannot be interrupted, and would hold up a stop for as long. The calls are made on a
// thread of their own, and the reader gives up when its time is over or a stop comes.
//
//   auto file = FileReader::open(path, interrupt);
//   const std::int64_t got = (*file)->read(room, interrupt);    // as ::read(); after a failure no more
//
// Guarantees: no call outlasts the interrupt, nor does the destructor wait for the disk (half a second to
// close it). A thread whose call hangs stays behind with its buffer, and ends when the call returns: at most
// kMostStuck in the program, and one for a path, which is not opened again meanwhile. At the program's end
// they are left to the system. Cost: a thread and kBlock; for each block a change of threads and a copy.
// Threads: owner thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "camera/interrupt.h"

namespace vigia::camera {

class FileReader {
 public:
  static constexpr Bytes kBlock = 64_KiB;
  static constexpr std::size_t kMostStuck = 64;

  // Errors: not_found, io (no plain file: a pipe would never end), timeout, cancelled, unavailable.
  static Result<std::unique_ptr<FileReader>> open(const std::string& path, Interrupt& interrupt);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // Of these bytes as many as there are, at most kBlock; 0: the end; -errno: failed; -ETIMEDOUT: given up.
  std::int64_t read(std::span<std::uint8_t> room, Interrupt& interrupt);
  // Now; a file may grow. As read().
  std::int64_t size(Interrupt& interrupt);
  void seek(std::int64_t position) noexcept { position_ = position; }
  [[nodiscard]] std::int64_t position() const noexcept { return position_; }

  struct Desk;  // what it shares with its thread

 private:
  FileReader(std::shared_ptr<Desk> desk, std::thread thread)
      : desk_(std::move(desk)), thread_(std::move(thread)) {}
  // False: its thread cannot be joined without waiting for the disk.
  bool leave();
  // 0 or more: what the call returned; -errno.
  std::int64_t call(int what, std::int64_t amount, Interrupt& interrupt);

  const std::shared_ptr<Desk> desk_;
  std::thread thread_;
  std::int64_t position_ = 0;
};

}  // namespace vigia::camera
