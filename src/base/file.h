// Whole files in one call, with errors that name the file; and files that only their owner may read.
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

// Faces, times, places and passwords are for the owner only, whatever the umask: files 0600, folders 0700.
enum class ReadableBy { umask_says, owner };

// Writes a new file beside it, syncs it, renames it over the old one and syncs the folder: a reader sees
// either the old or the new file, whole, also after a power cut, and the new one once this has returned ok.
// If `path` exists and is not a plain file (a device, a pipe) it is written into instead.
Status write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> content,
                             ReadableBy readers = ReadableBy::umask_says);
Status write_file_atomically(const std::filesystem::path& path, std::string_view content,
                             ReadableBy readers = ReadableBy::umask_says);

// A file that was made or renamed in a folder is safe from a power cut only once the folder is written, too.
// Ok on file systems that cannot do that.
Status sync_folder(const std::filesystem::path& folder);

// For a file that grows in place, or that another library writes: opens it, and makes it readable by its
// owner only if it is missing. An existing file keeps its mode. flags: as of open(2), without O_CREAT. Not
// valid: errno says why.
Fd open_private(const std::filesystem::path& path, int flags);

// Makes the folder and the missing ones above it, each for its owner only (0700), and syncs what names them.
// One that exists keeps its mode: its owner chose who may look into it.
std::error_code make_private_folders(const std::filesystem::path& folder);

// Nothing if a file can be written there; else what is wrong, to follow "--json: ...".
std::optional<std::string> why_not_writable(const std::filesystem::path& file);

// True if other users of this machine can read it, which a file with secrets should not allow.
bool readable_by_others(const std::filesystem::path& path);

}  // namespace vigia
