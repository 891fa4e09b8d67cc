#include "camera/reopening.h"

#include <gtest/gtest.h>

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

SteadyTime at(double seconds) {
  return SteadyTime(std::chrono::hours(1) + from_seconds(seconds));
}

// A connection whose pictures came from its first packet on up to `until`, with a key frame every `group`
// seconds.
Reopening sees(double until, double group, double first_picture = 0) {
  Reopening made;
  for (int i = 0; i / 25.0 <= until; ++i) {
    const double now = i / 25.0;
    made.packet(at(now), i % static_cast<int>(group * 25) == 0);
    if (now >= first_picture) made.picture(at(now));
  }
  return made;
}

TEST(Reopening, ALossInALongGroupIsEndedByANewConnection) {
  const Reopening one = sees(7, 20);
  EXPECT_EQ(one.due(at(8.9), true), nullptr);
  EXPECT_NE(one.due(at(9.1), true), nullptr);
  EXPECT_EQ(one.due(at(9.1), false), nullptr) << "nothing was lost: the camera pauses";
}

TEST(Reopening, AKeyFrameThatComesSoonIsWaitedFor) {
  const Reopening often = sees(9.5, 4);  // the last one at 8, the next at 12
  EXPECT_EQ(often.due(at(12.0), true), nullptr);
  EXPECT_EQ(often.due(at(12.9), true), nullptr) << "it may be a little late";
  EXPECT_NE(often.due(at(13.1), true), nullptr);
  const Reopening rarely = sees(9.5, 8);  // the next at 16
  EXPECT_NE(rarely.due(at(11.6), true), nullptr);
}

TEST(Reopening, NeverMoreOftenThanEachFewSeconds) {
  const Reopening young = sees(1, 20);
  EXPECT_EQ(young.due(at(4.9), true), nullptr);
  EXPECT_NE(young.due(at(5.1), true), nullptr);
}

// A server that gives a new client the stream from wherever it is.
TEST(Reopening, NotWhereANewConnectionDoesNotBeginWithAKeyFrame) {
  EXPECT_EQ(sees(17, 12, 12).due(at(30), true), nullptr);
}

TEST(Reopening, NotWhereThereWasNoPictureYet) {
  Reopening made;
  made.packet(at(0), false);
  made.rubbish();
  EXPECT_EQ(made.due(at(60), true), nullptr);
}

TEST(Reopening, RubbishAndThenNoPictureForHalfASecond) {
  Reopening made = sees(2, 20);
  made.rubbish();
  EXPECT_EQ(made.due(at(2.4), true), nullptr);
  EXPECT_NE(made.due(at(2.6), true), nullptr);
  made.picture(at(2.6));
  EXPECT_EQ(made.due(at(4.5), true), nullptr) << "a picture came after it";
}

}  // namespace
}  // namespace vigia::camera
