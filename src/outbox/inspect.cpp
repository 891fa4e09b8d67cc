#include "outbox/inspect.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "outbox/schema.h"

namespace vigia::outbox {
namespace {

Error wrong(const std::string& path, std::string_view why) {
  return {ErrorCode::invalid, fmt::format("outbox {}: {}; set another outbox.path", path, why)};
}

Status check_place(const std::string& path, bool& exists) {
  struct stat info {};
  exists = ::stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) return wrong(path, "is not a plain file");
  if (const auto why = why_not_writable(path)) return wrong(path, *why);
  if (exists && ::access(path.c_str(), R_OK | W_OK) != 0) {
    return wrong(path, fmt::format("{}; make it writable for this user", std::strerror(errno)));
  }
  return ok_status();
}

}  // namespace

Result<Inspection> inspect(const std::string& path) {
  Inspection found;
  if (Status place = check_place(path, found.exists); !place) return place.error();
  found.used_by = holder_of_lock(path);
  if (!found.exists) return found;
  const sqlite::FileName name{"outbox", "outbox.path"};
  Result<Database> database =
      found.used_by ? Database::open_to_read(path, name) : Database::open_untouched(path, name);
  if (!database) return database.error();
  if (Status ours = check_ours(*database, path); !ours) return ours.error();
  const auto version = database->number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == 0) return found;  // nothing was ever kept in it
  found.is_older = *version < kSchemaVersion;
  const auto shots = database->number("SELECT count(*) FROM shots");
  if (!shots) return shots.error();
  found.shots = *shots;
  return found;
}

}  // namespace vigia::outbox
