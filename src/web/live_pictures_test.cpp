#include "web/live_pictures.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "web/picture_stream.h"
#include "web/small_picture.h"
#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

class LivePicturesTest : public WebTest {
 protected:
  LivePicturesTest() : world_(world()), pictures_(world_) {
    thread_ = std::jthread([this](const std::stop_token& stop) { pictures_.run(stop); });
  }
  ~LivePicturesTest() override {
    thread_.request_stop();
    thread_.join();
  }
  // Lets the thread do one round.
  void pass(Nanoseconds time) {
    ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
    fake_clock_.advance(time);
    ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  }
  std::string take(EndlessBody& stream) {
    std::string text(1'000'000, '\0');
    std::size_t size = 0;
    // In small pieces, as a socket takes them.
    while (const std::size_t more = stream.read({text.data() + size, 1000}, used_clock_.now())) size += more;
    text.resize(size);
    return text;
  }
  static std::size_t number_at(const std::string& bytes, std::size_t at) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number * 256 + static_cast<unsigned char>(bytes.at(at + i));
    return number;
  }

  const World world_;
  LivePictures pictures_;
  std::jthread thread_;
};

TEST_F(LivePicturesTest, NobodyIsAskedForAPictureUntilSomebodyLooks) {
  EXPECT_FALSE(views_["gate"]->is_asked());
  auto ticket = pictures_.watch({"gate"});
  ASSERT_TRUE(ticket.ok());
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  EXPECT_TRUE(views_["gate"]->is_asked());
  EXPECT_FALSE(views_["hall"]->is_asked());
  EXPECT_FALSE(pictures_.watch({"nowhere"}).ok());
  ticket->reset();
  ASSERT_TRUE(show("gate", 1));
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  fake_clock_.advance(5100ms);
  while (pictures_.watched() > 0) std::this_thread::yield();
  EXPECT_FALSE(views_["gate"]->is_asked());
}

TEST_F(LivePicturesTest, ARecordHoldsAHeaderAndASmallJpeg) {
  auto ticket = pictures_.watch({"gate", "hall"});
  auto stream = picture_stream(pictures_, {"hall", "gate"}, *std::move(ticket), used_clock_.now());
  EXPECT_FALSE(stream->has_more(used_clock_.now()));
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  ASSERT_TRUE(show("gate", 41));
  pass(20ms);
  ASSERT_TRUE(stream->has_more(used_clock_.now()));
  const std::string record = take(*stream);
  const std::size_t header = number_at(record, 0), jpeg = number_at(record, 4);
  ASSERT_EQ(record.size(), 8 + header + jpeg);
  const auto json = nlohmann::json::parse(record.substr(8, header));
  EXPECT_EQ(json.at("camera"), 1);
  EXPECT_EQ(json.at("name"), "gate");
  EXPECT_EQ(json.at("sequence"), 41);
  EXPECT_EQ(json.at("width"), 1280);
  EXPECT_EQ(json.at("boxes").at(0).at("reason"), "too_small");
  EXPECT_EQ(json.at("boxes").at(0).at("track"), 7);
  EXPECT_EQ(record.substr(8 + header, 2), "\xFF\xD8");
  EXPECT_LT(jpeg, 40'000U) << "of 640 pixels";
  EXPECT_FALSE(stream->has_more(used_clock_.now())) << "each once";
}

TEST_F(LivePicturesTest, ASlowViewerSkipsPictures) {
  auto ticket = pictures_.watch({"gate"});
  auto stream = picture_stream(pictures_, {"gate"}, *std::move(ticket), used_clock_.now());
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(show("gate", i));
    pass(20ms);
    pass(200ms);
  }
  const std::string record = take(*stream);
  const std::size_t header = number_at(record, 0);
  EXPECT_EQ(record.size(), 8 + header + number_at(record, 4)) << "one record";
  EXPECT_EQ(nlohmann::json::parse(record.substr(8, header)).at("sequence"), 5);
}

TEST_F(LivePicturesTest, AStreamWithoutPicturesSaysThatItIsAlive) {
  auto ticket = pictures_.watch({"gate"});
  auto stream = picture_stream(pictures_, {"gate"}, *std::move(ticket), used_clock_.now());
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  pass(5100ms);
  ASSERT_TRUE(stream->has_more(used_clock_.now()));
  EXPECT_EQ(take(*stream), std::string(8, '\0'));
}

TEST_F(LivePicturesTest, OnePictureIsLargeAndFreshOrSaysWhyThereIsNone) {
  auto ticket = pictures_.watch({"gate"});
  ASSERT_TRUE(fake_clock_.wait_for_sleepers(1));
  ASSERT_TRUE(show("gate", 1));
  pass(20ms);
  auto later =
      next_picture(pictures_, "gate", *std::move(ticket), used_clock_.now(), [] { return "it is dark"; });
  EXPECT_FALSE(later->poll(used_clock_.now()));
  pass(20ms);
  ASSERT_TRUE(show("gate", 2));
  pass(20ms);
  const auto answer = later->poll(used_clock_.now());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->type, "image/jpeg");
  EXPECT_EQ(answer->headers.at(1).second, "2");
  EXPECT_EQ(answer->headers.at(2).second, "1280x720");
  auto again = pictures_.watch({"gate"});
  auto none =
      next_picture(pictures_, "gate", *std::move(again), used_clock_.now(), [] { return "it is dark"; });
  const auto failed = none->poll(used_clock_.now() + 4s);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, 503);
  EXPECT_NE(failed->body->find("it is dark"), std::string::npos);
}

TEST_F(LivePicturesTest, TheNumberOfWatchedCamerasIsBounded) {
  for (int i = 0; i < 200; ++i) views_[std::to_string(i)] = std::make_shared<pipeline::LiveView>();
  std::vector<std::unique_ptr<LivePictures::Ticket>> tickets;
  std::size_t refused = 0;
  for (int i = 0; i < 200; ++i) {
    auto ticket = pictures_.watch({std::to_string(i)});
    if (ticket) {
      tickets.push_back(*std::move(ticket));
    } else {
      ++refused;
    }
  }
  EXPECT_EQ(tickets.size(), LivePictures::kMostWatched);
  EXPECT_EQ(refused, 200 - LivePictures::kMostWatched);
}

TEST(SmallPictureTest, KeepsTheShapeAndTheColours) {
  memory::MemoryManager memory{{.budget_bytes = 100_MiB}};
  for (const auto layout : {domain::PixelLayout::i420, domain::PixelLayout::nv12}) {
    const domain::Frame frame = testing::make_frame(
        memory, cv::Mat(721, 1281, CV_8UC3, cv::Scalar(90, 120, 150)), {.layout = layout});
    SmallPicture small;
    const domain::Frame scaled = small.scale(frame, 640);
    EXPECT_EQ(scaled.size, (domain::Size{640, 360}));
    EXPECT_EQ(scaled.matrix, domain::ColorMatrix::bt709);
    for (int plane = 0; plane < (layout == domain::PixelLayout::i420 ? 3 : 2); ++plane) {
      EXPECT_NEAR(scaled.planes.at(plane).data[100], frame.planes.at(plane).data[100], 1) << plane;
    }
    EXPECT_EQ(small.scale(frame, 2000).size, frame.size);
  }
}

}  // namespace
}  // namespace vigia::web
