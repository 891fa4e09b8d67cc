#include "http/pins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/file.h"
#include "http/tls_options.h"
#include "testing/temp_dir.h"

namespace vigia::http {
namespace {

using ::testing::HasSubstr;

const std::string kKey = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const std::string kOther = "sha256//n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

class PinsTest : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(dir_ / "db.pins") << text; }

  testing::TempDir dir_;
  Pins pins_{dir_ / "db.pins"};
};

TEST_F(PinsTest, NothingIsKeptBeforeTheFirstKey) {
  const auto found = pins_.find("h:443");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, "");
  EXPECT_FALSE(std::filesystem::exists(pins_.file()));
}

TEST_F(PinsTest, KeepsAKeyForEachServerAlsoForAnotherObject) {
  ASSERT_TRUE(pins_.keep("h:443", kKey).ok());
  ASSERT_TRUE(pins_.keep("h:444", kOther).ok());
  const Pins again(dir_ / "db.pins");
  EXPECT_EQ(*again.find("h:443"), kKey);
  EXPECT_EQ(*again.find("h:444"), kOther);
  EXPECT_EQ(*again.find("other:443"), "");
}

TEST_F(PinsTest, TheFileIsItsOwnersAlone) {
  write("# mine\n");
  ASSERT_EQ(::chmod(pins_.file().c_str(), 0644), 0);
  ASSERT_TRUE(pins_.keep("h:443", kKey).ok());
  EXPECT_FALSE(readable_by_others(pins_.file()));
  EXPECT_THAT(*read_file(pins_.file(), 1_MiB), HasSubstr("# mine"));
}

TEST_F(PinsTest, AnotherKeyIsRefusedAndTheSameIsFine) {
  ASSERT_TRUE(pins_.keep("h:443", kKey).ok());
  const auto same = pins_.keep("h:443", kKey);
  ASSERT_TRUE(same.ok());
  EXPECT_FALSE(*same);
  const auto other = pins_.keep("h:443", kOther);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::refused);
  EXPECT_EQ(*pins_.find("h:443"), kKey);
}

TEST_F(PinsTest, ALineThatMakesNoSenseIsNamedAndTrustsNobody) {
  for (const char* line : {"h:443", "h:443 sha256//short=", "h:443 md5//x", "h:443 KEY more"}) {
    std::string text = line;
    if (const auto at = text.find("KEY"); at != std::string::npos) text.replace(at, 3, kKey);
    write("# a note\n" + text + "\n");
    const auto found = pins_.find("h:443");
    ASSERT_FALSE(found.ok()) << line;
    EXPECT_THAT(found.error().text, HasSubstr("db.pins:2: "));
    EXPECT_FALSE(pins_.keep("h:443", kKey).ok());
  }
}

TEST_F(PinsTest, AFolderThatIsNotThereIsSaidToBeSo) {
  const Pins nowhere(dir_ / "missing" + std::string("/db.pins"));
  const auto kept = nowhere.keep("h:443", kKey);
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().text, HasSubstr("missing/db.pins"));
}

TEST(ServerOf, HasThePortThatTheSchemeMeans) {
  EXPECT_EQ(server_of("https://Host/x?y"), "host:443");
  EXPECT_EQ(server_of("https://10.0.0.5:8443"), "10.0.0.5:8443");
  EXPECT_EQ(server_of("https://[::1]/"), "[::1]:443");
  EXPECT_EQ(server_of("no url"), "");
}

TEST(IsKeyPin, TakesASha256InBase64Only) {
  EXPECT_TRUE(is_key_pin(kKey));
  EXPECT_FALSE(is_key_pin("first_use"));
  EXPECT_FALSE(is_key_pin(kKey + "="));
  EXPECT_FALSE(is_key_pin(kKey.substr(0, kKey.size() - 1)));
  EXPECT_FALSE(is_key_pin("sha256//" + std::string(43, '!') + "="));
}

}  // namespace
}  // namespace vigia::http
