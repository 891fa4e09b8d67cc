#include "base/log.h"

#include <gtest/gtest.h>

namespace vigia {
namespace {

TEST(RedactTest, HidesCredentials) {
  EXPECT_EQ(redact("rtsp://admin:s3cret@10.0.0.5:554/stream1"), "rtsp://***@10.0.0.5:554/stream1");
  EXPECT_EQ(redact("open 'rtsp://u:p@h/x' failed"), "open 'rtsp://***@h/x' failed");
  EXPECT_EQ(redact("rtsp://a:p@ss/word@h/x"), "rtsp://***@h/x");
  EXPECT_EQ(redact("two rtsp://a:b@h http://c:d@i"), "two rtsp://***@h http://***@i");
}

TEST(RedactTest, HidesPasswordsWhateverTheyHold) {
  for (const char* const password : {"12345#x", "p@ss", "a:b", "100%41", "ünï", "pa/ss", "what?", "my pass",
                                     "it's", "\"quoted\"", "se://cret", "12 34/5", "x\ty", "@", "a@b c@d"}) {
    const std::string url = std::string("rtsp://admin:") + password + "@10.0.0.5/x";
    EXPECT_EQ(redact(url), "rtsp://***@10.0.0.5/x");
    EXPECT_EQ(redact("cannot open " + url + ": refused"), "cannot open rtsp://***@10.0.0.5/x: refused");
    EXPECT_EQ(redact("'" + url + "'"), "'rtsp://***@10.0.0.5/x'");
  }
}

TEST(RedactTest, KeepsTheUrlsOfATextApart) {
  EXPECT_EQ(redact("rtsp://a:b@one/x leads to http://c:d@two/y"),
            "rtsp://***@one/x leads to http://***@two/y");
  EXPECT_EQ(redact("http://one/x leads to http://c:d@two/y"), "http://one/x leads to http://***@two/y");
  EXPECT_EQ(redact("rtsp://one/x\nmail me@home"), "rtsp://one/x\nmail me@home");
}

TEST(RedactTest, HidesSecretsInQueries) {
  EXPECT_EQ(redact("http://h/?user=a&password=b&size=1"), "http://h/?user=a&password=***&size=1");
  EXPECT_EQ(redact("http://h/?apiKey=b"), "http://h/?apiKey=***");
}

TEST(RedactTest, LeavesOthersAlone) {
  EXPECT_EQ(redact("sim:faces=4&size=1280x720"), "sim:faces=4&size=1280x720");
  EXPECT_EQ(redact("rtsp://10.0.0.5/a"), "rtsp://10.0.0.5/a");
  EXPECT_EQ(redact("mail me@here"), "mail me@here");
  EXPECT_EQ(redact(""), "");
}

TEST(LogTest, RefusesAnUnknownLevel) {
  EXPECT_FALSE(log::start({.level = "loud"}).ok());
}

}  // namespace
}  // namespace vigia
