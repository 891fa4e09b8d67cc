// Lets a webhook's receiver verify that a post is from Vigia, and not an old one replayed by somebody else:
// X-Vigia-Timestamp (seconds since 1970) and X-Vigia-Signature: sha256=HEX, the HMAC-SHA256 of
// "TIMESTAMP.BODY" with the shared secret. The receiver computes it of the body's bytes as they came,
// compares in constant time, and refuses timestamps that are minutes old. Threads: thread-safe. Cost: about 1
// ms a megabyte.
#pragma once

#include <string>
#include <string_view>

namespace vigia::sinks {

// "sha256=" and 64 lower-case hexadecimal digits; empty if OpenSSL has no memory or no SHA-256.
std::string sign(std::string_view secret, std::string_view timestamp, std::string_view body);

}  // namespace vigia::sinks
