#include "sinks/directory_courier.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/fd.h"
#include "base/file.h"
#include "delivery/safe_name.h"
#include "delivery/shot_json.h"

namespace vigia::sinks {
namespace {

namespace fs = std::filesystem;

Error file_error(const fs::path& path, std::string_view doing, int why) {
  return {ErrorCode::io, fmt::format("{}: {}: {}; make room there or make it writable, or set another "
                                     "delivery.directory",
                                     path.string(), doing, std::strerror(why))};
}

Status make_folder(const fs::path& folder) {
  if (::access(folder.c_str(), W_OK) == 0) return ok_status();
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return file_error(folder, "cannot write there", EACCES);
  if (const auto failed = make_private_folders(folder)) {
    return file_error(folder, "cannot create", failed.value());
  }
  return ok_status();
}

bool holds(const fs::path& path, std::span<const std::byte> content) {
  const Result<std::string> there = read_file(path, static_cast<Bytes>(content.size()));
  return there.ok() && there->size() == content.size() &&
         std::memcmp(there->data(), content.data(), content.size()) == 0;
}

bool has_line_with(const fs::path& path, std::string_view text) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.find(text) != line.npos) return true;
  }
  return false;
}

// "2026-11-23/130000.123_7"
std::string stem(const domain::Shot& shot) {
  std::string utc = format_utc(shot.captured);  // 2026-11-23T13:00:00.123456Z
  const std::string day = utc.substr(0, utc.find('T'));
  std::string time = utc.substr(day.size() + 1, 12);
  std::erase(time, ':');
  return fmt::format("{}/{}_{}", day, time, shot.track);
}

delivery::DeliveryResult try_again(const Error& error) {
  return {.outcome = delivery::DeliveryResult::Outcome::retry,
          .after = std::nullopt,
          .text = error.text,
          .may_be_alone = true};
}

}  // namespace

std::string folder_name(std::string_view camera) {
  return delivery::safe_name(camera, [](unsigned char byte, bool first) {
    if (first && (byte == '.' || byte == ' ')) return false;
    return std::isalnum(byte) != 0 || byte >= 0x80 ||
           std::string_view("-_. ").find(static_cast<char>(byte)) != std::string_view::npos;
  });
}

DirectoryCourier::DirectoryCourier(fs::path directory) : directory_(std::move(directory)) {}

std::string DirectoryCourier::name() const {
  return "directory " + directory_.string();
}

delivery::DeliveryResult DirectoryCourier::deliver(const domain::Shot& shot, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return {.outcome = delivery::DeliveryResult::Outcome::retry,
            .after = std::nullopt,
            .text = "stopped",
            .tells_nothing = true};
  }
  MutexLock lock(mutex_);
  const Result<StoredImage> image = store_image(shot);
  if (!image) return try_again(image.error());
  const std::string file = image->path.lexically_relative(directory_).string();
  // The line may be there already when the image was; then it ends in the same words.
  const std::string ending = delivery::dump_json({{"file", file}}).substr(1);
  const bool has_line = image->was_there && has_line_with(directory_ / "events.jsonl", ending);
  delivery::EventJson event = delivery::shot_json(shot);
  event["file"] = file;
  const Status stored = has_line ? sync_lines() : append_line(delivery::dump_json(event));
  if (!stored) return try_again(stored.error());
  return {.outcome = delivery::DeliveryResult::Outcome::delivered, .after = std::nullopt, .text = file};
}

std::optional<delivery::DeliveryResult> DirectoryCourier::probe(const std::stop_token&) {
  MutexLock lock(mutex_);
  std::error_code ignored;
  static_cast<void>(make_private_folders(directory_));  // if that fails, so does writing the file
  const fs::path path = directory_ / ".vigia-probe";
  const Status written = write_file_atomically(path, std::string_view("vigia"));
  fs::remove(path, ignored);
  return written ? std::nullopt : std::optional(try_again(written.error()));
}

Result<DirectoryCourier::StoredImage> DirectoryCourier::store_image(const domain::Shot& shot) {
  const fs::path base = directory_ / folder_name(shot.camera) / stem(shot);
  if (Status made = make_folder(base.parent_path()); !made) return made.error();
  for (int number = 1;; ++number) {
    const fs::path path = base.string() + (number == 1 ? "" : fmt::format("_{}", number)) + ".jpg";
    std::error_code ignored;
    // Where it is there, it is written again: perhaps a sync failed, or a kill came before it.
    const bool was_there = fs::exists(path, ignored);
    if (was_there && !holds(path, shot.jpeg->bytes)) continue;
    if (Status written =
            write_file_atomically(path, std::span<const std::byte>(shot.jpeg->bytes), ReadableBy::owner);
        !written) {
      return Error{
          written.error().code,
          written.error().text + "; make room there or make it writable, or set another delivery.directory"};
    }
    return StoredImage{path, was_there};
  }
}

Status DirectoryCourier::append_line(const std::string& line) {
  const fs::path path = directory_ / "events.jsonl";
  const Fd fd = open_private(path, O_RDWR | O_APPEND);
  if (!fd.valid()) return file_error(path, "cannot open", errno);
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  char last = '\n';
  const bool cut_short = size > 0 && ::pread(fd.get(), &last, 1, size - 1) == 1 && last != '\n';
  const std::string text = (cut_short ? "\n" : "") + line + "\n";
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size()) && ::fsync(fd.get()) == 0) {
    return size == 0 ? sync_folder(directory_) : ok_status();
  }
  const int why = written < 0 ? errno : ENOSPC;
  if (::ftruncate(fd.get(), size) != 0) return file_error(path, "cannot take a half line back", errno);
  return file_error(path, "cannot write", why);
}

Status DirectoryCourier::sync_lines() {
  const fs::path path = directory_ / "events.jsonl";
  const Fd fd = open_private(path, O_RDWR);
  if (!fd.valid()) return file_error(path, "cannot open", errno);
  if (::fsync(fd.get()) != 0) return file_error(path, "cannot sync", errno);
  return sync_folder(directory_);
}

}  // namespace vigia::sinks
