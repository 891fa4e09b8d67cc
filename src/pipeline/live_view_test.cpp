#include "pipeline/live_view.h"

#include <gtest/gtest.h>

#include <thread>

#include "memory/memory_manager.h"

namespace vigia::pipeline {
namespace {

class LiveViewTest : public ::testing::Test {
 protected:
  LiveViewTest() { memory_.start(); }
  domain::Frame frame(std::uint64_t sequence) {
    domain::Frame frame;
    frame.buffer = memory::SharedLease(pool_.try_acquire().value());
    frame.sequence = sequence;
    return frame;
  }

  memory::MemoryManager memory_{{.budget_bytes = 100_MiB}};
  memory::BufferPool pool_ = memory_.make_pool({.owner = "gate", .buffer_bytes = 1000, .max_buffers = 4});
  LiveView view_;
};

TEST_F(LiveViewTest, GivesWhatWasAskedForOnceWithItsFaces) {
  EXPECT_FALSE(view_.is_asked());
  EXPECT_EQ(view_.take(), nullptr);
  view_.ask();
  ASSERT_TRUE(view_.is_asked());
  EXPECT_EQ(view_.take(), nullptr) << "no frame has come";
  const std::vector<domain::Sighting> faces{
      {.detection = {.box = {1, 2, 30, 40}, .score = 0.9F}, .rejected = domain::Reason::too_small}};
  const std::vector<std::uint64_t> ids{7};
  view_.show(frame(5), faces, ids);
  EXPECT_FALSE(view_.is_asked());
  const auto picture = view_.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->frame.sequence, 5U);
  ASSERT_EQ(picture->faces.size(), 1U);
  EXPECT_EQ(picture->faces[0].track, 7U);
  EXPECT_EQ(picture->faces[0].box.width, 30);
  EXPECT_EQ(picture->faces[0].rejected, domain::Reason::too_small);
  EXPECT_EQ(view_.take(), nullptr);
}

TEST_F(LiveViewTest, HoldsOneFrameAndNoneOnceForgotten) {
  for (int i = 0; i < 3; ++i) view_.show(frame(1), {}, {});
  EXPECT_EQ(pool_.leased(), 1);
  view_.ask();
  view_.forget();
  EXPECT_EQ(pool_.leased(), 0);
  EXPECT_FALSE(view_.is_asked());
}

TEST_F(LiveViewTest, AWorkerAndAViewerNeedNoLock) {
  std::jthread worker([this](const std::stop_token& stop) {
    for (std::uint64_t i = 1; !stop.stop_requested(); ++i) {
      if (view_.is_asked()) view_.show(frame(i), {}, {});
    }
  });
  std::uint64_t last = 0;
  for (int taken = 0; taken < 1000;) {
    view_.ask();
    const auto picture = view_.take();
    if (!picture) continue;
    EXPECT_GT(picture->frame.sequence, last);
    last = picture->frame.sequence;
    ++taken;
  }
}

}  // namespace
}  // namespace vigia::pipeline
