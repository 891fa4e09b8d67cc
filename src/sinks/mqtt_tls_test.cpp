// MQTT over TLS, as the whole courier sees it.
#include <fstream>

#include "sinks/mqtt_test_support.h"
#include "testing/certificate.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using ::testing::HasSubstr;

class MqttTlsTest : public MqttTest {
 protected:
  // host: the name or address that the certificate is for.
  void start_with_tls(const std::string& host) {
    const auto made = testing::make_certificate(dir_.path(), "broker", testing::Validity::now, host);
    ASSERT_TRUE(made.ok()) << made.error().text;
    cert_ = made->cert_file;
    start({.cert_file = cert_, .key_file = made->key_file});
  }
  testing::TempDir dir_;
  std::string cert_;
};

TEST_F(MqttTlsTest, ASelfSignedCertificateIsRefusedWithALineThatSaysWhatToDo) {
  start_with_tls("IP:127.0.0.1");
  testing::MqttListener listener(broker_->port(), "#", {.ca_file = cert_});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr("certificate"));
  EXPECT_THAT(delivery.text, HasSubstr("delivery.mqtt.ca_file"));
  EXPECT_TRUE(listener.all().empty());
}

TEST_F(MqttTlsTest, WithItsCertificateAsCaFileItIsAccepted) {
  start_with_tls("IP:127.0.0.1");
  options_.ca_file = cert_;
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered) << delivery.text;
}

TEST_F(MqttTlsTest, ACertificateForAnotherNameIsRefused) {
  start_with_tls("DNS:elsewhere");
  options_.ca_file = cert_;
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr("certificate"));
}

TEST_F(MqttTlsTest, ACaFileThatIsMissingOrNoneIsNamed) {
  start_with_tls("IP:127.0.0.1");
  std::ofstream(dir_ / "junk.pem") << "junk";
  for (const std::string& file : {dir_ / "missing.pem", dir_ / "junk.pem"}) {
    options_.ca_file = file;
    const auto tried = try_mqtt(options_, system_clock(), {});
    ASSERT_FALSE(tried.ok());
    EXPECT_THAT(tried.error().text, HasSubstr("delivery.mqtt.ca_file"));
  }
}

TEST_F(MqttTlsTest, ABrokerWithoutTlsIsNotSpokenTo) {
  start();
  options_.url = "mqtts" + options_.url.substr(4);
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr("does it speak TLS"));
  EXPECT_THAT(broker_->log(), ::testing::Not(HasSubstr("New client connected")));
}

}  // namespace
}  // namespace vigia::sinks
