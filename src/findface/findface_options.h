// What the user sets about the FindFace Multi server. Keys: delivery.findface.*; the secrets come from
// the environment (FINDFACE_URL, FINDFACE_USER, FINDFACE_PASSWORD, FINDFACE_UUID) or secrets_file.
#pragma once

#include <string>

namespace vigia::findface {

struct FindfaceOptions {
  std::string url;                // https://host[:port]; empty: no FindFace
  std::string camera_prefix;      // groups whose name begins so, in any case; empty: all groups
  std::string ca_file;            // PEM file to verify the server's certificate against; empty: the system's
  std::string tls_pin;            // "", "first_use" or "sha256//BASE64": see http/tls_options.h
  bool tls_insecure = false;      // nothing is verified; warned of at each start
  std::string secrets_file;       // FINDFACE_USER=... lines, for those that the environment does not set
  double reload_interval = 15.0;  // seconds until the list of cameras is fetched again; 0: only at the start
  double post_timeout = 30.0;     // seconds to wait for the answer to a face, after its last byte was sent

  // Never in the settings file.
  std::string user;
  std::string password;
  std::string uuid;  // identifies this installation; empty: see installation_uuid.h

  [[nodiscard]] bool enabled() const { return !url.empty(); }
  bool operator==(const FindfaceOptions&) const = default;
};

}  // namespace vigia::findface
