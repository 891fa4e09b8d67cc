// FindFace over TLS, as the whole client sees it.
#include <chrono>
#include <fstream>

#include "findface/findface_test_support.h"
#include "testing/certificate.h"
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
    const auto made = testing::make_certificate(dir_.path(), "server");
    ASSERT_TRUE(made.ok());
    cert_ = made->cert_file;
    FakeFindFaceOptions options;
    options.cert_file = cert_;
    options.key_file = made->key_file;
    start(std::move(options));
  }
  TempDir dir_;
  std::string cert_;
};

TEST_F(TlsTest, ASelfSignedCertificateIsRefusedWithALineThatSaysWhatToDo) {
  const delivery::DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, delivery::DeliveryResult::Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_GE(delivery.after, Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("certificate"));
  EXPECT_THAT(delivery.text, HasSubstr("delivery.findface.ca_file"));
  EXPECT_EQ(server_->requests("/auth/login/"), 0);
}

TEST_F(TlsTest, WithItsCertificateAsCaFileItIsAccepted) {
  connect(server_->url(), kPassword, {.ca_file = cert_});
  const delivery::DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, delivery::DeliveryResult::Outcome::delivered) << delivery.text;
}

TEST_F(TlsTest, AnExpiredCertificateWaitsForSomebodyToRenewIt) {
  connect(server_->url(), kPassword, {.ca_file = cert_});
  ASSERT_EQ(deliver().outcome, delivery::DeliveryResult::Outcome::delivered);
  const auto expired = testing::make_certificate(dir_.path(), "expired", testing::Validity::expired);
  ASSERT_TRUE(expired.ok());
  ASSERT_TRUE(server_->use_certificate(expired->cert_file, expired->key_file).ok());
  connect(server_->url(), kPassword, {.ca_file = expired->cert_file});
  const delivery::DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, delivery::DeliveryResult::Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
  EXPECT_GE(delivery.after, Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("expired"));
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefused) {
  connect("https://localhost:" + std::to_string(server_->port()), kPassword, {.ca_file = cert_});
  EXPECT_THAT(session_->log_in({}).error().text, HasSubstr("certificate"));
}

TEST_F(TlsTest, ACaFileThatIsMissingOrNoneIsNamed) {
  connect(server_->url(), kPassword, {.ca_file = dir_ / "missing.pem"});
  EXPECT_THAT(session_->log_in({}).error().text, HasSubstr("ca_file"));
  std::ofstream(dir_ / "junk.pem") << "junk";
  connect(server_->url(), kPassword, {.ca_file = dir_ / "junk.pem"});
  EXPECT_FALSE(session_->log_in({}).ok());
}

}  // namespace
}  // namespace vigia::findface
