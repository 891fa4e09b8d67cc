#include "delivery/route_counters.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigia::delivery {
namespace {

class Faces final : public outbox::ShotListener {
 public:
  void recovered(const domain::Shot&) override { calls.emplace_back("recovered"); }
  void delivered(const domain::Shot&) override { calls.emplace_back("delivered"); }
  void refused(const domain::Shot&, domain::Reason, const std::string&) override {
    calls.emplace_back("refused");
  }
  void failed(const domain::Shot&, const std::string&) override { calls.emplace_back("failed"); }

  std::vector<std::string> calls;
};

TEST(RouteCountersTest, OnlyThePrimaryRouteTellsWhatBecameOfFaces) {
  Faces faces;
  RouteCounters primary(&faces);
  RouteCounters other(nullptr);
  const domain::Shot shot;
  for (RouteCounters* const route : {&other, &primary}) {
    route->recovered(shot);
    route->delivered(shot);
    route->refused(shot, domain::Reason::expired, "too old");
    route->failed(shot, "no answer");
    EXPECT_EQ(route->delivered_count, 1U);
    EXPECT_EQ(route->refused_count, 1U);
    EXPECT_EQ(route->failed_count, 1U);
  }
  EXPECT_EQ(faces.calls, (std::vector<std::string>{"recovered", "delivered", "refused", "failed"}));
}

TEST(RouteCountersTest, DeliveredFacesWhoseTimeIsCorrectedOrWrongAreCounted) {
  RouteCounters route(nullptr);
  domain::Shot shot;
  route.delivered(shot);
  shot.captured_corrected = UtcTime();
  route.delivered(shot);
  route.failed(shot, "no answer");
  shot = {};
  shot.clock_unset = true;
  route.delivered(shot);
  route.delivered(shot);
  EXPECT_EQ(route.delivered_count, 4U);
  EXPECT_EQ(route.clock_corrected_count, 1U);
  EXPECT_EQ(route.clock_unset_count, 2U);
}

}  // namespace
}  // namespace vigia::delivery
