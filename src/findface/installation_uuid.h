// The uuid by which this installation logs in at FindFace, which keeps one token for each: FINDFACE_UUID,
// else one that is generated at the first start and kept in a file beside the outbox. Nothing of the machine
// is in it, since containers of one image have the same machine id. Not a secret, but whoever logs in with it
// ends this installation's session. Threads: thread-safe functions.
#pragma once

#include <filesystem>
#include <string>

namespace vigia::findface {

// set: FINDFACE_UUID; empty: not set. "": neither that nor a file.
std::string known_uuid(const std::string& set, const std::filesystem::path& file);
std::string generate_uuid();
// The known one; else a new one, which is written into the file, readable by its owner only. Where it cannot
// be written the log says so, and it is valid for this run.
std::string keep_uuid(const std::string& set, const std::filesystem::path& file);

}  // namespace vigia::findface
