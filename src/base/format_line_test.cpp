#include "base/format_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/log.h"

namespace vigia::log {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::string formatted(LineFormat format, std::string_view text, LogLevel level = LogLevel::warning,
                      std::string_view camera = "gate") {
  std::string out;
  FormatLine(format).append(out, {.level = level,
                                  .at = from_unix_us(1'795'438'800'123'456),
                                  .file = "/x/src/camera/retry.cpp",
                                  .format = "{}",
                                  .camera = camera,
                                  .text = text});
  return out;
}

TEST(FormatLineTest, TextHasTheLocalTimeTheLevelAndTheText) {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  EXPECT_EQ(formatted(LineFormat::text, "refused"), "2026-11-23 15:00:00.123 warning refused\n");
  ::unsetenv("TZ");
  ::tzset();
}

TEST(FormatLineTest, JournaldHasThePriorityAndNoTime) {
  EXPECT_EQ(formatted(LineFormat::journald, "x", LogLevel::error), "<3>x\n");
  EXPECT_EQ(formatted(LineFormat::journald, "x", LogLevel::warning), "<4>x\n");
  EXPECT_EQ(formatted(LineFormat::journald, "x", LogLevel::info), "<6>x\n");
  EXPECT_EQ(formatted(LineFormat::journald, "x", LogLevel::debug), "<7>x\n");
}

TEST(FormatLineTest, JsonHasTimeLevelPartCameraAndMessage) {
  const json line = json::parse(formatted(LineFormat::json, "refused"));
  EXPECT_EQ(line, json({{"time", "2026-11-23T13:00:00.123456Z"},
                        {"level", "warning"},
                        {"part", "camera"},
                        {"camera", "gate"},
                        {"message", "refused"}}));
  EXPECT_FALSE(json::parse(formatted(LineFormat::json, "x", LogLevel::info, "")).contains("camera"));
}

// What a camera or a server may send.
TEST(FormatLineTest, JsonIsValidWhateverTheTextHolds) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  for (const std::string& text :
       {std::string("\"quoted\" and \\ back"), std::string("two\nlines\r\n"), std::string("\xff\xfe\xc3"),
        std::string("\xed\xa0\x80 surrogate"), std::string("a\0b", 3), std::string("\xf4\x90\x80\x80"),
        std::string("\xe2\x82"), std::string("\xc2\x9b csi"), all_bytes}) {
    const std::string line = formatted(LineFormat::json, text, LogLevel::info, text);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    const json parsed = json::parse(line, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << line;
    EXPECT_EQ(parsed["level"], "info");
  }
  EXPECT_EQ(json::parse(formatted(LineFormat::json, "\"a\"\n\\"))["message"], "\"a\"\n\\");
}

TEST(FormatLineTest, NoTextBreaksOutOfItsLineOrPaintsOnTheTerminal) {
  for (const LineFormat format : {LineFormat::text, LineFormat::journald}) {
    const std::string line = formatted(format, "a\n<3>forged\x1b[2J\x07\x7f\xc2\x9b\xff");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, HasSubstr("a\\n<3>forged\\x1b[2J\\x07\\x7f\\x9b\xef\xbf\xbd"));
  }
}

TEST(FormatLineTest, OtherLanguagesStayAsTheyAre) {
  EXPECT_THAT(formatted(LineFormat::text, "portão à noite, 玄関, 🚪"), HasSubstr("portão à noite, 玄関, 🚪"));
}

TEST(FormatLineTest, SecretsStayRedactedInEveryFormat) {
  const std::string text = redact("cannot open rtsp://admin:se\"cret@10.0.0.5/x?token=abc");
  for (const LineFormat format :
       {LineFormat::text, LineFormat::coloured_text, LineFormat::json, LineFormat::journald}) {
    EXPECT_THAT(formatted(format, text), Not(HasSubstr("cret")));
    EXPECT_THAT(formatted(format, text), Not(HasSubstr("abc")));
  }
}

TEST(PartOfTest, IsTheFolderOfTheSource) {
  EXPECT_EQ(part_of("/home/x/src/camera/retry.cpp"), "camera");
  EXPECT_EQ(part_of("../src/web/site.cpp"), "web");
  EXPECT_EQ(part_of("main.cpp"), "");
}

}  // namespace
}  // namespace vigia::log
