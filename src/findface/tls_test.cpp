// FindFace over TLS, as the whole client sees it.
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "findface/findface_test_support.h"
#include "testing/temp_dir.h"

namespace vigia::findface {
namespace {

using std::chrono_literals::operator""s;
using testing::FakeFindFaceOptions;
using ::testing::HasSubstr;
using testing::TempDir;

class TlsTest : public FindfaceTest {
 protected:
  void SetUp() override {
    const std::string make =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=fake -addext "
        "subjectAltName=IP:127.0.0.1 -keyout '" +
        key_ + "' -out '" + cert_ + "' 2>/dev/null";
    ASSERT_EQ(std::system(make.c_str()), 0);
    FakeFindFaceOptions options;
    options.cert_file = cert_;
    options.key_file = key_;
    start(std::move(options));
  }
  TempDir dir_;
  std::string cert_ = dir_ / "cert.pem";
  std::string key_ = dir_ / "key.pem";
};

TEST_F(TlsTest, ASelfSignedCertificateIsRefusedWithALineThatSaysWhatToDo) {
  const outbox::Delivery delivery = deliver();
  EXPECT_EQ(delivery.outcome, outbox::Delivery::Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_GE(delivery.after, Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("certificate"));
  EXPECT_THAT(delivery.text, HasSubstr("delivery.findface.ca_file"));
  EXPECT_EQ(server_->requests("/auth/login/"), 0);
}

TEST_F(TlsTest, WithItsCertificateAsCaFileItIsAccepted) {
  connect(server_->url(), kPassword, cert_);
  const outbox::Delivery delivery = deliver();
  EXPECT_EQ(delivery.outcome, outbox::Delivery::Outcome::delivered) << delivery.text;
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefused) {
  connect("https://localhost:" + std::to_string(server_->port()), kPassword, cert_);
  EXPECT_THAT(session_->log_in({}).error().text, HasSubstr("certificate"));
}

TEST_F(TlsTest, ACaFileThatIsMissingOrNoneIsNamed) {
  connect(server_->url(), kPassword, dir_ / "missing.pem");
  EXPECT_THAT(session_->log_in({}).error().text, HasSubstr("ca_file"));
  std::ofstream(dir_ / "junk.pem") << "junk";
  connect(server_->url(), kPassword, dir_ / "junk.pem");
  EXPECT_FALSE(session_->log_in({}).ok());
}

}  // namespace
}  // namespace vigia::findface
