#include "discover/stream_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::discover {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StreamUrlTest : public testing::Test {
 protected:
  Stream stream(const std::string& uri, const std::string& host = "10.0.0.5") {
    Result<Stream> made = stream_of({}, uri, host, notes_);
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    return made ? *std::move(made) : Stream{};
  }
  std::vector<std::string> notes_;
};

TEST_F(StreamUrlTest, AGoodAddressIsKept) {
  EXPECT_EQ(stream("rtsp://10.0.0.5:554/a?b=1&c=2#d").url, "rtsp://10.0.0.5:554/a?b=1&c=2#d");
  EXPECT_EQ(stream("RTSPS://10.0.0.5").url, "rtsps://10.0.0.5");
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(StreamUrlTest, TheAddressThatWasReachedReplacesAnotherOnce) {
  EXPECT_EQ(stream("rtsp://0.0.0.0:5554/a").url, "rtsp://10.0.0.5:5554/a");
  EXPECT_EQ(stream("rtsp://0.0.0.0:5554/b").url, "rtsp://10.0.0.5:5554/b");
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("0.0.0.0")));
  EXPECT_EQ(stream("rtsp://10.0.0.5:99999/a", "fe80::1%eth0").url, "rtsp://[fe80::1%eth0]/a");
}

TEST_F(StreamUrlTest, ALoginIsTakenOut) {
  const Stream made = stream("rtsp://ad%20min:s3cret@10.0.0.5/a");
  EXPECT_EQ(made.url, "rtsp://10.0.0.5/a");
  EXPECT_EQ(made.user, "ad min");
}

TEST_F(StreamUrlTest, APasswordInThePathIsTakenOut) {
  const Stream made = stream("rtsp://10.0.0.5/user=admin&password=tlJw&channel=1.sdp?real_stream");
  EXPECT_EQ(made.url, "rtsp://10.0.0.5/user=admin&password=PASSWORD&channel=1.sdp?real_stream");
  EXPECT_TRUE(made.needs_password_in_url);
  EXPECT_EQ(stream("rtsp://10.0.0.5/user=a_Password=x_channel=1").url,
            "rtsp://10.0.0.5/user=a_Password=PASSWORD_channel=1");
  EXPECT_EQ(stream("rtsp://10.0.0.5/?pwd=x&passwd=y").url, "rtsp://10.0.0.5/?pwd=PASSWORD&passwd=PASSWORD");
  EXPECT_FALSE(stream("rtsp://10.0.0.5/user=admin&password=&channel=1").needs_password_in_url)
      << "it is empty";
}

TEST_F(StreamUrlTest, NothingInItEndsAQuoteOrALine) {
  EXPECT_EQ(stream("rtsp://10.0.0.5/a\"\n- evil: \\x\x01\xFF").url,
            "rtsp://10.0.0.5/a%22%0A-%20evil:%20%5Cx%01%FF");
}

TEST_F(StreamUrlTest, OtherAddressesAreErrors) {
  for (const char* const uri :
       {"", "http://10.0.0.5/a.jpg", "rtsp://", "rtsp:", "file:///etc/passwd", "nonsense"}) {
    const auto made = stream_of({.token = "P1"}, uri, "10.0.0.5", notes_);
    ASSERT_FALSE(made) << uri;
    EXPECT_THAT(made.error().text, HasSubstr("P1"));
  }
  EXPECT_FALSE(stream_of({}, "rtsp://h/" + std::string(3000, 'x'), "h", notes_));
}

}  // namespace
}  // namespace vigia::discover
