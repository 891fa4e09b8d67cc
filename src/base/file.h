// Reads and writes whole files in one call, with errors that name the file; creates files and folders that
// only their owner may read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"

namespace vigia {

// Refuses anything but a plain file of at most `at_most` bytes.
Result<std::string> read_file(const std::filesystem::path& path, Bytes at_most);

// owner: for faces, times, places and passwords: mode 0600, whatever the umask says.
enum class ReadableBy { umask_says, owner };

// Writes a new file beside it, syncs it, renames it over the old one and syncs the folder: a reader sees
// either the old or the new file, whole, even after a power cut, and the new one once this has returned ok.
// If `path` exists and is not a plain file (a device, a pipe) it is written into instead.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             ReadableBy readers = ReadableBy::umask_says);
Status write_file_atomically(const std::filesystem::path& path, std::string_view content,
                             ReadableBy readers = ReadableBy::umask_says);

// A power cut may undo the creation or renaming of a file until its folder is synced. Ok on file systems that
// cannot sync folders.
Status sync_folder(const std::filesystem::path& folder);

// Opens a file that grows in place, or that a library writes; creates it if it is missing, readable by its
// owner only. An existing file keeps its mode. flags: as of open(2), without O_CREAT. If the result is not
// valid, errno says why.
Fd open_private(const std::filesystem::path& path, int flags);

// Makes the folder and the missing ones above it, each for its owner only (0700), and syncs what names them.
// One that exists keeps its mode: its owner chose who may look into it.
std::error_code make_private_folders(const std::filesystem::path& folder);

// Nothing if a file can be written there; else what is wrong, to follow "--json: ...".
std::optional<std::string> why_not_writable(const std::filesystem::path& file);

// True if other users of this machine can read it, which a file with secrets should not allow.
bool readable_by_others(const std::filesystem::path& path);

}  // namespace vigia
