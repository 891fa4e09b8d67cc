#include "http/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace vigia::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Base64Test, IsThatOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string_view("\xff\xfe\x00", 3)), "//4A");
}

TEST(MultipartTest, HasEachPartBetweenItsBoundaries) {
  Multipart form;
  form.add_field("camera", "7");
  form.add_field("event", "application/json", "{}");
  constexpr std::array kImage{std::byte{0xff}, std::byte{0}, std::byte{'x'}};
  form.add_file("image", "face.jpg", "image/jpeg", kImage);
  const std::string type = form.content_type();
  ASSERT_THAT(type, StartsWith("multipart/form-data; boundary="));
  const std::string boundary = "--" + type.substr(type.find('=') + 1);
  const std::string body = std::move(form).body();
  EXPECT_THAT(body, StartsWith(boundary + "\r\n"));
  EXPECT_THAT(body, HasSubstr("name=\"camera\"\r\n\r\n7\r\n" + boundary));
  EXPECT_THAT(body, HasSubstr("name=\"event\"\r\nContent-Type: application/json\r\n\r\n{}\r\n" + boundary));
  EXPECT_THAT(body, HasSubstr("name=\"image\"; filename=\"face.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"));
  EXPECT_THAT(body, EndsWith(std::string("\xff\0x\r\n", 5) + boundary + "--\r\n"));
}

TEST(MultipartTest, TwoNeverShareABoundary) {
  EXPECT_NE(Multipart().content_type(), Multipart().content_type());
}

}  // namespace
}  // namespace vigia::http
