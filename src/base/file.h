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

// Refuses what is no plain file or larger than `at_most`.
Result<std::string> read_file(const std::filesystem::path& path, Bytes at_most);

// Written beside it, synced, then renamed over it: a reader sees the old file or the new one, whole. What is
// there and no plain file (a device, a pipe) is written into instead. mode: of the new file, less the umask.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             unsigned mode = 0644);
Status write_file_atomically(const std::filesystem::path& path, std::string_view content,
                             unsigned mode = 0644);

// Nothing when a file can be written there; else what is wrong, for the end of "--json: ...".
std::optional<std::string> why_not_writable(const std::filesystem::path& file);

// True when somebody else on this machine may read it: a file with secrets in it should not be.
bool readable_by_others(const std::filesystem::path& path);

}  // namespace vigia
