#include "camera/file_access.h"

extern "C" {
#include <libavutil/mem.h>
}

#include <cerrno>
#include <cstdio>
#include <span>
#include <utility>

namespace vigia::camera {
namespace {

// A failure of FileReader's, for FFmpeg.
int code_of(std::int64_t failure) noexcept {
  return failure == -ETIMEDOUT ? AVERROR_EXIT : static_cast<int>(failure);
}

}  // namespace

FileAccess::~FileAccess() {
  free_io();
}

void FileAccess::free_io() noexcept {
  if (io_ != nullptr) av_freep(&io_->buffer);  // FFmpeg may have made another than the first
  avio_context_free(&io_);
}

Status FileAccess::open(const std::string& path, Interrupt& interrupt) {
  free_io();
  file_.reset();  // before the next one, which would find it open
  auto file = FileReader::open(path, interrupt);
  if (!file) return file.error();
  file_ = *std::move(file);
  interrupt_ = &interrupt;
  auto* const buffer = static_cast<unsigned char*>(av_malloc(FileReader::kBlock));
  if (buffer != nullptr) {
    io_ = avio_alloc_context(buffer, static_cast<int>(FileReader::kBlock), 0, this, &FileAccess::read,
                             nullptr, &FileAccess::seek);
  }
  if (io_ != nullptr) return ok_status();
  av_free(buffer);
  return Error{ErrorCode::no_memory, "no memory to read '" + path + "'"};
}

int FileAccess::read(void* self, std::uint8_t* room, int size) noexcept {
  auto& own = *static_cast<FileAccess*>(self);
  const std::int64_t got = own.file_->read(std::span(room, static_cast<std::size_t>(size)), *own.interrupt_);
  if (got == 0) return AVERROR_EOF;
  return got < 0 ? code_of(got) : static_cast<int>(got);
}

std::int64_t FileAccess::seek(void* self, std::int64_t offset, int whence) noexcept {
  auto& own = *static_cast<FileAccess*>(self);
  std::int64_t from = 0;
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE || whence == SEEK_END) {
    from = own.file_->size(*own.interrupt_);
    if (from < 0) return code_of(from);
    if (whence == AVSEEK_SIZE) return from;
  } else if (whence == SEEK_CUR) {
    from = own.file_->position();
  } else if (whence != SEEK_SET) {
    return AVERROR(EINVAL);
  }
  if (from + offset < 0) return AVERROR(EINVAL);
  own.file_->seek(from + offset);
  return from + offset;
}

}  // namespace vigia::camera
