// Chooses the uuid with which this installation logs in at FindFace, which keeps one token per uuid:
// FINDFACE_UUID, else one that is generated at the first start and kept in a file beside the outbox. It is
// random rather than derived from the machine, since containers of one image have the same machine id. It is
// not a secret, but any login with it ends this installation's session. Threads: thread-safe functions.
#pragma once

#include <filesystem>
#include <string>

namespace vigia::findface {

// The uuid if there is one already; "": none. set: FINDFACE_UUID; empty: not set.
std::string known_uuid(const std::string& set, const std::filesystem::path& file);
std::string generate_uuid();
// The known uuid, or else a new one, which is written into the file, readable by its owner only. If it cannot
// be written, the log says so, and the uuid is used for this run only.
std::string keep_uuid(const std::string& set, const std::filesystem::path& file);

}  // namespace vigia::findface
