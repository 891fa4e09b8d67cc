// Makes certificates for test servers: self-signed, each with a new key.
#pragma once

#include <string>

#include "base/result.h"

namespace vigia::testing {

struct Certificate {
  std::string cert_file;
  std::string key_file;
};

enum class Validity { now, expired };

// Writes <folder>/<name>.cert.pem and <folder>/<name>.key.pem. host: the name or address that it is for, as
// OpenSSL writes it.
// Error: io.
Result<Certificate> make_certificate(const std::string& folder, const std::string& name,
                                     Validity validity = Validity::now,
                                     const std::string& host = "IP:127.0.0.1");
// The same key in another certificate, as after a renewal.
Result<Certificate> renew_certificate(const Certificate& of, const std::string& folder,
                                      const std::string& name);
// "sha256//..." of its public key, by another program than ours: openssl.
std::string pin_of(const std::string& cert_file);

}  // namespace vigia::testing
