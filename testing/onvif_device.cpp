#include "testing/onvif_device.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <regex>

#include "testing/onvif_replies.h"

namespace vigia::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kProbePort = 3702;
constexpr const char* kRealm = "testing";

std::string first_group(const std::string& text, const std::string& pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex(pattern)) && found.size() > 1 ? found[1].str()
                                                                                 : std::string();
}

std::string decode_base64(const std::string& text) {
  std::vector<unsigned char> bytes(text.size() + 4);
  const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return {};
  const auto padding = std::count(text.begin(), text.end(), '=');
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size - padding)};
}

std::string base64_of(const unsigned char* bytes, int size) {
  std::array<unsigned char, 128> text{};
  const int length = EVP_EncodeBlock(text.data(), bytes, size);
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

std::string md5_hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_md5(), nullptr);
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes.at(i));
  return out;
}

std::string unescaped(std::string text) {
  for (const auto& [code, letter] :
       {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&quot;", "\""), std::pair("&amp;", "&")}) {
    text = std::regex_replace(text, std::regex(code), letter);
  }
  return text;
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, text.c_str(), &address.sin_addr);
  return address;
}

// Several may be bound to the group's port at once.
Fd probe_socket(const std::string& address) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in own = address_of(address, kProbePort);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) socket.reset();
  return socket;
}

// 127.x.y.z that nobody else is likely to use.
std::string own_address() {
  std::random_device random;
  return fmt::format("127.{}.{}.{}", 64 + random() % 128, random() % 256, 2 + random() % 250);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

Result<std::unique_ptr<OnvifDevice>> OnvifDevice::start(OnvifOptions options) {
  std::unique_ptr<OnvifDevice> device(new OnvifDevice(std::move(options)));
  if (Status opened = device->open(); !opened) return opened.error();
  return device;
}

Status OnvifDevice::open() {
  for (int i = 0; i < 20 && !probes_socket_.valid(); ++i) {
    address_ = own_address();
    probes_socket_ = probe_socket(address_);
  }
  if (!probes_socket_.valid()) return Error{ErrorCode::io, "no address of 127.0.0.0/8 can be used"};
  if (!options_.heard.empty()) {
    group_socket_ = probe_socket("239.255.255.250");
    ip_mreq group{};
    group.imr_multiaddr = address_of("239.255.255.250", 0).sin_addr;
    group.imr_interface = address_of("127.0.0.1", 0).sin_addr;
    if (!group_socket_.valid() ||
        ::setsockopt(group_socket_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
      return Error{ErrorCode::io, "the multicast group cannot be joined on loopback"};
    }
  }
  nonce_ = md5_hex(address_);
  server_.set_keep_alive_timeout(1);
  server_.Post(".*", [this](const httplib::Request& request, httplib::Response& response) {
    answer(request, response);
  });
  port_ = server_.bind_to_any_port(address_);
  if (port_ <= 0) return Error{ErrorCode::io, "no port can be listened at"};
  http_thread_ = std::jthread([this] { server_.listen_after_bind(); });
  probe_thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) answer_probes();
  });
  while (!server_.is_running()) std::this_thread::yield();
  return ok_status();
}

OnvifDevice::~OnvifDevice() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  probe_thread_.request_stop();
  server_.stop();
  if (probe_thread_.joinable()) probe_thread_.join();
  if (http_thread_.joinable()) http_thread_.join();
}

std::string OnvifDevice::url() const {
  return fmt::format("http://{}:{}/onvif/device_service", address_, port_);
}

void OnvifDevice::misbehave(const std::string& operation, OnvifFault fault) {
  const std::lock_guard lock(mutex_);
  faults_[operation] = fault;
}

std::vector<std::string> OnvifDevice::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string OnvifDevice::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

void OnvifDevice::answer_probes() {
  std::array<pollfd, 2> sockets{{{probes_socket_.get(), POLLIN, 0}, {group_socket_.get(), POLLIN, 0}}};
  if (::poll(sockets.data(), sockets.size(), 50) <= 0) return;
  for (const pollfd& one : sockets) {
    if ((one.revents & POLLIN) != 0) answer_probe(one.fd);
  }
}

