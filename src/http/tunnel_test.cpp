// A client without TLS speaks to a TLS server through a tunnel: only to the right one.
#include "http/tunnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "testing/certificate.h"
#include "testing/dead_name_server.h"
#include "testing/http_loop.h"
#include "testing/temp_dir.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

class TunnelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.Get("/large", [this](const httplib::Request&, httplib::Response& answer) {
      answer.set_content(large_, "application/octet-stream");
    });
    server_.Post("/echo", [](const httplib::Request& request, httplib::Response& answer) {
      answer.set_content(request.body, "application/octet-stream");
    });
    server_.set_pre_routing_handler([this](const httplib::Request&, httplib::Response&) {
      ++requests_;
      return httplib::Server::HandlerResponse::Unhandled;
    });
    server_.set_keep_alive_timeout(1);
    ASSERT_TRUE(loop_.open().ok());
  }
  Result<std::unique_ptr<Tunnel>> open(const TlsOptions& tls) {
    return Tunnel::open("127.0.0.1:" + std::to_string(loop_.port()), tls, 20s, {});
  }
  TlsOptions good() { return {.ca_file = certificate_.cert_file, .section = ""}; }

  testing::TempDir dir_;
  testing::Certificate certificate_ = *testing::make_certificate(dir_.path(), "good");
  const std::string large_ = std::string(3'000'000, 'v') + "end";
  std::atomic<int> requests_{0};
  httplib::SSLServer server_{certificate_.cert_file.c_str(), certificate_.key_file.c_str()};
  testing::HttpLoop loop_{server_};  // last: its threads use the rest
};

TEST_F(TunnelTest, BytesGoBothWaysOverTheVerifiedConnection) {
  const auto tunnel = open(good());
  ASSERT_TRUE(tunnel.ok()) << tunnel.error().text;
  httplib::Client client("127.0.0.1", (*tunnel)->port());
  client.set_keep_alive(true);  // the tunnel carries one connection
  const auto echo = client.Post("/echo", large_, "application/octet-stream");
  ASSERT_TRUE(echo);
  EXPECT_EQ(echo->body, large_);
  const auto large = client.Get("/large");
  ASSERT_TRUE(large);
  EXPECT_EQ(large->body, large_);
}

TEST_F(TunnelTest, AServerThatIsNotVerifiedGetsNoByte) {
  const auto other = *testing::make_certificate(dir_.path(), "other");
  for (const TlsOptions& tls :
       {TlsOptions{.section = ""}, TlsOptions{.ca_file = other.cert_file, .section = ""},
        TlsOptions{.pin = "sha256//" + std::string(43, 'A') + "=", .section = ""}}) {
    const auto tunnel = open(tls);
    ASSERT_FALSE(tunnel.ok());
    EXPECT_EQ(tunnel.error().code, ErrorCode::refused);
    EXPECT_THAT(tunnel.error().text, HasSubstr(" set "));
    EXPECT_THAT(tunnel.error().text, HasSubstr("tls_pin"));
  }
  EXPECT_EQ(requests_, 0);
}

TEST_F(TunnelTest, TheKeyOfAFirstUseIsKeptAndDemandedThen) {
  const TlsOptions tls{.pin = "first_use", .pins_file = dir_ / "pins", .section = ""};
  ASSERT_TRUE(open(tls).ok());
  ASSERT_TRUE(std::filesystem::exists(dir_ / "pins"));
  EXPECT_TRUE(open(tls).ok());
  const auto other = *testing::make_certificate(dir_.path(), "other");
  SSL_CTX_use_certificate_chain_file(server_.ssl_context(), other.cert_file.c_str());
  SSL_CTX_use_PrivateKey_file(server_.ssl_context(), other.key_file.c_str(), SSL_FILETYPE_PEM);
  const auto tunnel = open(tls);
  ASSERT_FALSE(tunnel.ok());
  EXPECT_THAT(tunnel.error().text, HasSubstr("is not the one of its first connection"));
}

TEST_F(TunnelTest, TheEndOfTheServerEndsTheReader) {
  const auto tunnel = open(good());
  ASSERT_TRUE(tunnel.ok()) << tunnel.error().text;
  httplib::Client client("127.0.0.1", (*tunnel)->port());
  client.set_keep_alive(true);
  ASSERT_TRUE(client.Get("/large"));
  loop_.close();
  EXPECT_FALSE(client.Get("/large"));
}

TEST_F(TunnelTest, ATunnelThatNobodyUsesEnds) {
  EXPECT_TRUE(open(good()).ok());
}

TEST_F(TunnelTest, AStopEndsAConnectionWhoseNameIsStillLookedUp) {
  testing::DeadNameServer dead;
  std::stop_source stop;
  ErrorCode code = ErrorCode::io;
  {
    const std::jthread caller([&] {
      const auto tunnel = Tunnel::open("camera.dead.test:322", {}, 3600s, stop.get_token());
      if (!tunnel) code = tunnel.error().code;
    });
    dead.wait_until_asked();
    stop.request_stop();
  }
  EXPECT_EQ(code, ErrorCode::cancelled);
  const auto late = Tunnel::open("camera.dead.test:322", {}, 100ms, {});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  EXPECT_FALSE(dead.was_released());
}

}  // namespace
}  // namespace vigia::http
