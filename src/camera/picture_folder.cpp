#include "camera/picture_folder.h"

#include <glob.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "camera/av_handles.h"
#include "camera/av_source.h"

namespace vigia::camera {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code unknown;
    if (at->is_regular_file(unknown)) paths.push_back(at->path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::string> files_like(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      std::error_code unknown;
      if (fs::is_regular_file(found.gl_pathv[i], unknown)) paths.emplace_back(found.gl_pathv[i]);
    }
  }
  ::globfree(&found);
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

bool PictureFolder::is_one(const SourceUrl& source) {
  if (source.kind != SourceKind::file) return false;
  std::error_code unknown;
  if (source.path.ends_with('/')) return true;
  return source.path.find_first_of("*?[") != std::string::npos && !fs::exists(source.path, unknown);
}

Result<std::unique_ptr<PacketSource>> PictureFolder::open(const SourceUrl& source,
                                                          const CameraOptions& options,
                                                          const std::stop_token& stop) {
  std::unique_ptr<PictureFolder> made(
      new PictureFolder(source, options));  // NOLINT: the constructor is private
  if (Status listed = made->list(); !listed) return listed.error();
  for (const std::string& path : made->paths_) {
    auto first = made->open_file(path, stop);
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "stopped while reading " + source.url};
    if (!first) continue;
    made->first_ = *std::move(first);
    return std::unique_ptr<PacketSource>(std::move(made));
  }
  return Error{ErrorCode::io, "there is no picture in " + source.url};
}

Status PictureFolder::list() {
  paths_ = source_.path.ends_with('/') ? files_in(source_.path) : files_like(source_.path);
  next_ = 0;
  if (!paths_.empty()) return ok_status();
  return Error{ErrorCode::not_found, "there are no files in " + source_.url};
}

Result<std::unique_ptr<PacketSource>> PictureFolder::open_file(const std::string& path,
                                                               const std::stop_token& stop) const {
  const SourceUrl file{SourceKind::file, "file:" + path, path, false, source_.protocols};
  return AvSource::open(file, options_, {}, nullptr, stop);
}

AVRational PictureFolder::time_base() const {
  return {1, 1'000'000};
}

Status PictureFolder::read(AVPacket& packet, const std::stop_token& stop) {
  if (next_ == paths_.size()) return Error{ErrorCode::ended, source_.url + " has ended"};
  const double at = options_.snapshot_interval * 1e6;
  const std::size_t index = next_++;
  if (Status read = read_file(paths_[index], packet, stop); !read) {
    if (stop.stop_requested()) return read;
    log::debug("{}", read.error().text);
    if (av_new_packet(&packet, 1) < 0) return Error{ErrorCode::no_memory, "no memory for a picture"};
    packet.flags = AV_PKT_FLAG_CORRUPT;  // counted, and left out
  }
  packet.pts = packet.dts = std::llround(static_cast<double>(index) * at);
  packet.duration = std::llround(at);
  return ok_status();
}

Status PictureFolder::read_file(const std::string& path, AVPacket& packet,
                                const std::stop_token& stop) const {
  auto file = open_file(path, stop);
  if (!file) return file.error();
  if ((*file)->codec().codec_id != codec().codec_id) {
    return Error{ErrorCode::io, path + " is of another kind than the first picture"};
  }
  return (*file)->read(packet, stop);
}

Status PictureFolder::rewind() {
  return list();
}

}  // namespace vigia::camera