void OnvifDevice::answer_probe(int socket) {
  std::array<char, 65536> buffer{};
  sockaddr_in from{};
  socklen_t size = sizeof from;
  auto* const generic = reinterpret_cast<sockaddr*>(&from);
  const auto got = ::recvfrom(socket, buffer.data(), buffer.size(), 0, generic, &size);
  if (got <= 0) return;
  std::array<char, INET_ADDRSTRLEN> sender{};
  ::inet_ntop(AF_INET, &from.sin_addr, sender.data(), sender.size());
  if (socket == group_socket_.get() && options_.heard != sender.data()) return;
  const std::string probe(buffer.data(), static_cast<std::size_t>(got));
  const bool mine = probe.find("/discovery/Probe<") != std::string::npos &&
                    probe.find("NetworkVideoTransmitter") != std::string::npos;
  if (!mine) return;
  ++probes_;
  const std::string id = first_group(probe, "MessageID>([^<]*)<");
  const std::string text =
      replaced(with_places(onvif_probe_match(options_.make, options_.endpoint, options_.name)), "{ID}", id);
  // Twice, as some do; and something else that uses the port.
  for (const std::string& datagram : {text, std::string("M-SEARCH * HTTP/1.1\r\n\r\n"), text}) {
    ::sendto(probes_socket_.get(), datagram.data(), datagram.size(), 0, generic, size);
  }
}

std::string OnvifDevice::with_places(std::string text) const {
  text = replaced(std::move(text), "{HOST}", address_);
  text = replaced(std::move(text), "{PORT}", std::to_string(port_));
  const std::tm now = fmt::gmtime(
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + options_.clock_ahead));
  const std::array<std::pair<const char*, int>, 6> parts{{{"{HOUR}", now.tm_hour},
                                                          {"{MINUTE}", now.tm_min},
                                                          {"{SECOND}", now.tm_sec},
                                                          {"{YEAR}", now.tm_year + 1900},
                                                          {"{MONTH}", now.tm_mon + 1},
                                                          {"{DAY}", now.tm_mday}}};
  for (const auto& [what, value] : parts) text = replaced(std::move(text), what, std::to_string(value));
  return text;
}

void OnvifDevice::answer(const httplib::Request& request, httplib::Response& response) {
  const std::string operation = first_group(request.body, "Body>\\s*<(?:\\w+:)?(\\w+)");
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(operation);
    received_ += request.path + "\n" + request.body + "\n";
    for (const auto& [name, value] : request.headers) received_ += name + ": " + value + "\n";
  }
  if (misbehaves(request, operation, response)) return;
  if (const int refused = check_login(request, operation); refused != 0) return refuse(refused, response);
  const std::string text = onvif_reply(options_.make, operation, request.body);
  response.status = text.empty() ? 400 : 200;
  response.set_content(text.empty() ? onvif_fault(options_.make, false) : with_places(text),
                       "application/soap+xml");
}

