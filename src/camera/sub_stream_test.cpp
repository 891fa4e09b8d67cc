#include "camera/sub_stream.h"

#include <gtest/gtest.h>

namespace vigia::camera {
namespace {

// Addresses as the makers' own pages give them.
TEST(SubStreamTest, KnownFormsHaveASmallStream) {
  EXPECT_EQ(sub_stream_of("rtsp://admin:pw@10.0.0.5:554/Streaming/Channels/101"),
            "rtsp://admin:pw@10.0.0.5:554/Streaming/Channels/102");
  EXPECT_EQ(sub_stream_of("rtsp://10.0.0.5/ISAPI/Streaming/channels/1601?transportmode=unicast"),
            "rtsp://10.0.0.5/ISAPI/Streaming/channels/1602?transportmode=unicast");
  EXPECT_EQ(sub_stream_of("rtsp://10.0.0.5/h264/ch1/main/av_stream"),
            "rtsp://10.0.0.5/h264/ch1/sub/av_stream");
  EXPECT_EQ(sub_stream_of("rtsp://10.0.0.5/cam/realmonitor?channel=3&subtype=0"),
            "rtsp://10.0.0.5/cam/realmonitor?channel=3&subtype=1");
  EXPECT_EQ(sub_stream_of("rtsp://10.0.0.5/h264Preview_01_main"), "rtsp://10.0.0.5/h264Preview_01_sub");
  EXPECT_EQ(sub_stream_of("rtsp://10.0.0.5/media/video1"), "rtsp://10.0.0.5/media/video2");
  EXPECT_EQ(sub_stream_of("rtsp://user:pw@10.0.0.5:554/stream1"), "rtsp://user:pw@10.0.0.5:554/stream2");
}

TEST(SubStreamTest, OtherAddressesHaveNone) {
  EXPECT_FALSE(sub_stream_of("rtsp://10.0.0.5/Streaming/Channels/102"));
  EXPECT_FALSE(sub_stream_of("rtsp://10.0.0.5/Streaming/Channels/1"));
  EXPECT_FALSE(sub_stream_of("rtsp://10.0.0.5/cam/realmonitor?channel=3&subtype=1"));
  EXPECT_FALSE(sub_stream_of("rtsp://10.0.0.5/axis-media/media.amp"));
  EXPECT_FALSE(sub_stream_of("rtsp://10.0.0.5/stream1/extra"));
  EXPECT_FALSE(sub_stream_of("rtsp://stream1"));
  EXPECT_FALSE(sub_stream_of("file:/videos/stream1.mp4"));
  EXPECT_FALSE(sub_stream_of(""));
}

}  // namespace
}  // namespace vigia::camera
