// What FFmpeg only logs of a server: read from real servers, so that another wording in FFmpeg is noticed.
#include "camera/av_remarks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "camera/av_handles.h"
#include "camera/av_setup.h"
#include "testing/data.h"
#include "testing/odd_server.h"

namespace vigia::camera {
namespace {

using testing::field_file;
using testing::OddServer;

class AvRemarksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NEED_DATA();
    set_up_ffmpeg();
  }
  // Opens the url and reads so many packets, or until it fails.
  void read(const std::string& url, int packets, const char* reorder_queue_size = "0") {
    const NotedRemarks noted(remarks_);
    AVDictionary* options = nullptr;
    av_dict_set(&options, "rtsp_transport", "tcp", 0);
    av_dict_set(&options, "reorder_queue_size", reorder_queue_size, 0);
    AVFormatContext* context = nullptr;
    avformat_open_input(&context, url.c_str(), nullptr, &options);
    av_dict_free(&options);
    const AvHandle<AVFormatContext> opened(context);
    const AvHandle<AVPacket> packet(av_packet_alloc());
    for (int i = 0; context != nullptr && i < packets && av_read_frame(context, packet.get()) >= 0; ++i) {
      av_packet_unref(packet.get());
    }
  }

  AvRemarks remarks_;
};

TEST_F(AvRemarksTest, TheStatusWithWhichAnRtspServerRefuses) {
  const auto server = OddServer::rtsp("--file " + field_file("made_walk_idr50.h264") +
                                      " --refuse SETUP:453:Not_Enough_Bandwidth");
  ASSERT_TRUE(server.ok()) << server.error().text;
  read((*server)->url(), 1);
  EXPECT_EQ(remarks_.status, 453);
  EXPECT_EQ(remarks_.refusal, "Not_Enough_Bandwidth");
}

TEST_F(AvRemarksTest, TheStatusWithWhichAnHttpServerRefuses) {
  const auto server = OddServer::http("--jpeg " + field_file("made_ghost_a.jpg"));
  ASSERT_TRUE(server.ok()) << server.error().text;
  read((*server)->url("", "/nothing.jpg"), 1);
  EXPECT_EQ(remarks_.status, 404);
}

TEST_F(AvRemarksTest, PacketsThatAreMissing) {
  const auto server =
      OddServer::rtsp("--file " + field_file("made_walk_idr50.h264") + " --fps 50 --seq-jump 0.5:3");
  ASSERT_TRUE(server.ok()) << server.error().text;
  read((*server)->url(), 40, "2");
  EXPECT_GE(remarks_.missed_packets, 3U);
  EXPECT_EQ(remarks_.late_packets, 0U);
}

TEST_F(AvRemarksTest, PacketsWhoseNumbersGoBack) {
  const auto server =
      OddServer::rtsp("--file " + field_file("made_walk_idr50.h264") + " --fps 50 --seq-jump 0.3:-20");
  ASSERT_TRUE(server.ok()) << server.error().text;
  read((*server)->url(), 40, "2");
  EXPECT_GT(remarks_.late_packets, 0U);
}

TEST_F(AvRemarksTest, NothingOfAHealthyServer) {
  const auto server = OddServer::rtsp("--file " + field_file("made_walk_idr50.h264") + " --fps 50");
  ASSERT_TRUE(server.ok()) << server.error().text;
  read((*server)->url(), 40);
  EXPECT_EQ(remarks_.status, 0);
  EXPECT_EQ(remarks_.missed_packets + remarks_.late_packets, 0U);
}

}  // namespace
}  // namespace vigia::camera
