// Which servers are accepted with each way of verification, against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/mutex.h"
#include "http/download.h"
#include "http/http.h"
#include "http/pins.h"
#include "testing/certificate.h"
#include "testing/fake_findface.h"
#include "testing/http_loop.h"
#include "testing/temp_dir.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using testing::pin_of;
using testing::Validity;

// The protocols that a client offers in its handshake (ALPN).
class AlpnServer {
 public:
  explicit AlpnServer(const testing::Certificate& certificate)
      : server_(certificate.cert_file.c_str(), certificate.key_file.c_str()), loop_(server_) {
    SSL_CTX_set_alpn_select_cb(
        server_.ssl_context(),
        [](SSL*, const unsigned char**, unsigned char*, const unsigned char* offered, unsigned size,
           void* self) {
          auto& server = *static_cast<AlpnServer*>(self);
          MutexLock lock(server.mutex_);
          for (unsigned at = 0; at < size; at += offered[at] + 1U) {
            server.offered_.emplace_back(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
          }
          return SSL_TLSEXT_ERR_NOACK;
        },
        this);
    server_.Get("/", [](const httplib::Request&, httplib::Response& response) { response.status = 200; });
    EXPECT_TRUE(loop_.open().ok());
  }
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(loop_.port()) + "/"; }
  [[nodiscard]] std::vector<std::string> offered() const {
    MutexLock lock(mutex_);
    return offered_;
  }

 private:
  httplib::SSLServer server_;
  mutable Mutex mutex_;
  std::vector<std::string> offered_ GUARDED_BY(mutex_);
  testing::HttpLoop loop_;  // last: its threads use the rest
};

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    good_ = made("good");
    testing::FakeFindFaceOptions options;
    options.cert_file = good_.cert_file;
    options.key_file = good_.key_file;
    auto started = testing::FakeFindFace::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = std::move(*started);
  }
  testing::Certificate made(const std::string& name, Validity validity = Validity::now) {
    auto certificate = testing::make_certificate(dir_.path(), name, validity);
    EXPECT_TRUE(certificate.ok());
    return *certificate;
  }
  void server_shows(const testing::Certificate& certificate) {
    const Status changed = server_->use_certificate(certificate.cert_file, certificate.key_file);
    ASSERT_TRUE(changed.ok()) << changed.error().text;
  }
  HttpResult get(Http& http, const std::string& host = "127.0.0.1") {
    HttpRequest request;
    request.url = "https://" + host + ":" + std::to_string(server_->port()) + "/camera-groups/";
    request.timeout = 20s;
    return http.perform(request, {});
  }
  HttpResult get(const TlsOptions& tls, const std::string& host = "127.0.0.1") {
    Http http(tls);
    return get(http, host);
  }
  static bool accepted(const HttpResult& result) { return result.failure == HttpFailure::none; }
  TlsOptions first_use() { return {.pin = "first_use", .pins_file = dir_ / "db.pins"}; }
  void expect_refused(const HttpResult& result) {
    EXPECT_EQ(result.failure, HttpFailure::tls) << result.text;
    EXPECT_FALSE(result.sent_whole);
    EXPECT_EQ(result.text.find('\n'), std::string::npos);
  }

  testing::TempDir dir_;
  testing::Certificate good_;
  std::unique_ptr<testing::FakeFindFace> server_;
};

TEST_F(TlsTest, ASelfSignedServerIsRefusedAndTheTextNamesTheSettingsOfItsSection) {
  const HttpResult result = get(TlsOptions{.section = "delivery.webhook"});
  expect_refused(result);
  EXPECT_THAT(result.text, HasSubstr("delivery.webhook.ca_file"));
  EXPECT_THAT(result.text, HasSubstr("delivery.webhook.tls_pin"));
  EXPECT_EQ(server_->requests(), 0);
}

TEST_F(TlsTest, WithItsCertificateAsAuthorityItIsAcceptedByItsNameOnly) {
  const TlsOptions tls{.ca_file = good_.cert_file};
  EXPECT_TRUE(accepted(get(tls)));
  expect_refused(get(tls, "localhost"));
}

TEST_F(TlsTest, AnExpiredCertificateIsRefusedWithAnotherAdvice) {
  const auto expired = made("expired", Validity::expired);
  server_shows(expired);
  const HttpResult result = get(TlsOptions{.ca_file = expired.cert_file});
  expect_refused(result);
  EXPECT_THAT(result.text, HasSubstr("expired"));
  EXPECT_THAT(result.text, HasSubstr("clock of this machine"));
  EXPECT_THAT(result.text, ::testing::Not(HasSubstr("ca_file")));
}

