// Files from real servers on loopback, whole or not at all.
#include "http/download.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <vector>

#include "testing/certificate.h"
#include "testing/http_loop.h"
#include "testing/temp_dir.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using ::testing::HasSubstr;

const std::string kFile(300000, 'w');

template <class Server>
class Served {
 public:
  template <class... Words>
  explicit Served(Words&&... words) : server_(std::forward<Words>(words)...) {
    ::setenv("no_proxy", "*", 1);
    server_.Get("/file", [](const auto&, auto& answer) { answer.set_content(kFile, "x/y"); });
    server_.Get("/moved", [](const auto&, auto& answer) { answer.set_redirect("/file"); });
    server_.Get("/circle", [](const auto&, auto& answer) { answer.set_redirect("/circle"); });
    // Sends half of the announced bytes.
    server_.Get("/cut", [](const auto&, auto& answer) {
      answer.set_content_provider(kFile.size(), "x/y", [](std::size_t at, std::size_t, auto& sink) {
        return at == 0 && sink.write(kFile.data(), kFile.size() / 2);
      });
    });
    server_.Get("/never", [this](const auto&, auto& answer) {
      answer.set_chunked_content_provider("x/y", [this](std::size_t, auto& sink) {
        while (!over_.stop_requested() && sink.is_writable()) std::this_thread::sleep_for(5ms);
        return false;
      });
    });
    EXPECT_TRUE(loop_.open().ok());
  }
  ~Served() { over_.request_stop(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] std::string at(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(loop_.port()) + path;
  }
  void close() { loop_.close(); }

 private:
  std::stop_source over_;
  Server server_;
  testing::HttpLoop loop_{server_};
};

TEST(Download, IsTheWholeFileWithProgress) {
  const Served<httplib::Server> served;
  Bytes last = 0, all = 0;
  const auto file = download(served.at("/file"), {.progress = [&](Bytes so_far, Bytes of) {
                               EXPECT_GE(so_far, last);
                               last = so_far;
                               all = of;
                             }});
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_EQ(*file, kFile);
  EXPECT_EQ(last, static_cast<Bytes>(kFile.size()));
  EXPECT_EQ(all, last);
  EXPECT_EQ(*download(served.at("/moved")), kFile);
}

TEST(Download, WhatIsNotThereOrNotWholeIsAnError) {
  Served<httplib::Server> served;
  const auto none = download(served.at("/none"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  EXPECT_THAT(none.error().text, HasSubstr("404"));
  const auto cut = download(served.at("/cut"));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::unavailable);
  const auto large = download(served.at("/file"), {.at_most = 1000});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::io);
  EXPECT_THAT(large.error().text, HasSubstr("larger than"));
  EXPECT_FALSE(download(served.at("/circle")));
  EXPECT_EQ(download("ftp://127.0.0.1/file").error().code, ErrorCode::invalid);
  EXPECT_EQ(download("file:///etc/passwd").error().code, ErrorCode::invalid);
  served.close();
  const auto refused = download(served.at("/file"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

TEST(Download, IsOverAfterItsTimeWhateverTheServerDoes) {
  const Served<httplib::Server> served;
  const auto never = download(served.at("/never"), {.within = 300ms});
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, ErrorCode::timeout);
}

// Like a firewall that drops packets: connections are not accepted, and the queue is full.
TEST(Download, IsOverAfterItsTimeWhenNobodyAnswersAtAll) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::vector<int> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    static_cast<void>(::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), size));
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/file";
  const auto slow = download(url, {.within = 300ms});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::timeout);
  for (const int one : waiting) ::close(one);
  ::close(listener);
}

TEST(Download, TrustsOnlyAServerWithAGoodCertificate) {
  const testing::TempDir dir;
  const auto certificate = testing::make_certificate(dir.path(), "server");
  ASSERT_TRUE(certificate.ok());
  const Served<httplib::SSLServer> served(certificate->cert_file.c_str(), certificate->key_file.c_str());
  const auto stranger = download(served.at("/file", "https"));
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, ErrorCode::io);
  const auto known = download(served.at("/file", "https"), {.ca_file = certificate->cert_file});
  ASSERT_TRUE(known) << known.error().text;
  EXPECT_EQ(*known, kFile);
}

TEST(Sha256, AgreesWithKnownValues) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace vigia::http
