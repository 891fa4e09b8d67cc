#include "findface/installation_uuid.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/file.h"
#include "base/log.h"

namespace vigia::findface {
namespace {

constexpr std::size_t kLongest = 256;  // FindFace takes no longer ones

bool is_printable(char c) {
  return c > 0x20 && c < 0x7f;
}

}  // namespace

std::string known_uuid(const std::string& set, const std::filesystem::path& file) {
  if (!set.empty()) return set.substr(0, kLongest);
  const Result<std::string> read = read_file(file, 4_KiB);
  if (!read) return "";
  const std::string uuid = read->substr(0, read->find('\n'));
  const bool sane = uuid.size() <= kLongest && std::ranges::all_of(uuid, is_printable);
  return sane ? uuid : "";
}

std::string generate_uuid() {
  std::random_device random;
  return fmt::format("vigia-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string keep_uuid(const std::string& set, const std::filesystem::path& file) {
  std::string uuid = known_uuid(set, file);
  if (!uuid.empty()) return uuid;
  uuid = generate_uuid();
  if (const Status written = write_file_atomically(file, uuid + "\n", ReadableBy::owner); !written) {
    log::warn("{}; the next start will log in at FindFace with another uuid than {}", written.error().text,
              uuid);
  }
  return uuid;
}

}  // namespace vigia::findface
