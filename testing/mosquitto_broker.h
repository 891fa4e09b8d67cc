// An MQTT broker for tests: Debian's mosquitto in a process of its own, on a loopback port that stays
// reserved while it is down.
//
//   auto broker = MosquittoBroker::start({.user = "vigia", .password = "secret"});
//   (*broker)->url();       // "mqtt://127.0.0.1:PORT"
//   (*broker)->kill();      // like a power cut
//   (*broker)->come_up();   // without its former state
//
// Threads: owner thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "testing/program.h"
#include "testing/temp_dir.h"

namespace vigia::testing {

struct MosquittoOptions {
  std::string user{}, password{};         // empty: everybody may come
  std::string cert_file{}, key_file{};    // PEM: TLS with these
  std::vector<std::string> more_lines{};  // of mosquitto.conf
};

class MosquittoBroker {
 public:
  static Result<std::unique_ptr<MosquittoBroker>> start(MosquittoOptions options = {});

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const;
  void kill();
  void suspend(bool is) const;  // it keeps its connections and does nothing
  Status come_up();             // returns once it takes connections
  [[nodiscard]] std::string log() const;

 private:
  explicit MosquittoBroker(MosquittoOptions options) : options_(std::move(options)) {}
  Status hold_port();
  Status write_config() const;

  const MosquittoOptions options_;
  TempDir folder_;
  Fd holder_;  // bound and never listening
  int port_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace vigia::testing
