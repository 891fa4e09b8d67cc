// Real HTTP over sockets against the real server.
#include "web/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "web/web.h"
#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A connection as a stranger has one.
class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
  }
  // False: the other side does not take it.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return connected_;
  }
  // Until the text occurs, or the other side ends.
  std::string read_until(std::string_view mark) {
    std::string all;
    std::array<char, 65536> part{};
    while (mark.empty() || all.find(mark) == std::string::npos) {
      const ssize_t got = ::recv(fd_.get(), part.data(), part.size(), 0);
      if (got <= 0) break;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string read_all() { return read_until(""); }
  // Nothing more is sent.
  void finish() { ::shutdown(fd_.get(), SHUT_WR); }

 private:
  Fd fd_;
  bool connected_ = false;
};

class ServerTest : public WebTest {
 protected:
  ServerTest() : WebTest(&system_clock()) { housekeeping_ = system_clock().now(); }
  ~ServerTest() override { stop(); }

  void start(WebOptions options = {.listen = "127.0.0.1:0"}) {
    auto opened = Web::open(options, world());
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    web_ = *std::move(opened);
    const std::string address = web_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    pictures_ = std::jthread([this](const std::stop_token& stop) { web_->run_pictures(stop); });
    server_ = std::jthread([this](const std::stop_token& stop) { web_->run_server(stop); });
  }
  void stop() {
    for (std::jthread* thread : {&server_, &pictures_}) {
      thread->request_stop();
      if (thread->joinable()) thread->join();
    }
  }
  static std::string get(const std::string& target, const std::string& headers = "",
                         const std::string& host = "localhost") {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "Connection: close\r\n\r\n";
  }
  std::string ask(const std::string& text) {
    Client client(port_);
    client.send(text);
    return client.read_all();
  }
  static std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  std::unique_ptr<Web> web_;
  std::uint16_t port_ = 0;
  std::jthread pictures_, server_;
};

TEST_F(ServerTest, AnswersWithSecurityHeaders) {
  start();
  const std::string answer = ask(get("/api/v1/status"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  for (const char* const header :
       {"Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer", "Cache-Control: no-store", "frame-ancestors 'none'",
        "Content-Type: application/json"}) {
    EXPECT_THAT(answer, HasSubstr(header));
  }
  EXPECT_EQ(nlohmann::json::parse(body_of(answer)).at("workers"), 2);
  const std::string head =
      ask("HEAD /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(body_of(head), "");
  EXPECT_THAT(ask(get("/")), HasSubstr("text/html"));
  EXPECT_THAT(ask(get("/metrics")), HasSubstr("vigia_build_info"));
  EXPECT_EQ(body_of(ask(get("/healthz"))), "ok\n");
}

TEST_F(ServerTest, RebindingOtherSitesAndTraversalGetNothing) {
  start();
  EXPECT_THAT(ask(get("/api/v1/cameras", "", "evil.example")), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(get("/", "", "evil.example")), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(get("/api/v1/cameras", "Origin: http://evil.example\r\n")), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(get("/api/v1/cameras", "Sec-Fetch-Site: cross-site\r\n")), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(
      ask("PUT /api/v1/log_level HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Type: "
          "application/json\r\nContent-Length: 17\r\n\r\n{\"level\":\"debug\"}"),
      StartsWith("HTTP/1.1 403"));
  for (const char* const path :
       {"/../../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/assets/../../etc/passwd", "/%00", "//etc/passwd",
        "/.git/config", "/etc/passwd", "/vigia.db"}) {
    const std::string answer = ask(get(path));
    EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 404"))) << path;
    EXPECT_THAT(answer, Not(HasSubstr("root:")));
  }
}

TEST_F(ServerTest, TheTokenOpensTheApi) {
  start({.listen = "127.0.0.1:0", .token = "a long enough token"});
  for (const char* const path :
       {"/api/v1/status", "/metrics", "/api/v1/stream", "/api/v1/nothing", "/api/v1/openapi.json"}) {
    EXPECT_THAT(ask(get(path)), StartsWith("HTTP/1.1 401")) << path;
  }
  for (const char* const path : {"/healthz", "/", "/api/v1/session"})
    EXPECT_THAT(ask(get(path)), StartsWith("HTTP/1.1 200")) << path;
  EXPECT_THAT(ask(get("/metrics", "Authorization: Bearer a long enough token\r\n")),
              StartsWith("HTTP/1.1 200"));
  const std::string answer =
      ask("POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          "Content-Length: 31\r\nConnection: close\r\n\r\n{\"token\":\"a long enough token\"}\n");
  ASSERT_THAT(answer, StartsWith("HTTP/1.1 204"));
  const std::size_t at = answer.find("Set-Cookie: ") + 12;
  const std::string cookie = answer.substr(at, answer.find(';', at) - at);
  EXPECT_THAT(ask(get("/api/v1/status", "Cookie: " + cookie + "\r\n")), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ATokenCanComeFromAFile) {
  std::ofstream(folder_ / "token") << "a long enough token\n";
  start({.listen = "127.0.0.1:0", .token_file = folder_ / "token"});
  EXPECT_THAT(ask(get("/api/v1/status")), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask(get("/api/v1/status", "Authorization: Bearer a long enough token\r\n")),
              StartsWith("HTTP/1.1 200"));
  EXPECT_FALSE(Web::open({.listen = "127.0.0.1:0", .token_file = folder_ / "none"}, world()).ok());
}

TEST_F(ServerTest, ATakenAddressIsAnErrorUnlessItWasNotAskedFor) {
  start();
  const auto again = Web::open({.listen = web_->address()}, world());
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().text, HasSubstr("cannot be used: Address already in use"));
  const auto first = Web::open({}, world());  // 127.0.0.1:8080, where it is free
  const auto second = Web::open({}, world());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*second, nullptr);
  EXPECT_EQ(*Web::open({.listen = "off"}, world()), nullptr);
}

TEST_F(ServerTest, ALargeBodyIsNotTaken) {
  start();
  const std::string head =
      "PUT /api/v1/log_level HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  Client announced(port_);
  ASSERT_TRUE(announced.send(head + "Content-Length: 1000000000\r\n\r\n"));
  EXPECT_THAT(announced.read_all(), StartsWith("HTTP/1.1 413"));
  Client chunked(port_);
  ASSERT_TRUE(chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "2000\r\n" + std::string(0x2000, 'x') + "\r\n";
  std::size_t taken = 0;
  while (taken < 1'000'000'000 && chunked.send(chunk)) taken += chunk.size();
  EXPECT_LT(taken, 20'000'000U) << "it ends after the buffers of the system";
  EXPECT_THAT(ask(get("/healthz")), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, TenThousandMalformedRequestsChangeNothing) {
  start();
  std::mt19937 dice(7);
  const std::vector<std::string> seeds{
      get("/api/v1/status"), get("/api/v1/events?limit=5&since=1h", "Cookie: vigia=1\r\n"),
      "PUT /api/v1/log_level HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 16\r\n\r\n{\"level\":\"info\"}"};
  int answered = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string text = seeds[dice() % seeds.size()];
    for (unsigned change = 0; change <= dice() % 8; ++change) {
      const std::size_t at = dice() % text.size();
      switch (dice() % 4) {
        case 0:
          text[at] = static_cast<char>(dice() % 256);
          break;
        case 1:
          text.insert(at, dice() % 64, static_cast<char>(dice() % 256));
          break;
        case 2:
          text.erase(at, dice() % 16);
          break;
        default:
          text.insert(at, "\r\n");
      }
      if (text.empty()) text = "x";
    }
    Client client(port_);
    client.send(text);
    client.finish();
    answered += client.read_until("\r\n").starts_with("HTTP/1.1 ") ? 1 : 0;
  }
  EXPECT_GT(answered, 1000);
  EXPECT_THAT(ask(get("/api/v1/status")), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, SlowClientsAreBoundedAndEnd) {
  start();
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 500; ++i) {
    slow.push_back(std::make_unique<Client>(port_));
    slow.back()->send("GET /api/v1/status HTTP/1.1\r\nHost: loc");
  }
  // Those that were let in are ended within the time for a request; then there is room again.
  for (const auto& client : slow) EXPECT_EQ(client->read_all(), "");
  EXPECT_THAT(ask(get("/healthz")), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ChangesAreStreamed) {
  record(1, 3);
  start();
  Client client(port_);
  client.send(get("/api/v1/stream"));
  const std::string first = client.read_until("event: receivers");
  EXPECT_THAT(first, HasSubstr("text/event-stream"));
  EXPECT_THAT(first, HasSubstr("id: 3\nevent: status"));
  status::Snapshot snapshot = rich_snapshot();
  snapshot.cameras[1].state = "COMPLETED";
  set(snapshot);
  EXPECT_THAT(client.read_until("COMPLETED"), HasSubstr("COMPLETED"));
  stop();
  EXPECT_THAT(client.read_all(), HasSubstr("0\r\n\r\n")) << "a stop ends it in order";
}

TEST_F(ServerTest, PicturesAreStreamedAndOneIsGiven) {
  start();
  std::jthread worker([this](const std::stop_token& stop) {
    for (std::uint64_t i = 1; !stop.stop_requested(); i += show("gate", i) ? 1 : 0) std::this_thread::yield();
  });
  Client client(port_);
  client.send(get("/api/v1/pictures?camera=gate"));
  const std::string pictures = client.read_until("\"sequence\":3,");
  EXPECT_THAT(pictures, HasSubstr("application/vnd.vigia.pictures"));
  EXPECT_THAT(pictures, HasSubstr("\"sequence\":3,"));
  const std::string one = ask(get("/api/v1/cameras/gate/picture"));
  EXPECT_THAT(one, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(one, HasSubstr("X-Vigia-Captured: 2026-11-23T13:01:40"));
  EXPECT_EQ(body_of(one).substr(0, 2), "\xFF\xD8");
}

}  // namespace
}  // namespace vigia::web