bool OnvifDevice::misbehaves(const httplib::Request& request, const std::string& operation,
                             httplib::Response& response) {
  std::unique_lock lock(mutex_);
  const auto found = faults_.contains(operation) ? faults_.find(operation) : faults_.find("");
  if (found == faults_.end() || found->second == OnvifFault::none) return false;
  const auto repeated = [](const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  const std::string begin =
      R"(<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>)";
  switch (found->second) {
    case OnvifFault::hang:
      ended_.wait_for(lock, 60s, [this] { return ending_; });
      break;
    case OnvifFault::trickle:
    case OnvifFault::cut: {
      const bool slow = found->second == OnvifFault::trickle;
      response.set_content_provider(
          100'000, "application/soap+xml",
          [this, slow](std::size_t at, std::size_t, httplib::DataSink& sink) {
            std::unique_lock sending(mutex_);
            const bool over = slow ? ended_.wait_for(sending, 100ms, [this] { return ending_; }) : at > 20;
            return !over && sink.write("<a/>", slow ? 1 : 4);
          });
      break;
    }
    case OnvifFault::huge:
      response.set_content(begin + repeated("<a/>", 2U << 20U), "application/soap+xml");
      break;
    case OnvifFault::deep:
      response.set_content(begin + repeated("<a>", 300'000), "application/soap+xml");
      break;
    case OnvifFault::entities:
      response.set_content(
          R"(<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM )"
          R"("file:///etc/passwd">]>)" +
              begin.substr(21) + "<x>&b;&c;</x></s:Body></s:Envelope>",
          "application/soap+xml");
      break;
    case OnvifFault::moved:
      if (request.path != "/onvif/device_service") return false;
      response.set_redirect(fmt::format("http://{}:{}/moved/here", address_, port_));
      break;
    case OnvifFault::status_500:
      response.status = 500;
      break;
    default:
      response.set_content("\x01\xFF<<<& not xml", "text/html");
  }
  return true;
}

int OnvifDevice::check_login(const httplib::Request& request, const std::string& operation) {
  const bool digest_only = options_.make == OnvifMake::axis;
  const bool open = operation == "GetSystemDateAndTime" && !digest_only;
  if (options_.user.empty() || open) return 0;
  const bool offers_digest =
      digest_only || options_.make == OnvifMake::hikvision || options_.make == OnvifMake::recorder;
  const int refusal = offers_digest ? 401 : options_.make == OnvifMake::dahua ? 400 : 500;
  const bool has_digest = request.has_header("Authorization");
  const bool has_token = !digest_only && request.body.find("UsernameToken") != std::string::npos;
  if (!has_digest && !has_token) return refusal;
  const bool right = has_digest ? offers_digest && is_digest_right(request) : is_token_right(request.body);
  ++(right ? logins_ : failed_logins_);
  if (!right) return refusal;
  return operation == "GetStreamUri" && !options_.right_to_streams ? refusal : 0;
}

bool OnvifDevice::is_digest_right(const httplib::Request& request) {
  const std::string header = request.get_header_value("Authorization");
  const auto value = [&header](const std::string& name) {
    const std::string in_quotes = first_group(header, "[ ,]" + name + "=\"((?:[^\"\\\\]|\\\\.)*)\"");
    return in_quotes.empty() ? first_group(header, "[ ,]" + name + "=([^\", ]+)") : in_quotes;
  };
  const std::string who = md5_hex(options_.user + ":" + kRealm + ":" + options_.password);
  const std::string what = md5_hex("POST:" + value("uri"));
  const std::string expected =
      md5_hex(who + ":" + nonce_ + ":" + value("nc") + ":" + value("cnonce") + ":auth:" + what);
  const std::lock_guard lock(mutex_);
  const bool fresh = nonces_.insert(value("nc") + value("cnonce")).second;
  return header.starts_with("Digest ") && value("username") == options_.user && value("realm") == kRealm &&
         value("nonce") == nonce_ && value("opaque") == "0p\\\"q" && value("uri") == request.target &&
         fresh && value("response") == expected;
}

bool OnvifDevice::is_token_right(const std::string& body) {
  const std::string user = unescaped(first_group(body, "Username>([^<]*)<"));
  const std::string sent = first_group(body, "#PasswordDigest\"[^>]*>([^<]*)<");
  const std::string nonce = first_group(body, "Nonce[^>]*>([^<]*)<");
  const std::string created = first_group(body, "Created[^>]*>([^<]*)<");
  const std::string text = decode_base64(nonce) + created + options_.password;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::tm when{};
  const char* const end = ::strptime(created.c_str(), "%Y-%m-%dT%H:%M:%S", &when);
  const auto made = std::chrono::system_clock::from_time_t(::timegm(&when));
  const auto off = std::chrono::abs(made - (std::chrono::system_clock::now() + options_.clock_ahead));
  const std::lock_guard lock(mutex_);
  const bool fresh = nonces_.insert(nonce).second;
  return user == options_.user && end != nullptr && off < 10s && fresh && nonce.size() >= 20 &&
         sent == base64_of(digest.data(), SHA_DIGEST_LENGTH);
}

void OnvifDevice::refuse(int status, httplib::Response& response) {
  response.status = status;
  if (status != 401) return response.set_content(onvif_fault(options_.make, true), "application/soap+xml");
  // SHA-512 first: it has to be passed over.
  response.headers.emplace("WWW-Authenticate", "Basic realm=\"x\"");
  response.headers.emplace(
      "WWW-Authenticate",
      fmt::format(R"(Digest realm="{}", nonce="{}", algorithm=SHA-512, qop="auth")", kRealm, nonce_));
  response.headers.emplace(
      "WWW-Authenticate",
      fmt::format(R"(Digest qop="auth-int, auth", realm="{}",nonce="{}", opaque="0p\"q", stale="FALSE")",
                  kRealm, nonce_));
  response.set_content("<html>401</html>", "text/html");
}

}  // namespace vigia::testing
