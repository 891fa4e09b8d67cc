// The program's version and the revision that it was built from: "0.1.0 (1a2b3c4d5e6f)"; "+" after the
// revision: with changes; no revision: not from a checkout. Written by cmake/WriteRevision.cmake.
#pragma once

namespace vigia::settings {

extern const char* const kVersion;

}  // namespace vigia::settings
