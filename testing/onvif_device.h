// An ONVIF camera or recorder on loopback: answers a Probe over UDP, and its services over HTTP, in the
// manner of several makes; and misbehaves on command. It knows nothing of Vigia's own client: it compares
// logins by a computation of its own, and counts those that are wrong, as cameras do that lock an account.
//
//   auto device = OnvifDevice::start({.make = OnvifMake::clone});
//   ... a client sends a Probe to (*device)->address(), or asks (*device)->url() ...
//   (*device)->failed_logins()
//
// Several can be there at once: each has an address of its own among 127.x.y.z, and answers a multicast only
// if it comes from `heard`, so that tests that run beside each other do not meet. Threads: thread-safe.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace vigia::testing {

// What its answers look like.
enum class OnvifMake {
  hikvision,  // several XAddrs; HTTP Digest and UsernameToken
  dahua,      // faults with HTTP status 400; a stream address of another subnet
  axis,       // HTTP Digest only, for everything
  clone,      // default namespaces, no GetServices, a clock of 1970, a password in the stream address 0.0.0.0
  media2,     // the second media service only
  recorder,   // four video sources, of which the third has no stream
};

enum class OnvifFault {
  none,
  hang,        // no answer
  trickle,     // a byte each 100 ms
  cut,         // the connection ends in the middle of the answer
  huge,        // 8 MiB of elements
  deep,        // 300 000 elements in each other
  garbage,     // no XML
  entities,    // a document type with entities that multiply
  status_500,  // and no body
  moved        // to another path, by a redirection
};

struct OnvifOptions {
  OnvifMake make = OnvifMake::hikvision;
  std::string user = "admin", password = "s3cret & <long>";  // user empty: no login is wanted
  std::chrono::seconds clock_ahead{0};
  std::string endpoint = "urn:uuid:4d454930-0000-1000-8000-000000000001";
  std::string name = "Front%20door";  // as in a scope
  std::string heard;                  // answers a multicast of this address; empty: of none
  bool right_to_streams = true;       // false: the user may log in, and not ask for streams
};

class OnvifDevice {
 public:
  // Errors: io.
  static Result<std::unique_ptr<OnvifDevice>> start(OnvifOptions options);
  ~OnvifDevice();
  OnvifDevice(const OnvifDevice&) = delete;
  OnvifDevice& operator=(const OnvifDevice&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }  // 127.x.y.z
  [[nodiscard]] int port() const { return port_; }                       // of HTTP
  [[nodiscard]] std::string url() const;                                 // of its device service

  // From now on, instead of an answer to this operation; "": to all.
  void misbehave(const std::string& operation, OnvifFault fault);

  [[nodiscard]] int probes() const { return probes_; }
  [[nodiscard]] int failed_logins() const { return failed_logins_; }
  [[nodiscard]] int logins() const { return logins_; }  // that were right
  // Operations in the order in which they came.
  [[nodiscard]] std::vector<std::string> asked() const;
  // All that came in, to look for what must not be there.
  [[nodiscard]] std::string received() const;

 private:
  explicit OnvifDevice(OnvifOptions options) : options_(std::move(options)) {}
  Status open();
  void answer_probes();
  void answer_probe(int socket);
  void answer(const httplib::Request& request, httplib::Response& response);
  bool misbehaves(const httplib::Request& request, const std::string& operation, httplib::Response& response);
  // 0: let in; else the status of the refusal.
  int check_login(const httplib::Request& request, const std::string& operation);
  bool is_digest_right(const httplib::Request& request);
  bool is_token_right(const std::string& body);
  void refuse(int status, httplib::Response& response);
  [[nodiscard]] std::string with_places(std::string text) const;

  const OnvifOptions options_;
  std::string address_, nonce_;
  int port_ = 0;
  Fd probes_socket_, group_socket_;
  httplib::Server server_;
  std::jthread http_thread_, probe_thread_;
  std::atomic<int> probes_{0}, failed_logins_{0}, logins_{0};

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::map<std::string, OnvifFault> faults_;
  std::vector<std::string> asked_;
  std::string received_;
  std::set<std::string> nonces_;  // of tokens, and counts of HTTP Digest: each is good for one request
};

}  // namespace vigia::testing
