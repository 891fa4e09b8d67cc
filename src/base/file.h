// Whole files in one call, with errors that name the file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace vigia {

// Refuses anything but a plain file of at most `at_most` bytes.
Result<std::string> read_file(const std::filesystem::path& path, Bytes at_most);

// Writes a new file beside it, syncs it and renames it over the old one: a reader sees either the old or the
// new file, whole. If `path` exists and is not a plain file (a device, a pipe) it is written into instead.
// mode: of the new file, less the umask.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             unsigned mode = 0644);
Status write_file_atomically(const std::filesystem::path& path, std::string_view content,
                             unsigned mode = 0644);

// Nothing if a file can be written there; else what is wrong, to follow "--json: ...".
std::optional<std::string> why_not_writable(const std::filesystem::path& file);

// True if other users of this machine can read it, which a file with secrets should not allow.
bool readable_by_others(const std::filesystem::path& path);

}  // namespace vigia