TEST_F(TlsTest, APinAcceptsTheKeyWhateverTheCertificateSays) {
  const TlsOptions tls{.pin = pin_of(good_.cert_file)};
  ASSERT_TRUE(is_key_pin(tls.pin)) << tls.pin;
  EXPECT_TRUE(accepted(get(tls)));
  EXPECT_TRUE(accepted(get(tls, "localhost")));
  const auto renewed = testing::renew_certificate(good_, dir_.path(), "renewed");
  ASSERT_TRUE(renewed.ok());
  server_shows(*renewed);
  EXPECT_TRUE(accepted(get(tls)));
}

TEST_F(TlsTest, APinRefusesEveryOtherKeyBeforeTheRequest) {
  const TlsOptions tls{.ca_file = good_.cert_file, .pin = pin_of(made("other").cert_file)};
  const HttpResult result = get(tls);
  expect_refused(result);
  EXPECT_THAT(result.text, HasSubstr(pin_of(good_.cert_file)));
  EXPECT_THAT(result.text, HasSubstr("set delivery.findface.tls_pin to this key"));
  EXPECT_EQ(server_->requests(), 0);
}

TEST_F(TlsTest, AKeyThatChangesWhileConnectionsAreKeptIsRefused) {
  Http http({.pin = pin_of(good_.cert_file)});
  EXPECT_TRUE(accepted(get(http)));
  server_shows(made("other"));
  expect_refused(get(http));
}

TEST_F(TlsTest, FirstUseKeepsTheKeyAndDemandsItFromThenOn) {
  EXPECT_TRUE(accepted(get(first_use())));
  const std::string server = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_EQ(*Pins(dir_ / "db.pins").find(server), pin_of(good_.cert_file));
  EXPECT_TRUE(accepted(get(first_use())));
  const auto other = made("other");
  server_shows(other);
  const int before = server_->requests();
  const HttpResult result = get(first_use());
  expect_refused(result);
  EXPECT_THAT(result.text, HasSubstr("delete the line of " + server + " in " + dir_ / "db.pins"));
  EXPECT_EQ(server_->requests(), before);
  // As the text says:
  std::filesystem::remove(dir_ / "db.pins");
  EXPECT_TRUE(accepted(get(first_use())));
  EXPECT_EQ(*Pins(dir_ / "db.pins").find(server), pin_of(other.cert_file));
}

TEST_F(TlsTest, ACheckAcceptsTheFirstKeyAndKeepsNone) {
  TlsOptions check = first_use();
  check.keeps_first = false;
  EXPECT_TRUE(accepted(get(check)));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "db.pins"));
  EXPECT_TRUE(accepted(get(first_use())));
  server_shows(made("other"));
  expect_refused(get(check));
}

TEST_F(TlsTest, SeveralFirstConnectionsAtATimeKeepOneKey) {
  Http http(first_use());
  std::atomic<int> accepted_count{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { accepted_count += accepted(get(http)); });
  }
  EXPECT_EQ(accepted_count, 8);
}

TEST_F(TlsTest, AKeyThatCannotBeKeptSendsNothing) {
  TlsOptions tls = first_use();
  tls.pins_file = dir_ / "missing/db.pins";
  const HttpResult result = get(tls);
  EXPECT_EQ(result.failure, HttpFailure::tls) << result.text;
  EXPECT_THAT(result.text, HasSubstr("cannot be kept"));
  EXPECT_EQ(server_->requests(), 0);
}

TEST_F(TlsTest, AFileOfKeysThatMakesNoSenseTrustsNobody) {
  std::ofstream(dir_ / "db.pins") << "127.0.0.1 junk\n";
  const HttpResult result = get(first_use());
  EXPECT_EQ(result.failure, HttpFailure::tls);
  EXPECT_THAT(result.text, HasSubstr("db.pins:1: "));
  EXPECT_EQ(server_->requests(), 0);
}

TEST_F(TlsTest, InsecureAcceptsEverybodyAndIsWarnedOf) {
  const TlsOptions tls{.insecure = true};
  EXPECT_TRUE(accepted(get(tls, "localhost")));
  server_shows(made("expired", Validity::expired));
  EXPECT_TRUE(accepted(get(tls)));
  EXPECT_THAT(warning_of(tls), HasSubstr("delivery.findface.tls_insecure"));
  EXPECT_EQ(warning_of({}), "");
}

TEST_F(TlsTest, APinGoesBeforeInsecure) {
  expect_refused(get(TlsOptions{.pin = pin_of(made("other").cert_file), .insecure = true}));
}

TEST_F(TlsTest, NothingButHttp11IsOffered) {
  const AlpnServer server(good_);
  Http http({.ca_file = good_.cert_file});
  HttpRequest request;
  request.url = server.url();
  request.timeout = 20s;
  ASSERT_TRUE(http.perform(request, {}).answered(200));
  EXPECT_THAT(server.offered(), ::testing::ElementsAre("http/1.1"));
  ASSERT_TRUE(download(server.url(), {.ca_file = good_.cert_file}).ok());
  EXPECT_THAT(server.offered(), ::testing::ElementsAre("http/1.1", "http/1.1"));
}

}  // namespace
}  // namespace vigia::http
